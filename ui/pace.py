"""Events in batches, so that the page is not redrawn for each of them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class _Item(Generic[T]):
    event: T


@dataclass(frozen=True)
class _End:
    """The end of the events, with the error that ended them."""

    error: BaseException | None = None


_Box = queue.SimpleQueue[_Item[T] | _End]


def paced(events: Iterator[T], seconds: float) -> Iterator[list[T]]:
    """Yield the events that come within `seconds` of the first one as one batch.

    No batch is held back longer, even if the next event takes its time, and the end does not wait:
    a turn that is fast once it has begun is a single batch. All events are taken even if nobody
    wants the batches any more. Raises what `events` raises, after the batch before it.
    """
    box: _Box[T] = queue.SimpleQueue()
    threading.Thread(target=_pump, args=(events, box), name="events", daemon=True).start()
    batch: list[T] = []
    due = 0.0
    while True:
        try:
            received = box.get(timeout=max(0.0, due - time.monotonic()) if batch else None)
        except queue.Empty:
            received = None
        if isinstance(received, _Item):
            due = due if batch else time.monotonic() + seconds
            batch.append(received.event)
        if batch and (not isinstance(received, _Item) or time.monotonic() >= due):
            yield batch
            batch = []
        if isinstance(received, _End):
            if received.error is not None:
                raise received.error
            return


def _pump(events: Iterator[T], box: _Box[T]) -> None:
    try:
        for event in events:
            box.put(_Item(event))
        box.put(_End())
    except BaseException as error:  # it belongs to whoever takes the batches
        box.put(_End(error))
