"""The stylist: one catalogue, many sessions, a turn at a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

import vocabulary
from agent.action import Action
from agent.backends import backends
from agent.critic import Critic
from agent.graph import RECURSION_LIMIT, build_graph, opening
from agent.language.nearest import nearest
from agent.language.spelling import mend
from agent.memory.session import Session
from agent.memory.store import IN_RAM, Memory
from agent.photo_reader import PhotoReader
from agent.planner import AUTO, LLM, OFFLINE
from agent.replies import Event, Reply, Turn, last_reply
from agent.serving import freezing
from agent.serving.locks import SessionLocks
from agent.speak import Speak
from agent.state import Clock, Request
from agent.thought import MOST_CARDS, Thought
from agent.tools import Tools
from agent.wish.merge import merge
from agent.wish.references import photo_hashes
from agent.wish.taste import Taste
from agent.wording.phrases import phrase
from catalog.item import Item
from catalog.store import Catalog
from composer import KINDS
from encoders import load_encoder
from encoders.batching import BatchedEncoder
from errors import InputError
from guard import fitted_to, open_guard
from retrieval import Retriever, VectorIndex, base_index, open_index
from settings import Settings, load_settings
from vocabulary.wish import Constraint

KINDS_OF_FEEDBACK = ("save", "unsave", "not_this")


WARM_UP = (
    "something blue, longer and darker, under 100",
    "like this but no stripes and no pockets, not sleeveless",
    "a cotton shirt for men with long sleeves and a collar",
)
"""Turns answered before the first shopper's, so that tables that fill on use are full."""
LISTINGS_READ, LARGE = 5_000, 50_000
"""Listings read before that; the first turn to check an item would otherwise wait for its record and claims. Of a catalogue
of more than LARGE items they would be too small a part to help."""


