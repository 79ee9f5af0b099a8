"""The stylist's calls, answered by several worker processes.

Threads would gain nothing: the interpreter's lock lets one of them compute at a time. The pool is
our own code because `concurrent.futures.ProcessPoolExecutor` gives up all its workers when one
dies, streams no events, and keeps neither the order of a session's turns nor a bound on the queue.

Turns wait in one queue. Reading (history, saved items) goes to this process's own connection to the
memory file and never waits for a turn.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.memory.session import new_session_id
from agent.memory.storage import IN_RAM
from agent.memory.store import Memory
from agent.replies import Event, Reply, Turn, last_reply
from agent.serving.freezing import freeze_heap
from agent.serving.supervisor import WorkerSupervisor
from agent.serving.turn_queue import Job, TurnQueue
from agent.serving.worker import Opener, WorkerConfig, open_stylist
from agent.wording import service
from catalog.item import Item
from catalog.store import Catalog
from errors import WorkError
from settings import Settings, cores, load_settings

LOG = logging.getLogger(__name__)
DROP_WORDS = Job("drop_words", quiet=True)


class StylistPool:
    """Answers turns on one catalogue in worker processes. Safe for many threads.

    Turns of one session are answered in order, one at a time; all others first come, first served.
    A turn is refused with BusyError, and nothing of it is lost, beyond `settings.waiting` turns in
    the queue or two of one session. A worker that dies is replaced; the turn that it was in raises
    WorkError.
    """

    def __init__(
        self,
        catalog: Catalog,
        memory: Memory,
        config: WorkerConfig,
        opener: Opener = open_stylist,
    ) -> None:
        self.catalog, self.memory, self.settings = catalog, memory, config.settings
        self.turns = TurnQueue(config.settings.waiting)
        self._changed = threading.Condition()
        self._serving: set[WorkerSupervisor] = set()
        self._failed: dict[WorkerSupervisor, Exception] = {}
        renewing = threading.Lock()
        self._supervisors = [
            WorkerSupervisor(
                number, config, self.turns, opener, renewing, self._on_status, self._on_forget
            )
            for number in range(1, config.settings.workers + 1)
        ]
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def open(
        cls,
        directory: str | Path,
        memory: str | Path | None = None,
        settings: Settings | None = None,
        opener: Opener = open_stylist,
    ) -> StylistPool:
        """Open `settings.workers` workers on the catalogue in `directory`; return once the first is
        warmed up.

        memory: a file that all workers share, or None for a temporary one. Raises
            CatalogMissingError, EncoderMismatchError, WorkError.
        """
        settings = settings or load_settings()
        folder = None
        if memory is None or str(memory) == IN_RAM:
            # processes cannot share what is in RAM
            folder = tempfile.TemporaryDirectory(prefix="memory-")
            memory = Path(folder.name) / "memory.sqlite"
        config = WorkerConfig(
            Path(directory),
            Path(memory),
            settings.model_copy(update={"memory": Path(memory)}),
            threads=max(1, cores() // settings.workers),
        )
        pool = cls(Catalog.open(directory), Memory(memory), config, opener)
        pool._temporary = folder
        pool.start()
        return pool

    def start(self) -> None:
        """Start the first worker, wait for it, then start the others behind it.

        The first one has all cores to itself, and what a catalogue keeps beside it is made once.
        Raises what kept the first worker from opening.
        """
        first, *others = self._supervisors
        first.start()
        with self._changed:
            self._changed.wait_for(lambda: self._serving or self._failed)
            error = self._failed.get(first)
        if error is not None:
            self.close()
            raise error
        for supervisor in others:
            supervisor.start()
        freeze_heap()

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
        """Answer one turn, as `Stylist.chat` does. Raises BusyError if too many turns wait."""
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
        """Answer one turn in pieces, as `Stylist.stream` does; `wait` events come first if the
        queue is long.

        Raises BusyError at once if too many turns wait; what a worker raises comes with the first
        event.
        """
        arguments = (session, text, image, like, k, guard, composer, planner)
        return self.turns.join(session, Job("stream", arguments, streamed=True)).events()

    def remove(self, session: str, facet: str, op: str, value: Any) -> Reply:
        """Remove one constraint from the wish and search again."""
        reply: Reply = self._call(session, "remove", facet, op, value)
        return reply

    def correct_photo(self, session: str, facet: str, value: str | None) -> Reply:
        """Correct what was seen in the reference photo (None: ignore it) and search again."""
        reply: Reply = self._call(session, "correct_photo", facet, value)
        return reply

    def feedback(self, session: str, item_id: str, kind: str) -> Reply | None:
        """Save, unsave or refuse an item; only a refusal is a turn and searches again."""
        if kind in ("save", "unsave"):
            self.catalog.row(item_id)
            self.memory.judge(session, item_id, kind)
            return None
        reply: Reply | None = self._call(session, "feedback", item_id, kind)
        return reply

    def forget(self, session: str) -> None:
        """Delete a session in every process: turns, pictures, feedback, everything."""
        self._call(session, "forget")

    # -- reading the memory

    def new_session(self) -> str:
        """Return a new session's id: whoever has it has the conversation."""
        return new_session_id()

    def history(self, session: str, last: int | None = None) -> list[Turn]:
        """Return all turns of a session, or the `last` ones, oldest first."""
        return self.memory.turns(session, last)

    def saved(self, session: str) -> list[Item]:
        """Return the saved items, in the order in which they were first judged."""
        # a newer catalogue may have lost some
        rows = map(self.catalog.find, self.memory.saved(session))
        return self.catalog.items([row for row in rows if row is not None])

    def export(self, session: str) -> dict[str, Any]:
        """Return everything stored on a session as JSON-ready data."""
        return self.memory.export(session)

    # -- the workers

    def renewed(self) -> StylistPool | None:
        """Move this pool to the catalogue's new state and return it; None if the catalogue has not
        changed.

        Workers change over one after the other, each between two turns. Raises what `open` raises.
        """
        if not self.catalog.changed:
            return None
        self.catalog = Catalog.open(self.catalog.folder, known=self.catalog)
        for supervisor in self._supervisors:
            supervisor.renew()
        return self

    @property
    def workers(self) -> int:
        """How many workers are open."""
        return sum(supervisor.serving for supervisor in self._supervisors)

    def close(self) -> None:
        """End the pool: waiting turns fail, turns under way are finished if that does not take
        long.
        """
        self.turns.close(WorkError(service.CLOSING), for_good=True)
        closers = [
            threading.Thread(target=supervisor.close)
            for supervisor in self._supervisors
            if supervisor.started
        ]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join()
        self.memory.close()
        self.catalog.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _call(self, session: str, method: str, *arguments: Any) -> Any:
        return self.turns.join(session, Job(method, (session, *arguments))).value()

    def _on_status(self, supervisor: WorkerSupervisor, error: Exception | None) -> None:
        """Note that a worker serves or could not open; close the queue while none serves."""
        with self._changed:
            if error is None:
                self._serving.add(supervisor)
                self._failed.pop(supervisor, None)
                self.turns.reopen()
            else:
                LOG.error("%s could not open: %s", supervisor.name, error)
                self._serving.discard(supervisor)
                self._failed[supervisor] = error
                if not self._serving:
                    # the reason is in the log; it may name addresses that shoppers should not see
                    self.turns.close(WorkError(service.CLOSED))
            self._changed.notify_all()

    def _on_forget(self, origin: WorkerSupervisor) -> None:
        for supervisor in self._supervisors:
            if supervisor is not origin:
                supervisor.send(DROP_WORDS)
