"""Batches of events: none lost, none late, errors where they belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ui.pace import paced


def test_what_comes_at_once_is_one_batch_and_nothing_is_lost() -> None:
    assert list(paced(iter(range(50)), 60.0)) == [list(range(50))]


def test_at_no_pace_each_event_is_on_its_own() -> None:
    assert [n for batch in paced(iter(range(9)), 0.0) for n in batch] == list(range(9))


def test_what_has_come_does_not_wait_for_what_takes_long() -> None:
    go = threading.Event()

    def slow() -> Iterator[int]:
        yield 1
        assert go.wait(30)
        yield 2

    batches = paced(slow(), 0.01)
    assert next(batches) == [1]  # the second is not even begun
    go.set()
    assert next(batches) == [2]


def test_an_error_comes_after_what_was_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("here")

    batches, seen = paced(broken(), 60.0), []
    with pytest.raises(LookupError, match="here"):
        seen.extend(batches)
    assert seen == [[1]]


def test_events_are_taken_to_their_end_though_nobody_looks() -> None:
    ended = threading.Event()

    def turn() -> Iterator[int]:
        yield 1
        yield 2
        ended.set()

    batches = paced(turn(), 0.0)
    next(batches)
    batches.close()
    assert ended.wait(30)
