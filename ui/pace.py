"""Events in handfuls: a page is not drawn anew for each of them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


def paced(events: Iterator[T], seconds: float) -> Iterator[list[T]]:
    """What comes within so many seconds of its first event is one handful; the end does not wait for that.

    Nothing is held back longer, also when the next event takes its time: a turn that is fast once it has begun is one handful.
    The events are taken to their end even when nobody wants the handfuls any more. Raises what `events` raises.
    """
    box: queue.SimpleQueue[tuple[str, T | BaseException | None]] = queue.SimpleQueue()
    threading.Thread(target=_pump, args=(events, box), name="events", daemon=True).start()
    held: list[T] = []
    due = 0.0
    while True:
        try:
            kind, value = box.get(timeout=max(0.0, due - time.monotonic()) if held else None)
        except queue.Empty:
            kind, value = "pause", None
        if kind == "event":
            due = due if held else time.monotonic() + seconds
            held.append(value)
        if held and (kind in ("pause", "end", "error") or time.monotonic() >= due):
            yield held
            held = []
        if kind == "error":
            raise value
        if kind == "end":
            return


def _pump(events: Iterator[T], box: queue.SimpleQueue) -> None:
    try:
        for event in events:
            box.put(("event", event))
        box.put(("end", None))
    except BaseException as error:  # whatever it is, it belongs to whoever takes the handfuls
        box.put(("error", error))
