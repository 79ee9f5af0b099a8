"""Cached access to rows across the parts of a catalogue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from cachetools import LRUCache

from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.part import Part

MAX_CACHED_ROWS = 10_000
"""Rows whose items, and whose claims, stay in memory."""
T = TypeVar("T")


class RowReader:
    """A reader of items and claims by row number over all parts; safe for many threads."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        starts: list[int] = np.cumsum([0, *(len(part) for part in parts)]).tolist()
        self._spans = list(zip(self.parts, starts[:-1], starts[1:], strict=True))
        self._items: LRUCache[int, Item] = LRUCache(MAX_CACHED_ROWS)
        self._claims: LRUCache[int, tuple[Claim, ...]] = LRUCache(MAX_CACHED_ROWS)
        self._lock = threading.Lock()

    def spans(self) -> Iterator[tuple[Part, slice]]:
        """Yield each part with the rows that it holds."""
        for part, start, end in self._spans:
            yield part, slice(start, end)

    def find(self, id_: str) -> Iterator[int]:
        """Yield the rows of an id, the latest part's first."""
        for part, start, _ in reversed(self._spans):
            row = part.find(id_)
            if row is not None:
                yield start + row

    def items(self, rows: Iterable[int]) -> list[Item]:
        """Return the items of these rows, in order."""
        return self._cached(self._items, rows, Part.items)

    def claims(self, rows: Iterable[int]) -> list[tuple[Claim, ...]]:
        """Return the claims of the text of each of these rows' listings."""
        return self._cached(self._claims, rows, Part.claims)

    def _cached(
        self,
        cache: LRUCache[int, T],
        rows: Iterable[int],
        read: Callable[[Part, Sequence[int]], dict[int, T]],
    ) -> list[T]:
        """Return the values of these rows, reading uncached ones from their parts."""
        numbers = [int(row) for row in rows]
        with self._lock:
            values = {row: cache[row] for row in numbers if row in cache}
        missing = sorted({row for row in numbers if row not in values})
        fresh: dict[int, T] = {}
        for part, start, end in self._spans:
            within = [row - start for row in missing if start <= row < end]
            if within:
                fresh |= {start + row: value for row, value in read(part, within).items()}
        if fresh:
            with self._lock:
                cache.update(fresh)
        values |= fresh
        return [values[row] for row in numbers]
