"""The queue of turns: its order, its capacity, and what waiting shoppers are told."""

from __future__ import annotations

import pytest

from agent.serving.turn_queue import Job, Message, TurnQueue
from errors import BusyError, WorkError

JOB = Job("stream")


def session_taken(turns: TurnQueue) -> str | None:
    ticket = turns.take(0.0)
    return ticket and ticket.session


def test_first_come_first_served() -> None:
    turns = TurnQueue(10)
    for name in "abc":
        turns.join(name, JOB)
    assert [session_taken(turns) for _ in range(4)] == ["a", "b", "c", None]


def test_turns_of_one_session_go_one_after_another_and_hold_nobody_up() -> None:
    turns = TurnQueue(10)
    first, second = turns.join("a", JOB), turns.join("a", JOB)
    turns.join("b", JOB)
    assert turns.take(0.0) is first
    assert session_taken(turns) == "b" and session_taken(turns) is None
    turns.done(first)
    assert turns.take(0.0) is second


def test_beyond_its_capacity_it_is_busy_and_says_when_to_come_again() -> None:
    turns = TurnQueue(3)
    for name in "abc":
        turns.join(name, JOB)
    with pytest.raises(
        BusyError,
        match=r"3 messages wait before yours.*again in \d+ seconds; nothing of it is lost",
    ):
        turns.join("d", JOB)
    turns.take(0.0)
    turns.join("d", JOB)


def test_no_session_may_fill_the_queue() -> None:
    turns = TurnQueue(10)
    turns.join("a", JOB)
    turns.take(0.0)
    turns.join("a", JOB)
    turns.join("a", JOB)
    with pytest.raises(BusyError, match="2 of your messages"):
        turns.join("a", JOB)
    turns.join("b", JOB)


def test_a_ticket_that_was_put_back_is_the_first_again() -> None:
    turns = TurnQueue(10)
    first = turns.join("a", JOB)
    turns.join("b", JOB)
    turns.take(0.0)
    turns.put_back(first)
    assert turns.take(0.0) is first and session_taken(turns) == "b"


def test_waiting_shoppers_are_told_how_many_are_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.serving.turn_queue.WAIT_NOTICE_S", 0.0)
    turns = TurnQueue(10)
    turns.join("a", JOB)
    events = turns.join("b", JOB).events()
    assert (next(events).kind, next(events).text) == ("wait", "1")


def test_a_closed_queue_fails_every_ticket_until_it_reopens() -> None:
    turns = TurnQueue(10)
    waiting = turns.join("a", JOB)
    turns.close(WorkError("the shop is closing"))
    with pytest.raises(WorkError, match="closing"):
        waiting.value()
    with pytest.raises(WorkError, match="closing"):
        turns.join("b", JOB)
    turns.reopen()
    ticket = turns.join("b", JOB)
    ticket.mailbox.put(Message("value", 7))
    assert ticket.value() == 7
    turns.close(WorkError("for good"), for_good=True)
    turns.reopen()
    with pytest.raises(WorkError, match="for good"):
        turns.join("c", JOB)
