"""The demo catalogue's entries: designs drawn by worker processes, in order, while the caller embeds."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from catalog.build import Entry, to_jpeg
from catalog.drawn import Drawn, plan_items, render

PER_TASK = 8
AHEAD = 24
"""Tasks under way at once: enough to keep the workers busy while the caller embeds a batch."""


def draw_entries(items: int, seed: int, workers: int | None = None) -> Iterator[Entry]:
    """The drawn items of a seed, in the plan's order. The workers are started anew (spawn) and never load torch."""
    plan = plan_items(items, seed)
    tasks = [plan[start:start + PER_TASK] for start in range(0, len(plan), PER_TASK)]
    workers = workers or max(2, os.cpu_count() or 2)
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_one_thread)
    try:
        pending: deque[Future[list[Entry]]] = deque()
        for task in tasks:
            pending.append(pool.submit(draw, task))
            if len(pending) >= AHEAD:
                yield from pending.popleft().result()
        for future in pending:
            yield from future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def draw(part: list[Drawn]) -> list[Entry]:
    """Entries of these planned items (runs in a worker)."""
    return [Entry(one.item, to_jpeg(render(one.design, one.colourway)), one.truth) for one in part]


def _one_thread() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
