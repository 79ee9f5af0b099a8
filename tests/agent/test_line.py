"""The line of turns: its order, its end, and what those in it are told."""

from __future__ import annotations

import pytest

from agent.serving.turn_queue import Job, Message, TurnQueue
from errors import BusyError, WorkError

JOB = Job("stream")


def taken(line: TurnQueue) -> str | None:
    ticket = line.take(0.0)
    return ticket and ticket.session


def test_first_come_first_served() -> None:
    line = TurnQueue(10)
    for name in "abc":
        line.join(name, JOB)
    assert [taken(line) for _ in range(4)] == ["a", "b", "c", None]


def test_turns_of_one_session_go_one_after_another_and_hold_nobody_up() -> None:
    line = TurnQueue(10)
    first, second = line.join("a", JOB), line.join("a", JOB)
    line.join("b", JOB)
    assert line.take(0.0) is first
    assert taken(line) == "b" and taken(line) is None
    line.done(first)
    assert line.take(0.0) is second


def test_beyond_its_end_it_is_busy_and_says_when_to_come_again() -> None:
    line = TurnQueue(3)
    for name in "abc":
        line.join(name, JOB)
    with pytest.raises(
        BusyError,
        match=r"3 messages wait before yours.*again in \d+ seconds; nothing of it is lost",
    ):
        line.join("d", JOB)
    line.take(0.0)
    line.join("d", JOB)


def test_nobody_may_fill_the_line_alone() -> None:
    line = TurnQueue(10)
    line.join("a", JOB)
    line.take(0.0)
    line.join("a", JOB)
    line.join("a", JOB)
    with pytest.raises(BusyError, match="2 of your messages"):
        line.join("a", JOB)
    line.join("b", JOB)


def test_a_ticket_that_was_not_served_is_the_first_again() -> None:
    line = TurnQueue(10)
    first = line.join("a", JOB)
    line.join("b", JOB)
    line.take(0.0)
    line.back(first)
    assert line.take(0.0) is first and taken(line) == "b"


def test_who_waits_is_told_how_many_are_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.serving.turn_queue.TOLD_AFTER_S", 0.0)
    line = TurnQueue(10)
    line.join("a", JOB)
    events = line.join("b", JOB).events()
    assert (next(events).kind, next(events).text) == ("wait", "1")


def test_a_shut_line_tells_why_to_all_until_it_opens_again() -> None:
    line = TurnQueue(10)
    waiting = line.join("a", JOB)
    line.shut(WorkError("the shop is closing"))
    with pytest.raises(WorkError, match="closing"):
        waiting.value()
    with pytest.raises(WorkError, match="closing"):
        line.join("b", JOB)
    line.reopen()
    ticket = line.join("b", JOB)
    ticket.box.put(Message("value", 7))
    assert ticket.value() == 7
    line.shut(WorkError("for good"), for_good=True)
    line.reopen()
    with pytest.raises(WorkError, match="for good"):
        line.join("c", JOB)
