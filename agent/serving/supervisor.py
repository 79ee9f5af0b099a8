"""The supervisor of a worker process: starts it, feeds it turns and replaces it when it dies."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from agent.serving.turn_queue import Job, Message, Ticket, TurnQueue, turn_lost_error
from agent.serving.worker import RENEW, Opener, WorkerConfig, work
from errors import WorkError

LOG = logging.getLogger(__name__)
POLL_S = 1.0
"""How often an idle worker is checked."""
MIN_RESTART_PAUSE_S, MAX_RESTART_PAUSE_S = 1.0, 60.0
"""The pause after a worker that could not open; it doubles with every failure in a row."""
HANG_TIMEOUT_S = 120.0
"""Silence in a turn, beyond four times the turn's deadline, after which a worker is ended."""
SHUTDOWN_S = 5.0
RENEW_RETRY_S = 30.0
"""The pause after a new state of the catalogue that could not be opened."""
# never fork: torch and FAISS hold threads and locks of their own
_CONTEXT = multiprocessing.get_context("spawn")


class WorkerEndedError(Exception):
    """The worker has ended; the message says why, as far as that is known."""


class WorkerSupervisor:
    """One worker process and the thread that feeds it.

    renewing: shared by all supervisors of a pool, so that one worker at a time opens a new state of
        the catalogue while the others serve
    on_status: called with this supervisor and None once its worker serves, or with the error that
        kept it from opening
    on_forget: called with this supervisor after its worker has deleted a session
    """

    def __init__(
        self,
        number: int,
        config: WorkerConfig,
        turns: TurnQueue,
        opener: Opener,
        renewing: threading.Lock,
        on_status: Callable[[WorkerSupervisor, Exception | None], None],
        on_forget: Callable[[WorkerSupervisor], None],
    ) -> None:
        self.config, self.turns, self.opener = config, turns, opener
        self.on_status, self.on_forget = on_status, on_forget
        self.name = f"worker-{number}"
        self.serving = False
        """Whether the worker is open: busy, or ready for a turn."""
        self._renewing, self._renewal_due, self._not_before = renewing, threading.Event(), 0.0
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._sending = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def started(self) -> bool:
        """Whether `start` was called."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Begin to open the worker; return at once."""
        self._thread.start()

    def send(self, job: Job) -> None:
        """Send a quiet job to run after the current turn.

        A worker that is not open does not need it.
        """
        with self._sending:
            if self._pipe is not None and not self._pipe.closed:
                try:
                    self._pipe.send(job)
                except OSError:
                    LOG.debug("%s has ended", self.name)

    def renew(self) -> None:
        """Have the worker open the catalogue's new state once no other worker is doing so; retry if
        that fails.
        """
        self._not_before = 0.0
        self._renewal_due.set()

    def close(self) -> None:
        """End the worker after its present turn, or at once if that takes long."""
        self._closing.set()
        self._thread.join(SHUTDOWN_S)
        self._end_process()

    # -- the thread

    def _run(self) -> None:
        pause = MIN_RESTART_PAUSE_S
        while not self._closing.is_set():
            try:
                process, pipe = self._start_process()
            except Exception as error:  # top of the thread: it goes on, and callers learn why
                self._end_process()
                if self._closing.is_set():
                    return
                self.on_status(self, error)
                self._closing.wait(pause)
                pause = min(2 * pause, MAX_RESTART_PAUSE_S)
                continue
            pause = MIN_RESTART_PAUSE_S
            self.serving = True
            self.on_status(self, None)
            try:
                self._serve(process, pipe)
            except WorkerEndedError as why:
                LOG.error("%s: %s; another one is started", self.name, why)
            self.serving = False
            self._end_process()

    def _start_process(self) -> tuple[BaseProcess, Connection]:
        """Start the process and wait until it is ready. Raises what kept it from opening."""
        pipe, worker_end = _CONTEXT.Pipe()
        process = _CONTEXT.Process(
            target=work, args=(self.config, worker_end, self.opener), name=self.name, daemon=True
        )
        self._process = process
        process.start()
        worker_end.close()  # so that `pipe` reports the end of the process
        self._pipe = pipe
        try:
            message: Message = pipe.recv()
        except (EOFError, OSError):
            raise WorkError(
                f"a worker ended while it opened ({_exit_of(process)}); fewer may fit: WORKERS=1"
            ) from None
        if message.kind == "error":
            raise message.value
        return process, pipe

    def _serve(self, process: BaseProcess, pipe: Connection) -> None:
        """Hand turns to the worker until the supervisor is closed. Raises WorkerEndedError."""
        while not self._closing.is_set():
            self._renew_if_due(process, pipe)
            ticket = self.turns.take(POLL_S)
            if ticket is not None:
                self._serve_ticket(process, pipe, ticket)
            elif not process.is_alive():
                raise WorkerEndedError(_exit_of(process))

    def _serve_ticket(self, process: BaseProcess, pipe: Connection, ticket: Ticket) -> None:
        """Hand one turn to the worker and its messages to the ticket. Raises WorkerEndedError."""
        try:
            with self._sending:
                pipe.send(ticket.job)
            if not pipe.poll(self._hang_timeout):
                raise EOFError
            pipe.recv()  # the message that the turn has begun
        except (EOFError, OSError):
            # the worker ended while idle: the turn had not begun, another worker can take it
            self.turns.put_back(ticket)
            raise WorkerEndedError(_exit_of(process)) from None
        except Exception as error:  # what cannot be pickled has not been sent
            ticket.fail(
                WorkError(
                    f"a turn takes words, and pictures as paths, bytes or PIL pictures: {error}"
                )
            )
            self.turns.done(ticket)
            return
        try:
            self._forward_messages(process, pipe, ticket)
        except WorkerEndedError:
            ticket.fail(turn_lost_error())
            raise
        finally:
            self.turns.done(ticket)

    def _forward_messages(self, process: BaseProcess, pipe: Connection, ticket: Ticket) -> None:
        """Pass the messages of a job on to its ticket, to the last. Raises WorkerEndedError."""
        while True:
            try:
                if not pipe.poll(self._hang_timeout):
                    raise WorkerEndedError(f"silent for {self._hang_timeout:.0f} s in a turn")
                message: Message = pipe.recv()
            except (EOFError, OSError):
                raise WorkerEndedError(_exit_of(process)) from None
            if message.forgot:
                self.on_forget(self)
            ticket.mailbox.put(message)
            if message.kind in ("value", "error"):
                return

    def _renew_if_due(self, process: BaseProcess, pipe: Connection) -> None:
        """Have the worker open the new state, unless another worker is doing so or a retry is not
        due yet.
        """
        if not self._renewal_due.is_set() or time.monotonic() < self._not_before:
            return
        if self._renewing.acquire(blocking=False):
            try:
                self._renew(process, pipe)
            finally:
                self._renewing.release()

    def _renew(self, process: BaseProcess, pipe: Connection) -> None:
        """Have the worker open the new state, however long that takes. Raises WorkerEndedError."""
        self._renewal_due.clear()
        try:
            with self._sending:
                pipe.send(RENEW)
            while not pipe.poll(POLL_S):
                if self._closing.is_set() or not process.is_alive():
                    raise WorkerEndedError("it ended while it opened the catalogue's new state")
            message: Message = pipe.recv()
        except (EOFError, OSError):
            raise WorkerEndedError(_exit_of(process)) from None
        if message.kind == "error":
            LOG.error(
                "%s goes on with the catalogue's old state for now: %s", self.name, message.value
            )
            self._not_before = time.monotonic() + RENEW_RETRY_S
            self._renewal_due.set()

    @property
    def _hang_timeout(self) -> float:
        return HANG_TIMEOUT_S + 4 * self.config.settings.turn_seconds

    def _end_process(self) -> None:
        with self._sending:
            if self._pipe is not None:
                try:
                    self._pipe.send(None)
                except OSError:
                    LOG.debug("%s has ended already", self.name)
                self._pipe.close()
        if self._process is not None and self._process.is_alive():
            self._process.join(SHUTDOWN_S)
            if self._process.is_alive():
                self._process.terminate()
                self._process.join(POLL_S)


def _exit_of(process: BaseProcess) -> str:
    """Describe how a process ended, for the log."""
    process.join(POLL_S)
    code = process.exitcode
    return f"exit code {code}" + (", killed; perhaps the memory was full" if code == -9 else "")
