"""The keeper of a worker: starts its process, brings it turns from the line, and starts another one when it dies."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from agent.serving.turn_queue import Job, Message, Ticket, TurnQueue, lost
from agent.serving.worker import RENEWAL, Opener, Post, work
from errors import WorkError

LOG = logging.getLogger(__name__)
LOOK_S = 1.0
"""How often an idle worker is looked after."""
AGAIN_S, LONGEST_S = 1.0, 60.0
"""The pause after a worker that could not open; it doubles from time to time."""
HANGS_AFTER_S = 120.0
"""Silence of a worker in a turn, beyond four turns' deadlines, after which it is ended."""
END_S = 5.0
RETRY_S = 30.0
"""The pause after a catalogue's new state that could not be opened."""
_PROCESSES = multiprocessing.get_context(
    "spawn"
)  # never fork: torch and FAISS hold threads and locks of their own


RENEW = Job(RENEWAL)


class Gone(Exception):
    """The worker has ended, and why as far as that is known."""


class WorkerSupervisor:
    """One worker and the thread beside it.

    renewing: shared by all keepers of a crew, so that one worker at a time opens a catalogue's new state while the others serve.
    told: called with this keeper and None once its worker serves, or with the error that kept it from opening.
    forgot: called with this keeper when its worker has forgotten a session.
    """

    def __init__(
        self,
        number: int,
        post: Post,
        line: TurnQueue,
        opener: Opener,
        renewing: threading.Lock,
        told: Callable[[WorkerSupervisor, Exception | None], None],
        forgot: Callable[[WorkerSupervisor], None],
    ) -> None:
        self.post, self.line, self.opener, self.told, self.forgot = post, line, opener, told, forgot
        self._renewing, self._due, self._not_before = renewing, threading.Event(), 0.0
        self.name = f"worker-{number}"
        self.process: multiprocessing.process.BaseProcess | None = None
        self.serving = False
        """Whether its worker is open: busy, or ready for a turn."""
        self._pipe: Connection | None = None
        self._sending = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=self.name, daemon=True)

    @property
    def started(self) -> bool:
        """Whether `start` was called."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Begins to open the worker; returns at once."""
        self._thread.start()

    def tell(self, job: Job) -> None:
        """A job that nobody waits for, done after the present turn. A worker that is not open has no need of it."""
        with self._sending:
            if self._pipe is not None and not self._pipe.closed:
                try:
                    self._pipe.send(job)
                except OSError:
                    LOG.debug("%s has ended", self.name)

    def renew(self) -> None:
        """The catalogue has a new state: the worker goes over to it when no other is doing so, and tries again when it fails."""
        self._not_before = 0.0
        self._due.set()

    def close(self) -> None:
        """Ends the worker after the turn that it is in, or at once when that takes long."""
        self._ended.set()
        self._thread.join(END_S)
        self._end()

    # -- the thread

    def _keep(self) -> None:
        pause = AGAIN_S
        while not self._ended.is_set():
            try:
                pipe = self._hire()
            except Exception as error:  # a door: the thread goes on, whoever waits learns why
                self._end()
                if self._ended.is_set():
                    return
                self.told(self, error)
                self._ended.wait(pause)
                pause = min(2 * pause, LONGEST_S)
                continue
            pause = AGAIN_S
            self.serving = True
            self.told(self, None)
            try:
                self._serve(pipe)
            except Gone as why:
                LOG.error("%s: %s; another one is started", self.name, why)
            self.serving = False
            self._end()

    def _hire(self) -> Connection:
        """Starts the process; returns its pipe once it is ready. Raises what kept it from opening."""
        pipe, theirs = _PROCESSES.Pipe()
        self.process = _PROCESSES.Process(
            target=work, args=(self.post, theirs, self.opener), name=self.name, daemon=True
        )
        self.process.start()
        theirs.close()  # so that this end closes when the process ends
        self._pipe = pipe
        try:
            message: Message = pipe.recv()
        except (EOFError, OSError):
            raise WorkError(
                f"a worker ended while it opened ({self._exit()}); fewer may fit: WORKERS=1"
            ) from None
        if message.kind == "error":
            raise message.value
        return pipe

    def _serve(self, pipe: Connection) -> None:
        while not self._ended.is_set():
            if (
                self._due.is_set()
                and time.monotonic() >= self._not_before
                and self._renewing.acquire(blocking=False)
            ):
                try:
                    self._renew(pipe)
                finally:
                    self._renewing.release()
            ticket = self.line.take(LOOK_S)
            if ticket is None:
                if not self.process.is_alive():
                    raise Gone(self._exit())
                continue
            try:
                with self._sending:
                    pipe.send(ticket.job)
                if not pipe.poll(self._patience):
                    raise EOFError
                pipe.recv()  # that the turn has begun
            except (
                EOFError,
                OSError,
            ):  # it ended while it had nothing to do: nobody's turn is lost
                self.line.back(ticket)
                raise Gone(self._exit()) from None
            except Exception as error:  # what cannot be pickled has not been sent
                ticket.fail(
                    WorkError(
                        f"a turn takes words, and pictures as paths, bytes or PIL pictures: {error}"
                    )
                )
                self.line.done(ticket)
                continue
            try:
                self._bring(pipe, ticket)
            except Gone:
                ticket.fail(lost())
                raise
            finally:
                self.line.done(ticket)

    def _bring(self, pipe: Connection, ticket: Ticket) -> None:
        """Hands on what comes of a job, to its end. Raises Gone."""
        while True:
            try:
                if not pipe.poll(self._patience):
                    raise Gone(f"silent for {self._patience:.0f} s in a turn")
                message: Message = pipe.recv()
            except (EOFError, OSError):
                raise Gone(self._exit()) from None
            if message.forgot:
                self.forgot(self)
            ticket.box.put(message)
            if message.kind in ("value", "error"):
                return

    def _renew(self, pipe: Connection) -> None:
        """Has the worker open the new state, however long that takes. Raises Gone."""
        self._due.clear()
        try:
            with self._sending:
                pipe.send(RENEW)
            while not pipe.poll(LOOK_S):
                if self._ended.is_set() or not self.process.is_alive():
                    raise Gone("it ended while it opened the catalogue's new state")
            message: Message = pipe.recv()
        except (EOFError, OSError):
            raise Gone(self._exit()) from None
        if message.kind == "error":
            LOG.error(
                "%s goes on with the catalogue's old state for now: %s", self.name, message.value
            )
            self._not_before = time.monotonic() + RETRY_S
            self._due.set()

    @property
    def _patience(self) -> float:
        return HANGS_AFTER_S + 4 * self.post.settings.turn_seconds

    def _exit(self) -> str:
        self.process.join(LOOK_S)
        code = self.process.exitcode
        return f"exit code {code}" + (", killed; perhaps the memory was full" if code == -9 else "")

    def _end(self) -> None:
        with self._sending:
            if self._pipe is not None:
                try:
                    self._pipe.send(None)
                except OSError:
                    LOG.debug("%s has ended already", self.name)
                self._pipe.close()
        if self.process is not None and self.process.is_alive():
            self.process.join(END_S)
            if self.process.is_alive():
                self.process.terminate()
                self.process.join(LOOK_S)
