"""The crew: the same calls as the stylist's, answered by several processes, so that shoppers do not wait for one interpreter.

Turns wait in one line. What is only read comes from this process' own view of the memory and never waits for a turn.
"""

from __future__ import annotations

import logging
import secrets
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.memory.storage import IN_RAM
from agent.memory.store import Memory
from agent.replies import Event, Reply, Turn, last_reply
from agent.serving.freezing import settle
from agent.serving.supervisor import WorkerSupervisor
from agent.serving.turn_queue import Job, TurnQueue
from agent.serving.worker import Opener, Post, open_stylist
from catalog.item import Item
from catalog.store import Catalog
from errors import WorkError
from settings import Settings, cores, load_settings

LOG = logging.getLogger(__name__)
DROP = Job("drop_words", quiet=True)
CLOSED = "The shop cannot answer just now. Nothing that was said is lost; please send your message again in a minute."


class StylistPool:
    """Answers turns on one catalogue in worker processes. Safe for many threads.

    Turns of one session are answered in order, one at a time; all others first come, first served. Beyond `settings.waiting`
    turns in the line, or two of one session, a turn is refused with BusyError, and nothing of it is lost. A worker that dies is
    replaced; the turn that it was in raises WorkError.
    """

    def __init__(
        self, catalog: Catalog, memory: Memory, post: Post, opener: Opener = open_stylist
    ) -> None:
        self.catalog, self.memory, self.settings = catalog, memory, post.settings
        self.line = TurnQueue(post.settings.waiting)
        self._state = threading.Condition()
        self._serving: set[WorkerSupervisor] = set()
        self._failed: dict[WorkerSupervisor, Exception] = {}
        renewing = threading.Lock()
        self._keepers = [
            WorkerSupervisor(n + 1, post, self.line, opener, renewing, self._told, self._forgot)
            for n in range(post.settings.workers)
        ]
        self._temporary: tempfile.TemporaryDirectory | None = None

    @classmethod
    def open(
        cls,
        directory: str | Path,
        memory: str | Path | None = None,
        settings: Settings | None = None,
        opener: Opener = open_stylist,
    ) -> StylistPool:
        """A crew of `settings.workers` on the catalogue in `directory`, as soon as the first of them is warmed up.

        memory: a file that all share, or None for one that goes with the crew. Raises CatalogMissingError, EncoderMismatchError,
        WorkError.
        """
        settings = settings or load_settings()
        folder = None
        if (
            memory is None or str(memory) == IN_RAM
        ):  # what lies in one process' RAM the others could not read
            folder = tempfile.TemporaryDirectory(prefix="memory-")
            memory = Path(folder.name) / "memory.sqlite"
        post = Post(
            Path(directory),
            Path(memory),
            settings.model_copy(update={"memory": Path(memory)}),
            threads=max(1, cores() // settings.workers),
        )
        crew = cls(Catalog.open(directory), Memory(memory), post, opener)
        crew._temporary = folder
        crew.start()
        return crew

    def start(self) -> None:
        """Opens the workers: the first alone, so that it has all cores and what a catalogue keeps beside it is made once;
        the others behind it, while it serves. Raises what kept the first from opening."""
        first, *others = self._keepers
        first.start()
        with self._state:
            self._state.wait_for(lambda: self._serving or self._failed)
            error = self._failed.get(first)
        if error is not None:
            self.close()
            raise error
        for keeper in others:
            keeper.start()
        settle()

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
        """Answers one turn, as `Stylist.chat`. Raises BusyError where too many wait."""
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
        """The same turn in pieces, as `Stylist.stream`; `wait` events come first where the line is long.

        Raises BusyError at once where too many wait; what a worker raises comes with the first event.
        """
        job = Job(
            "stream", (session, text, image, like, k, guard, composer, planner), streamed=True
        )
        return self.line.join(session, job).events()

    def remove(self, session: str, facet: str, op: str, value: Any) -> Reply:
        """A chip tapped away: the wish without this constraint, searched again."""
        return self._value(session, Job("remove", (session, facet, op, value)))

    def correct_photo(self, session: str, facet: str, value: str | None) -> Reply:
        """What the photo shows, put right by the shopper (None: it is not to count), and searched again."""
        return self._value(session, Job("correct_photo", (session, facet, value)))

    def feedback(self, session: str, item_id: str, kind: str) -> Reply | None:
        """Save, unsave or refuse an item; refusing searches again without it, the others need no turn."""
        if kind in ("save", "unsave"):
            self.catalog.row(item_id)
            self.memory.judge(session, item_id, kind)
            return None
        return self._value(session, Job("feedback", (session, item_id, kind)))

    def forget(self, session: str) -> None:
        """Deletes a session: turns, pictures, feedback, everything, in every process."""
        self._value(session, Job("forget", (session,)))

    # -- what is remembered

    def new_session(self) -> str:
        """A new session's id: whoever has it has the conversation."""
        return secrets.token_urlsafe(24)

    def history(self, session: str, last: int | None = None) -> list[Turn]:
        """All turns of a session, or the `last` ones, oldest first."""
        return self.memory.turns(session, last)

    def saved(self, session: str) -> list[Item]:
        """The items that the shopper saved, in the order in which they were first judged."""
        rows = map(
            self.catalog.find, self.memory.saved(session)
        )  # a newer catalogue may have lost some
        return self.catalog.items(row for row in rows if row is not None)

    def export(self, session: str) -> dict:
        """All that is stored on a session, as JSON-ready data."""
        return self.memory.export(session)

    # -- the workers

    def renewed(self) -> StylistPool | None:
        """This crew on the catalogue's new state where it has been updated since, else None.

        Each worker goes over to it between two turns, one after the other. Raises what `open` raises.
        """
        if not self.catalog.changed:
            return None
        self.catalog = Catalog.open(self.catalog.folder, known=self.catalog)
        for keeper in self._keepers:
            keeper.renew()
        return self

    @property
    def workers(self) -> int:
        """How many are open and serve."""
        return sum(keeper.serving for keeper in self._keepers)

    def close(self) -> None:
        """Ends the crew: who waits is told, turns that are under way are finished where that is soon."""
        self.line.shut(WorkError("the shop is closing"), for_good=True)
        enders = [
            threading.Thread(target=keeper.close) for keeper in self._keepers if keeper.started
        ]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
        self.memory.close()
        self.catalog.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _value(self, session: str, job: Job) -> Any:
        return self.line.join(session, job).value()

    def _told(self, keeper: WorkerSupervisor, error: Exception | None) -> None:
        """A worker serves, or could not open. With none that serves or is on its way, the line is told why."""
        with self._state:
            if error is None:
                self._serving.add(keeper)
                self._failed.pop(keeper, None)
                self.line.reopen()
            else:
                LOG.error("%s could not open: %s", keeper.name, error)
                self._serving.discard(keeper)
                self._failed[keeper] = error
                if not self._serving:
                    self.line.shut(
                        WorkError(CLOSED)
                    )  # the log has the reason; shoppers need no addresses
            self._state.notify_all()

    def _forgot(self, keeper: WorkerSupervisor) -> None:
        for other in self._keepers:
            if other is not keeper:
                other.tell(DROP)
