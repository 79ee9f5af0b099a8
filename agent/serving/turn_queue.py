"""The line of turns: first come, first served, one turn of a session at a time, and an end to how many may wait."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.replies import Event
from errors import BusyError, StylistError, WorkError

MOST_OF_A_SESSION = 2
"""Turns of one session that may wait: a page sends one, a second may come from another tab."""
TOLD_AFTER_S = 3.0
"""Who waits is told so, and again each time that so much has passed."""


@dataclass(frozen=True)
class Job:
    """A call of the stylist: its method and what goes with it. All of it can be pickled.

    streamed: what it returns are events, sent one by one; quiet: nobody waits for it and nothing comes back.
    """

    method: str
    arguments: tuple[Any, ...] = ()
    streamed: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Message:
    """What comes of a job: that it has begun, events, and last its value or the error that it ended with.

    forgot: the job made a session forgotten, so that no worker may keep its words.
    """

    kind: Literal["ready", "begun", "event", "value", "error"]
    value: Any = None
    forgot: bool = False


@dataclass(eq=False)
class Ticket:
    """A job in the line, and the box that its messages arrive in."""

    session: str
    job: Job
    line: TurnQueue
    box: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)
    begun: bool = False
    result: Any = None

    def events(self) -> Iterator[Event]:
        """The events as they come. Raises what the job raised. Whoever leaves early changes nothing: the turn is finished."""
        while (message := self._next()).kind != "value":
            if message.kind == "error":
                raise message.value
            yield message.value

    def value(self) -> Any:
        """What the job returned. Raises what it raised."""
        for _ in self.events():
            pass
        return self.result

    def _next(self) -> Message:
        try:
            message = self.box.get(timeout=None if self.begun else TOLD_AFTER_S)
        except queue.Empty:
            return Message("event", Event(kind="wait", text=str(self.line.ahead(self))))
        self.result = message.value
        return message

    def fail(self, error: StylistError) -> None:
        """Ends the job with an error."""
        self.box.put(Message("error", error))


class TurnQueue:
    """Tickets on their way to workers. Thread-safe.

    most: how many may wait in all. Raises BusyError beyond it, and beyond `MOST_OF_A_SESSION` of one session.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._changed = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._served: set[str] = set()
        self._ends: deque[float] = deque(maxlen=20)
        self._shut: StylistError | None = None
        self._for_good = False

    def join(self, session: str, job: Job) -> Ticket:
        """A place at the end of the line. Raises BusyError, or the reason why nothing is served just now."""
        with self._changed:
            if self._shut is not None:
                raise type(self._shut)(
                    *self._shut.args
                )  # a fresh one: it would keep every refused turn in its traceback
            if len(self._waiting) >= self.most:
                raise BusyError(
                    f"Many people are shopping just now: {len(self._waiting)} messages wait before yours. Please send it "
                    f"again in {self._seconds()} seconds; nothing of it is lost."
                )
            if Counter(ticket.session for ticket in self._waiting)[session] >= MOST_OF_A_SESSION:
                raise BusyError(
                    f"{MOST_OF_A_SESSION} of your messages are waiting for their answers. Please send this one again in "
                    f"{self._seconds()} seconds; nothing of it is lost."
                )
            ticket = Ticket(session, job, self)
            self._waiting.append(ticket)
            self._changed.notify()
            return ticket

    def take(self, timeout: float) -> Ticket | None:
        """The first ticket whose session is not being served, or None after `timeout` seconds. It is then being served."""
        with self._changed:
            ticket = self._changed.wait_for(self._first, timeout)
            if ticket is None:
                return None
            self._waiting.remove(ticket)
            self._served.add(ticket.session)
            ticket.begun = True
            return ticket

    def done(self, ticket: Ticket) -> None:
        """The ticket has been served: the next one of its session may go."""
        with self._changed:
            self._served.discard(ticket.session)
            self._ends.append(time.monotonic())
            self._changed.notify_all()

    def back(self, ticket: Ticket) -> None:
        """The ticket was not served after all and is the first again."""
        with self._changed:
            self._served.discard(ticket.session)
            if self._for_good:
                ticket.fail(self._shut)
                return
            self._waiting.appendleft(ticket)
            ticket.begun = False
            self._changed.notify_all()

    def ahead(self, ticket: Ticket) -> int:
        """How many wait before this one."""
        with self._changed:
            return self._waiting.index(ticket) if ticket in self._waiting else 0

    def shut(self, error: StylistError, for_good: bool = False) -> None:
        """Nothing is served any more: who waits and who comes is told why. for_good: it does not reopen."""
        with self._changed:
            if self._for_good:
                return
            self._shut, self._for_good = error, for_good
            while self._waiting:
                self._waiting.popleft().fail(error)

    def reopen(self) -> None:
        """Turns are served again, unless the line was shut for good."""
        with self._changed:
            if not self._for_good:
                self._shut = None

    def _first(self) -> Ticket | None:
        return next(
            (ticket for ticket in self._waiting if ticket.session not in self._served), None
        )

    def _seconds(self) -> int:
        """How long the line takes at its present pace."""
        if len(self._ends) < 2 or self._ends[-1] <= self._ends[0]:
            return 5
        pace = (len(self._ends) - 1) / (self._ends[-1] - self._ends[0])
        return min(
            60, max(2, round(len(self._waiting) / pace / 2))
        )  # a line half as long has room again


def lost() -> WorkError:
    """The error of a turn whose worker ended before the answer."""
    return WorkError(
        "The answer was lost on its way: the process that worked on it ended. What was said before is kept; please "
        "send your message again."
    )