class Stylist:
    """Answers turns on one catalogue. Safe for many threads: turns of one session wait for one another."""

    def __init__(
        self,
        catalog: Catalog,
        encoder: Any,
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
        self.eyes = PhotoReader(memory, encoder)
        self.backends, default = backends(settings, self.tools, memory)
        thought = Thought(
            self.tools,
            self.eyes,
            {name: mind.planner for name, mind in self.backends.items()},
            default,
        )
        action = Action(self.tools, Taste(memory, catalog, encoder))
        self.graph = build_graph(
            thought, action, Critic(self.tools), Speak(self.tools, self.backends)
        )
        self.forgotten = 0
        """Sessions forgotten so far, by whom it may concern that words are kept elsewhere too."""
        self._locks = SessionLocks()

    @classmethod
    def open(
        cls,
        directory: str | Path,
        memory: str | Path | None = None,
        settings: Settings | None = None,
        encoder: Any = None,
    ) -> Stylist:
        """A stylist on the catalogue in `directory`, warmed up.

        memory: a file, or None for one that lives as long as the process. Raises CatalogMissingError, EncoderMismatchError,
        WorkError (memory that cannot be opened).
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
        """A stylist on the catalogue's new state where it has been updated since, else None.

        It shares encoder, memory and the locks of the sessions; of the catalogue, all that has not changed. Turns that run
        on this one end on the state on which they began. Raises what `open` raises.
        """
        if not self.catalog.changed:
            return None
        freezing.thaw()
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
        """Loads what the first turn would otherwise wait for."""
        self.catalog.facet_counts()
        if len(self.catalog):
            any_kind = Constraint(facet="category", op="prefer", value="dress")
            read = LISTINGS_READ if len(self.catalog) <= LARGE else LISTINGS_READ // 20
            self.tools.check(
                range(min(len(self.catalog), read)), (any_kind,), Clock(self.settings.turn_seconds)
            )
            for text in WARM_UP:
                session = self.new_session()
                self._answer(
                    Session(id=session),
                    Request(text, (Image.new("RGB", (64, 64)),), k=10, planner=OFFLINE),
                )
                self.memory.forget(session)
        nearest()  # where the sentence encoder is installed it takes seconds to load: not in somebody's turn
        freezing.settle()

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
        """Answers one turn.

        image: a path, bytes, a PIL picture, or a list of them. like: the id of an item that results should resemble.
        composer: None for the best one that is fitted to the encoder. guard=False, composer and planner ("offline",
        "llm", "auto") are for ablations. Raises InputError for a k, composer or
        planner that does not exist; pictures, ids and words that cannot be used are answered, not raised.
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
        """The same turn in pieces: steps and thoughts as they come, words of the reply, and last the whole reply."""
        request = Request(str(text), _pictures(image), like or None, k, guard, composer, planner)
        self._validate(session, request)
        return self._turn(session, request)

    def remove(self, session: str, facet: str, op: str, value: Any) -> Reply:
        """A chip tapped away: the wish without this constraint, searched again."""
        state = self.memory.load(session)
        wanted = str(_plain(value))
        alike = [
            c for c in state.wish.constraints if c.facet == facet and str(_plain(c.value)) == wanted
        ]
        gone = [c for c in alike if c.op == op] or (
            alike if op == "prefer" else []
        )  # given up, it showed as prefer
        if not gone:
            raise InputError(
                f"the wish has no constraint {facet} {op} {wanted}; it has: "
                f"{', '.join(' '.join(c.key) for c in state.wish.constraints) or 'none'}"
            )
        kept = tuple(c for c in state.wish.constraints if c not in gone)
        return self._pressed(session, kept, f"removed: {phrase(gone[0], self.tools.currency)}")

    def correct_photo(self, session: str, facet: str, value: str | None) -> Reply:
        """What the photo shows, put right by the shopper (None: it is not to count), and searched again."""
        if facet not in vocabulary.ATTRIBUTE_FACETS or (
            value is not None and value not in vocabulary.values(facet)
        ):
            raise InputError(
                f"a photo's {facet!r} cannot be {value!r}; facets: {', '.join(vocabulary.ATTRIBUTE_FACETS)}"
            )
        state = self.memory.load(session)
        if state.wish.reference_photo is None:
            raise InputError("there is no reference photo in this conversation; upload one first")
        for name in photo_hashes(state.wish.reference_photo):
            self.memory.correct(session, name, facet, value)
        kept = tuple(
            c
            for c in state.wish.constraints
            if not (c.facet == facet and c.source in ("photo", "button"))
        )
        if value is not None:
            op = "require" if facet == "category" else "prefer"
            kept = merge(kept, (Constraint(facet=facet, op=op, value=value, source="button"),))
        return self._pressed(session, kept, f"corrected: {facet} is {value or 'left out'}")

    def feedback(self, session: str, item_id: str, kind: str) -> Reply | None:
        """Save, unsave or refuse an item; refusing searches again without it."""
        if kind not in KINDS_OF_FEEDBACK:
            raise InputError(f"unknown feedback {kind!r}; allowed: {', '.join(KINDS_OF_FEEDBACK)}")
        self.catalog.row(item_id)
        self.memory.judge(session, item_id, kind)
        if kind != "not_this":
            return None
        return last_reply(
            self._turn(session, Request(button="not this one", images=()), refuse=item_id)
        )

    # -- what is remembered

    def new_session(self) -> str:
        """A new session's id: whoever has it has the conversation."""
        return secrets.token_urlsafe(24)

    def history(self, session: str, last: int | None = None) -> list[Turn]:
        """All turns of a session, or the `last` ones, oldest first."""
        return self.memory.turns(session, last)

    def saved(self, session: str) -> list[Item]:
        """The items that the shopper saved, in the order in which they were first judged."""
        return self.tools.known(self.memory.saved(session))

    def forget(self, session: str) -> None:
        """Deletes a session: turns, pictures, feedback, everything."""
        with self._locks.of(session):
            self._forget(session)

    def export(self, session: str) -> dict:
        """All that is stored on a session, as JSON-ready data."""
        return self.memory.export(session)

    def close(self) -> None:
        """Closes memory and catalogue."""
        self.memory.close()
        self.catalog.close()

    # -- inside

    def _validate(self, session: str, request: Request) -> None:
        if not isinstance(session, str) or not session or len(session) > 200:
            raise InputError("a session needs a name of 1 to 200 characters")
        if (
            not isinstance(request.k, int)
            or isinstance(request.k, bool)
            or not 1 <= request.k <= MOST_CARDS
        ):
            raise InputError(f"k is {request.k!r}; allowed: 1 to {MOST_CARDS}")
        if request.planner not in (None, OFFLINE, LLM, AUTO):
            raise InputError(
                f"unknown planner {request.planner!r}; allowed: {OFFLINE}, {LLM}, {AUTO}"
            )
        if request.composer not in (None, *KINDS):
            raise InputError(f"unknown composer {request.composer!r}; allowed: {', '.join(KINDS)}")

    def _pressed(self, session: str, constraints: tuple[Constraint, ...], button: str) -> Reply:
        return last_reply(self._turn(session, Request(button=button), constraints=constraints))

    def _turn(
        self,
        session: str,
        request: Request,
        constraints: tuple[Constraint, ...] | None = None,
        refuse: str | None = None,
    ) -> Iterator[Event]:
        with self._locks.of(session):
            clock = Clock(self.settings.turn_seconds)
            with clock.stage("memory"):
                state = self.memory.load(session)
            if constraints is not None:
                wish = state.wish.with_constraints(constraints)
                state = state.moved(state.point.model_copy(update={"wish": wish}))
            if refuse is not None:
                rejected = tuple(dict.fromkeys((*state.rejected, refuse)))
                state = state.moved(state.point.model_copy(update={"rejected": rejected}))
            yield from self._stream(state, request, clock)

    def _stream(self, session: Session, request: Request, clock: Clock) -> Iterator[Event]:
        """Runs the graph, tells what happens, stores the turn, and ends with the reply."""
        last: dict = {}
        start = opening(request, session, clock)
        # To stream words as they come LangGraph runs every node in a fresh thread, for which torch and faiss then start threads
        # of their own: 10 ms of a photo turn. Templates are all there at once.
        in_pieces = len(self.backends) > 1 and request.planner != OFFLINE
        modes = ["updates", "custom"] if in_pieces else ["updates"]
        for mode, part in self.graph.stream(
            start, {"recursion_limit": RECURSION_LIMIT}, stream_mode=modes
        ):
            if mode == "custom":
                yield Event(kind="text", text=part)
                continue
            for step, update in part.items():
                last.update(update)
                if step == "speak" and not in_pieces:
                    yield Event(kind="text", text=update["reply"].reply)
                yield Event(kind="step", step=step, text=" · ".join(update.get("trace", ())))
                for note in update.get("notes", ()):
                    yield Event(kind="note", text=note)
        with clock.stage("memory"):
            reply = self._remember(session, last, request)
        yield Event(kind="reply", reply=reply.model_copy(update={"ms": clock.total()}))

    def _answer(self, session: Session, request: Request) -> Reply:
        return last_reply(self._stream(session, request, Clock(self.settings.turn_seconds)))

    def _remember(self, before: Session, last: dict, request: Request) -> Reply:
        reply, talk = last["reply"], last["talk"]
        session: Session = last["session"].model_copy(
            update={"turn": reply.turn, "offer": last["offer"]}
        )
        if talk is None:
            session = session.model_copy(
                update={"given_up": tuple(c.facet for c in last["relaxed"] if c.op == "require")}
            )
        if talk is not None and talk.kind == "forget":
            self._forget(session.id)
            return reply
        if session.named and reply.reference_id not in (None, before.wish.reference_id):
            self.memory.judge(session.id, reply.reference_id, "more_like")
        if reply.cards:
            found = last.get("found")
            session = session.after(
                tuple(card.id for card in reply.cards),
                found.query if talk is None and found else "",
            )
        said = request.text or (f"({request.button})" if request.button else "")
        self.memory.record(session.settled(), said, last["photos"], reply)
        return reply

    def _forget(self, session: str) -> None:
        self.memory.forget(session)
        self.forgotten += 1
        self.drop_words()

    def drop_words(self) -> None:
        """Drops what is kept of shoppers' words to answer faster: somebody wants to be forgotten."""
        self.tools.forget()
        mend.cache_clear()
        for mind in self.backends.values():
            mind.forget()


def _pictures(image: Any) -> tuple[Any, ...]:
    given = image if isinstance(image, list | tuple) else (image,)
    return tuple(
        one for one in given if one is not None and not (isinstance(one, str) and not one.strip())
    )


def _plain(value: Any) -> Any:
    """A price range as the pair that JSON and Python agree on."""
    if isinstance(value, dict):
        return value.get("min"), value.get("max")
    return (value.min, value.max) if hasattr(value, "min") and hasattr(value, "max") else value
