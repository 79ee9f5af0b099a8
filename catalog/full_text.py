"""Full-text search over all parts of a catalogue, with scores comparable across parts."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from operator import attrgetter

import numpy as np
from cachetools import LRUCache, cachedmethod

from catalog.part import Part

MAX_LISTINGS_PER_WORD = 5_000
"""A word in more listings tells too little for what ranking them costs (2 ms a thousand)."""
MAX_RANKED = 10_000
"""The most listings that are ranked for all words of a query together, rarest words first."""
MAX_SEARCHED_WORDS = 12
MAX_QUERY_WORDS = 40
MAX_CACHED_WORDS = 50_000
_STOP_WORDS = frozenset(
    """
    a an and any are as at be but by can do for from get give have i in is it like me my no not of
    on or please show some something than that the them then this to want with without you
    """.split()  # noqa: SIM905, one word per line would fill pages
)


def words_in(query: str) -> list[str]:
    """Return up to MAX_QUERY_WORDS distinct words of a query, without stop words."""
    words = (word for word in re.findall(r"\w+", query.lower()) if word not in _STOP_WORDS)
    return list(dict.fromkeys(words))[:MAX_QUERY_WORDS]


class FullText:
    """BM25 (FTS5) over title, description, brand and attribute words of every part."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self._rows = sum(len(part) for part in parts)
        self._frequencies: LRUCache[str, int] = LRUCache(MAX_CACHED_WORDS)
        self._lock = threading.Lock()

    def search(self, query: str, k: int, mask: np.ndarray) -> list[tuple[int, float]]:
        """Return the k best rows of a mask (n,) with their scores, best first, ties by row."""
        words = self.selective(words_in(query))
        if not words or k <= 0:
            return []
        hits = self._best(self.parts[0].matches(words), k, mask, 0)
        if len(self.parts) == 1:
            return hits
        start = len(self.parts[0])
        for part in self.parts[1:]:
            hits += self._best(_by_score(self._rescored(part, words).items()), k, mask, start)
            start += len(part)
        return _by_score(hits)[:k]

    def holds(self, query: str) -> bool:
        """Return whether any listing has one of the words, however common it is."""
        return any(self.frequency(word) for word in words_in(query))

    def selective(self, words: Sequence[str]) -> list[str]:
        """Return the rarest of the words that some listing has.

        Words in more than a third of the listings are used only if there are no others.
        """
        counts = {word: self.frequency(word) for word in words}
        present = sorted((word for word in words if counts[word]), key=counts.__getitem__)
        rare = [word for word in present if counts[word] * 3 <= self._rows] or present
        selected: list[str] = []
        ranked = 0
        for word in rare[:MAX_SEARCHED_WORDS]:
            ranked += counts[word]
            affordable = ranked <= MAX_RANKED or not selected
            if counts[word] <= MAX_LISTINGS_PER_WORD and affordable:
                selected.append(word)
        return selected

    @cachedmethod(attrgetter("_frequencies"), lock=attrgetter("_lock"))
    def frequency(self, word: str) -> int:
        """Return the number of listings with a word, at most MAX_LISTINGS_PER_WORD + 1.

        Counting further costs more than the exact number is worth.
        """
        limit = MAX_LISTINGS_PER_WORD + 1
        return min(limit, sum(part.count(word, limit) for part in self.parts))

    def _rescored(self, part: Part, words: Sequence[str]) -> dict[int, float]:
        """Return {row: score}, using word rarities over the whole catalogue.

        FTS5 itself uses the rarity in the part's own table.
        """
        scores: dict[int, float] = {}
        for word in words:
            count = part.count(word, len(part))
            if not count:
                continue
            ratio = _idf(self._rows, self.frequency(word)) / _idf(len(part), count)
            for row, score in part.matches([word]):
                scores[row] = scores.get(row, 0.0) + score * ratio
        return scores

    @staticmethod
    def _best(
        scored: Iterable[tuple[int, float]], k: int, mask: np.ndarray, start: int
    ) -> list[tuple[int, float]]:
        """Return the first k (row, score) of a part that starts at row `start`, within the mask."""
        allowed = ((start + row, score) for row, score in scored if mask[start + row])
        return list(islice(allowed, k))


def _by_score(hits: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def _idf(rows: int, matches: int) -> float:
    """Return the inverse document frequency as FTS5's bm25() defines it."""
    return max(1e-6, math.log((rows - matches + 0.5) / (matches + 0.5)))
