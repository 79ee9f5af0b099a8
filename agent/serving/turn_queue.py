"""A bounded queue of turns: first come, first served, one turn of a session at a time."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.replies import Event
from agent.wording import service
from errors import BusyError, StylistError, WorkError

MAX_WAITING_PER_SESSION = 2
"""Turns of one session that may wait: a page sends one, a second may come from another tab."""
WAIT_NOTICE_S = 3.0
"""How often a waiting shopper is told how many turns are ahead."""
DEFAULT_RETRY_S, MIN_RETRY_S, MAX_RETRY_S = 5, 2, 60
"""Bounds of the pause that a refused shopper is asked for."""


@dataclass(frozen=True)
class Job:
    """A call of the stylist: the method's name and its arguments. Must be picklable.

    streamed: the method returns events, which are sent one by one
    quiet: nobody waits for the result and no message is sent back
    """

    method: str
    arguments: tuple[Any, ...] = ()
    streamed: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Message:
    """A worker's report on a job: that it has begun, its events, and last its value or error.

    forgot: the job deleted a session, so no worker may keep its words
    """

    kind: Literal["ready", "begun", "event", "value", "error"]
    value: Any = None
    forgot: bool = False


@dataclass(eq=False)
class Ticket:
    """A queued job and the mailbox that its messages arrive in."""

    session: str
    job: Job
    turns: TurnQueue
    mailbox: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)
    begun: bool = False
    result: Any = None

    def events(self) -> Iterator[Event]:
        """Yield the events as they come; raise what the job raised.

        A caller that stops early changes nothing: the turn is finished all the same.
        """
        while (message := self._next()).kind != "value":
            if message.kind == "error":
                raise message.value
            yield message.value

    def value(self) -> Any:
        """Return what the job returned; raise what it raised."""
        for _ in self.events():
            pass
        return self.result

    def fail(self, error: StylistError) -> None:
        """End the job with an error."""
        self.mailbox.put(Message("error", error))

    def _next(self) -> Message:
        try:
            message = self.mailbox.get(timeout=None if self.begun else WAIT_NOTICE_S)
        except queue.Empty:
            return Message("event", Event(kind="wait", text=str(self.turns.ahead(self))))
        self.result = message.value
        return message


class TurnQueue:
    """Tickets on their way to workers. Thread-safe.

    capacity: how many tickets may wait in all. `join` raises BusyError beyond it, and beyond
        MAX_WAITING_PER_SESSION of one session.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._changed = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._sessions_served: set[str] = set()
        self._finish_times: deque[float] = deque(maxlen=20)
        self._closed_because: StylistError | None = None
        self._closed_for_good = False

    def join(self, session: str, job: Job) -> Ticket:
        """Append a job. Raises BusyError, or the reason why the queue is closed."""
        with self._changed:
            if self._closed_because is not None:
                # a copy: the original would collect the traceback of every refused turn
                raise type(self._closed_because)(*self._closed_because.args)
            if len(self._waiting) >= self.capacity:
                raise BusyError(service.queue_full(len(self._waiting), self._retry_seconds()))
            waiting = Counter(ticket.session for ticket in self._waiting)[session]
            if waiting >= MAX_WAITING_PER_SESSION:
                raise BusyError(
                    service.session_full(MAX_WAITING_PER_SESSION, self._retry_seconds())
                )
            ticket = Ticket(session, job, self)
            self._waiting.append(ticket)
            self._changed.notify()
            return ticket

    def take(self, timeout: float) -> Ticket | None:
        """Take the first ticket whose session is not being served; None after `timeout` seconds."""
        with self._changed:
            ticket = self._changed.wait_for(self._first_ready, timeout)
            if ticket is None:
                return None
            self._waiting.remove(ticket)
            self._sessions_served.add(ticket.session)
            ticket.begun = True
            return ticket

    def done(self, ticket: Ticket) -> None:
        """Mark a ticket as served, so that the next one of its session may be taken."""
        with self._changed:
            self._sessions_served.discard(ticket.session)
            self._finish_times.append(time.monotonic())
            self._changed.notify_all()

    def put_back(self, ticket: Ticket) -> None:
        """Return a ticket that could not be served to the head of the queue."""
        with self._changed:
            self._sessions_served.discard(ticket.session)
            if self._closed_for_good and self._closed_because is not None:
                ticket.fail(self._closed_because)
                return
            self._waiting.appendleft(ticket)
            ticket.begun = False
            self._changed.notify_all()

    def ahead(self, ticket: Ticket) -> int:
        """Count the tickets before this one."""
        with self._changed:
            return self._waiting.index(ticket) if ticket in self._waiting else 0

    def close(self, error: StylistError, for_good: bool = False) -> None:
        """Fail all waiting and all future tickets with `error`. for_good: the queue cannot be
        reopened.
        """
        with self._changed:
            if self._closed_for_good:
                return
            self._closed_because, self._closed_for_good = error, for_good
            while self._waiting:
                self._waiting.popleft().fail(error)

    def reopen(self) -> None:
        """Accept tickets again, unless the queue was closed for good."""
        with self._changed:
            if not self._closed_for_good:
                self._closed_because = None

    def _first_ready(self) -> Ticket | None:
        return next(
            (ticket for ticket in self._waiting if ticket.session not in self._sessions_served),
            None,
        )

    def _retry_seconds(self) -> int:
        """Estimate when half of the queue will be served: there is room again by then."""
        times = self._finish_times
        if len(times) < 2 or times[-1] <= times[0]:
            return DEFAULT_RETRY_S
        turns_a_second = (len(times) - 1) / (times[-1] - times[0])
        seconds = round(len(self._waiting) / turns_a_second / 2)
        return min(MAX_RETRY_S, max(MIN_RETRY_S, seconds))


def turn_lost_error() -> WorkError:
    """Return the error of a turn whose worker ended before the answer."""
    return WorkError(service.TURN_LOST)
