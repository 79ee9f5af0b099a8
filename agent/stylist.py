"""The stylist: one catalogue, many sessions, one turn at a time in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from agent import buttons
from agent.action import Action
from agent.backends import backends
from agent.critic import Critic
from agent.graph import build_graph
from agent.language.nearest import nearest
from agent.language.spelling import mend
from agent.memory.session import Session, new_session_id
from agent.memory.storage import IN_RAM
from agent.memory.store import Memory
from agent.photo_reader import PhotoReader
from agent.planner import AUTO, LLM, OFFLINE
from agent.replies import Event, Reply, Turn, last_reply
from agent.serving import freezing
from agent.serving.locks import SessionLocks
from agent.speak import Speak
from agent.state import Clock, Request
from agent.thought import MAX_CARDS, Thought
from agent.tools import Tools
from agent.turn_reader import TurnReader
from agent.turn_runner import TurnRunner
from agent.wish.references import photo_hashes
from agent.wish.taste import Taste
from agent.wording.phrases import phrase
from catalog.item import Item
from catalog.store import Catalog
from composer import KINDS
from encoders import Encoder, load_encoder
from encoders.batching import BatchedEncoder
from errors import InputError
from guard import fitted_to, open_guard
from retrieval import Retriever, VectorIndex, base_index, open_index
from settings import Settings, load_settings
from vocabulary.wish import Constraint

FEEDBACK_KINDS = ("save", "unsave", "not_this")
MAX_SESSION_CHARS = 200
WARM_UP_TURNS = (
    "something blue, longer and darker, under 100",
    "like this but no stripes and no pockets, not sleeveless",
    "a cotton shirt for men with long sleeves and a collar",
)
"""Answered before the first shopper's turn, to fill tables that fill on use."""
LARGE_CATALOG = 50_000
WARM_UP_LISTINGS, WARM_UP_LISTINGS_LARGE = 5_000, 250
"""Listings read ahead, so that the first turn does not wait for their records and claims.

In a large catalogue they are too small a part to help, so few are read.
"""


