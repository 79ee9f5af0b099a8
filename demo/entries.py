"""The demo catalogue's entries, drawn in order by worker processes while the caller embeds."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import groupby

from catalog.entries import Entry, to_jpeg
from demo import Drawn, plan_items, render_design

PER_TASK = 8
AHEAD = 24
"""Tasks under way at once: enough to keep the workers busy while the caller embeds a batch."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def draw_entries(items: int, seed: int, workers: int | None = None) -> Iterator[Entry]:
    """Yield the drawn items of a seed in the plan's order.

    Workers are started afresh (spawn) and never load torch.
    """
    tasks = deque(_tasks(plan_items(items, seed)))
    workers = workers or max(2, os.cpu_count() or 2)
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_with_the_parent
    )
    pending: deque[Future[list[Entry]]] = deque()
    try:
        with _one_thread_each():
            while tasks and len(pending) < AHEAD:
                pending.append(pool.submit(draw, tasks.popleft()))
        while pending:
            yield from pending.popleft().result()
            if tasks:
                pending.append(pool.submit(draw, tasks.popleft()))
    finally:
        pool.shutdown(cancel_futures=True)


def draw(part: list[Drawn]) -> list[Entry]:
    """Draw these planned items in a worker; consecutive colourways of a design share its relief."""
    entries = []
    for _, group in groupby(part, key=lambda one: one.design.id):
        items = list(group)
        pictures = render_design(items[0].design, [one.colourway for one in items])
        entries += [
            Entry(one.item, to_jpeg(picture), one.truth)
            for one, picture in zip(items, pictures, strict=True)
        ]
    return entries


def _tasks(plan: list[Drawn]) -> list[list[Drawn]]:
    """Split the plan, in order, where a design ends once a part holds PER_TASK items."""
    tasks: list[list[Drawn]] = [[]]
    for _, group in groupby(plan, key=lambda one: one.design.id):
        if len(tasks[-1]) >= PER_TASK:
            tasks.append([])
        tasks[-1] += group
    return [task for task in tasks if task]


def _leave_with_the_parent() -> None:
    """End this worker process when its parent ends; otherwise it would outlive a killed parent."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Give processes started within one thread each for linear algebra.

    One single-threaded worker a core is fastest.
    """
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
