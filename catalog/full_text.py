"""Full text over all parts of a catalogue: which words tell something, and scores that compare across parts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from catalog.part import Part

MOST_MATCHES = 5_000
"""Listings with a word from which it tells too little for what ranking them costs (two milliseconds a thousand)."""
MOST_RANKED = 10_000
"""Listings that are ranked for all words of a query together, those of the rarest words first."""
MOST_WORDS = 12
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "can",
        "do",
        "for",
        "from",
        "get",
        "give",
        "have",
        "i",
        "in",
        "is",
        "it",
        "like",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "please",
        "show",
        "some",
        "something",
        "than",
        "that",
        "the",
        "them",
        "then",
        "this",
        "to",
        "want",
        "with",
        "without",
        "you",
    ]
)


def words_in(query: str) -> list[str]:
    """Up to 40 words of a query, each once, those left out that stand in every other sentence."""
    return list(
        dict.fromkeys(word for word in re.findall(r"\w+", query.lower()) if word not in _STOP)
    )[:40]


class FullText:
    """BM25 (FTS5) over title, description, brand and attribute words of every part."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self._rows = sum(len(part) for part in parts)
        self._frequency: dict[str, int] = {}

    def search(self, query: str, k: int, within: np.ndarray) -> list[tuple[int, float]]:
        """The k best rows of a mask (n,) with their scores, best first, equal ones by row."""
        words = self.telling(words_in(query))
        if not words or k <= 0:
            return []
        first = self._best(self.parts[0].matches(words), k, within, 0)
        if len(self.parts) == 1:
            return first
        found, start = list(first), len(self.parts[0])
        for part in self.parts[1:]:
            scored = sorted(
                self._rescored(part, words).items(), key=lambda pair: (-pair[1], pair[0])
            )
            found += self._best(scored, k, within, start)
            start += len(part)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def holds(self, query: str) -> bool:
        """Whether any listing has one of the words, however many have it."""
        return any(self.frequency(word) for word in words_in(query))

    def telling(self, words: Sequence[str]) -> list[str]:
        """The rarest of the words that some listing has; of more than a third of the listings only where no other is."""
        counts = {word: self.frequency(word) for word in words}
        present = sorted((word for word in words if counts[word]), key=counts.__getitem__)
        telling = [word for word in present if counts[word] * 3 <= self._rows] or present
        kept, ranked = [], 0
        for word in telling[:MOST_WORDS]:
            ranked += counts[word]
            if counts[word] <= MOST_MATCHES and (ranked <= MOST_RANKED or not kept):
                kept.append(word)
        return kept

    def frequency(self, word: str) -> int:
        """Listings with a word, as far as one more than MOST_MATCHES: counting on would cost more than it tells."""
        if word not in self._frequency:
            if len(self._frequency) > 50_000:
                self._frequency = {}
            most = MOST_MATCHES + 1
            self._frequency[word] = min(most, sum(part.count(word, most) for part in self.parts))
        return self._frequency[word]

    def _rescored(self, part: Part, words: Sequence[str]) -> dict[int, float]:
        """{row: score}. A small part's own idea of how rare a word is (FTS5 goes by the table) gives way to the catalogue's."""
        scores: dict[int, float] = {}
        for word in words:
            here = part.count(word, len(part))
            if not here:
                continue
            ratio = _idf(self._rows, self.frequency(word)) / _idf(len(part), here)
            for row, score in part.matches([word]):
                scores[row] = scores.get(row, 0.0) + score * ratio
        return scores

    @staticmethod
    def _best(
        scored: Iterable[tuple[int, float]], k: int, within: np.ndarray, start: int
    ) -> list[tuple[int, float]]:
        return list(
            islice(((start + row, score) for row, score in scored if within[start + row]), k)
        )


def _idf(rows: int, matches: int) -> float:
    """As FTS5's bm25() has it."""
    return max(1e-6, math.log((rows - matches + 0.5) / (matches + 0.5)))