class Stylist:
    """Answers turns on one catalogue. Safe for many threads: turns of a session wait their turn.

    forgotten: sessions deleted so far. A worker compares it before and after a job, to have the
    other processes drop cached words too.
    """

    def __init__(
        self,
        catalog: Catalog,
        encoder: Encoder,
        memory: Memory,
        settings: Settings,
        index: VectorIndex | None = None,
    ) -> None:
        self._bare_encoder = encoder
        encoder = fitted_to(catalog.folder, encoder)
        catalog.check_encoder(encoder)
        self.catalog, self.encoder, self.memory, self.settings = catalog, encoder, memory, settings
        self.retriever = Retriever(catalog, encoder, index or open_index(catalog, settings))
        self.tools = Tools(catalog, encoder, self.retriever, open_guard(catalog, encoder, settings))
        self.photo_reader = PhotoReader(memory, encoder)
        self.backends, default = backends(settings, self.tools, memory)
        planners = {name: backend.planner for name, backend in self.backends.items()}
        self.graph = build_graph(
            Thought(self.tools, TurnReader(self.tools, self.photo_reader, planners, default)),
            Action(self.tools, Taste(memory, catalog, encoder)),
            Critic(self.tools),
            Speak(self.tools, self.backends),
        )
        self.forgotten = 0
        self._runner = TurnRunner(self.graph, memory, len(self.backends) > 1, self._forget)
        self._locks = SessionLocks()

    @classmethod
    def open(
        cls,
        directory: str | Path,
        memory: str | Path | None = None,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
    ) -> Stylist:
        """Open a warmed-up stylist on the catalogue in `directory`.

        memory: a file, or None for a memory that lives as long as the process. Raises
        CatalogMissingError, EncoderMismatchError, WorkError (memory that cannot be opened).
        """
        settings = settings or load_settings()
        catalog = Catalog.open(directory)
        stylist = cls(
            catalog,
            encoder or BatchedEncoder(load_encoder(settings.encoder, settings.device)),
            Memory(IN_RAM if memory is None else memory),
            settings,
        )
        stylist.warm_up()
        return stylist

    def renewed(self) -> Stylist | None:
        """Return a stylist on the catalogue's new state, or None if the catalogue has not changed.

        The two share the encoder, the memory, the sessions' locks, and the parts of the catalogue
        that have not changed. Turns in progress end on the old state. Raises what `open` raises.
        """
        if not self.catalog.changed:
            return None
        freezing.unfreeze_heap()
        catalog = Catalog.open(self.catalog.folder, known=self.catalog)
        same = catalog.parts[0] is self.catalog.parts[0]
        index = open_index(
            catalog, self.settings, base_index(self.retriever.index) if same else None
        )
        fresh = Stylist(catalog, self._bare_encoder, self.memory, self.settings, index)
        fresh._locks = self._locks
        fresh.catalog.facet_counts()
        return fresh

    def warm_up(self) -> None:
        """Load what the first turn would otherwise wait for."""
        self.catalog.facet_counts()
        size = len(self.catalog)
        if size:
            any_kind = Constraint(facet="category", op="prefer", value="dress")
            count = WARM_UP_LISTINGS if size <= LARGE_CATALOG else WARM_UP_LISTINGS_LARGE
            self.tools.check(range(min(size, count)), (any_kind,), self._clock())
            for text in WARM_UP_TURNS:
                session = self.new_session()
                picture = Image.new("RGB", (64, 64))
                request = Request(text, (picture,), k=10, planner=OFFLINE)
                last_reply(self._runner.run(Session(id=session), request, self._clock()))
                self.memory.forget(session)
        nearest()  # the sentence encoder, if installed, takes seconds to load
        freezing.freeze_heap()

    # -- turns

    def chat(
        self,
        session: str,
        text: str = "",
        image: Any = None,
        like: str | None = None,
        k: int = 10,
        guard: bool = True,
        composer: str | None = None,
        planner: str | None = None,
    ) -> Reply:
        """Answer one turn.

        image: a path, bytes, a PIL picture, or a list of them
        like: the id of an item that results should resemble
        guard, composer, planner: switches for ablations; composer None is the best one that is
            fitted to the encoder, planner one of "offline", "llm", "auto"

        Raises InputError for a k, composer or planner that does not exist. Pictures, ids and words
        that cannot be used raise nothing: the reply says so.
        """
        return last_reply(self.stream(session, text, image, like, k, guard, composer, planner))

    def stream(
        self,
        session: str,
        text: str = "",
        image: Any = None,
        like: str | None = None,
        k: int = 10,
        guard: bool = True,
        composer: str | None = None,
        planner: str | None = None,
    ) -> Iterator[Event]:
        """Answer one turn in pieces: steps, thoughts, words of the reply, and last the reply."""
        request = Request(str(text), _pictures(image), like or None, k, guard, composer, planner)
        _validate(session, request)
        return self._turn(session, request)

    def remove(self, session: str, facet: str, op: str, value: Any) -> Reply:
        """Remove one constraint from the wish and search again."""
        wish = self.memory.load(session).wish
        removed = buttons.to_remove(wish, facet, op, value)
        label = f"removed: {phrase(removed[0], self.tools.currency)}"
        return self._press(session, label, wish.without(removed).constraints)

    def correct_photo(self, session: str, facet: str, value: str | None) -> Reply:
        """Correct what was seen in the reference photo (None: ignore it) and search again."""
        wish = self.memory.load(session).wish
        constraints = buttons.corrected(wish, facet, value)
        for photo in photo_hashes(wish.reference_photo):
            self.memory.correct(session, photo, facet, value)
        return self._press(session, f"corrected: {facet} is {value or 'left out'}", constraints)

    def feedback(self, session: str, item_id: str, kind: str) -> Reply | None:
        """Save, unsave or refuse an item; only a refusal searches again and has a reply."""
        if kind not in FEEDBACK_KINDS:
            raise InputError(f"unknown feedback {kind!r}; allowed: {', '.join(FEEDBACK_KINDS)}")
        self.catalog.row(item_id)
        self.memory.judge(session, item_id, kind)
        if kind != "not_this":
            return None
        request = Request(button="not this one")
        return last_reply(self._turn(session, request, refuse=item_id))

    # -- what is remembered

    def new_session(self) -> str:
        """Return a new session's id: whoever has it has the conversation."""
        return new_session_id()

    def history(self, session: str, last: int | None = None) -> list[Turn]:
        """Return all turns of a session, or the `last` ones, oldest first."""
        return self.memory.turns(session, last)

    def saved(self, session: str) -> list[Item]:
        """Return the saved items, in the order in which they were first judged."""
        return self.tools.known(self.memory.saved(session))

    def forget(self, session: str) -> None:
        """Delete a session: turns, pictures, feedback, everything."""
        with self._locks.of(session):
            self._forget(session)

    def export(self, session: str) -> dict[str, Any]:
        """Return everything stored on a session as JSON-ready data."""
        return self.memory.export(session)

    def drop_words(self) -> None:
        """Drop cached words of shoppers, because a session is being forgotten."""
        self.tools.forget()
        mend.cache_clear()
        for backend in self.backends.values():
            backend.forget()

    def close(self) -> None:
        """Close memory and catalogue."""
        self.memory.close()
        self.catalog.close()

    # -- inside

    def _clock(self) -> Clock:
        return Clock(self.settings.turn_seconds)

    def _press(self, session: str, button: str, constraints: tuple[Constraint, ...]) -> Reply:
        return last_reply(self._turn(session, Request(button=button), constraints=constraints))

    def _turn(
        self,
        session: str,
        request: Request,
        constraints: tuple[Constraint, ...] | None = None,
        refuse: str | None = None,
    ) -> Iterator[Event]:
        """Run a turn under the session's lock, with what a button changed in force."""
        with self._locks.of(session):
            clock = self._clock()
            with clock.stage("memory"):
                state = self.memory.load(session)
            if constraints is not None:
                state = state.with_constraints(constraints)
            if refuse is not None:
                state = state.without_item(refuse)
            yield from self._runner.run(state, request, clock)

    def _forget(self, session: str) -> None:
        self.memory.forget(session)
        self.forgotten += 1
        self.drop_words()


def _validate(session: str, request: Request) -> None:
    """Raise InputError for a session's name or a switch that cannot be used."""
    if not isinstance(session, str) or not 1 <= len(session) <= MAX_SESSION_CHARS:
        raise InputError(f"a session needs a name of 1 to {MAX_SESSION_CHARS} characters")
    k = request.k
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= MAX_CARDS:
        raise InputError(f"k is {k!r}; allowed: 1 to {MAX_CARDS}")
    if request.planner not in (None, OFFLINE, LLM, AUTO):
        raise InputError(f"unknown planner {request.planner!r}; allowed: {OFFLINE}, {LLM}, {AUTO}")
    if request.composer not in (None, *KINDS):
        raise InputError(f"unknown composer {request.composer!r}; allowed: {', '.join(KINDS)}")


def _pictures(image: Any) -> tuple[Any, ...]:
    """Return the pictures of a turn without empty ones (None, blank paths)."""
    pictures = image if isinstance(image, list | tuple) else (image,)
    return tuple(
        picture
        for picture in pictures
        if picture is not None and not (isinstance(picture, str) and not picture.strip())
    )
