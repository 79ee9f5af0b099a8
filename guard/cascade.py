"""Second look: a costly verifier settles what the cheap judgement left open."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from cachetools import FIFOCache
from PIL import Image

from catalog.item import Item
from guard.verdict import Verdict, status
from guard.verifier import Subject, Verifier
from vocabulary.wish import HARD

logger = logging.getLogger(__name__)

MIN_PRESENT, MAX_ABSENT = 0.9, 0.1
"""Verifier probabilities that settle a verdict: at least, shown; at most, not shown."""
MAX_CACHED_ANSWERS = 20_000
"""A later check of the same items is answered from the cache."""
_Row = tuple[Verdict, ...]


@dataclass(frozen=True)
class _OpenVerdict:
    """Position of an unknown verdict, and the facet and value that it is about."""

    row: int
    column: int
    facet: str
    value: str


class Cascade:
    """A verifier with a budget of `max_pictures` pictures a check, best ranked items first.

    picture: opens an item's picture. Fails closed: a verdict stays unknown if the budget is
    spent, the verifier cannot tell, or it fails.
    """

    def __init__(
        self, verifier: Verifier, picture: Callable[[Item], Image.Image], max_pictures: int = 12
    ) -> None:
        self.verifier, self.picture, self.max_pictures = verifier, picture, max_pictures
        self._answers: FIFOCache[tuple[str, str, str], float] = FIFOCache(MAX_CACHED_ANSWERS)

    def settle(
        self,
        items: Sequence[Item],
        vectors: np.ndarray,
        kinds: Sequence[str | None],
        verdicts: Sequence[_Row],
    ) -> tuple[_Row, ...]:
        """Return the verdicts, a tuple an item, with those settled that the verifier is sure of.

        vectors: (n, dim). kinds: each item's category, if known.
        """
        rows = [list(judged) for judged in verdicts]
        for (facet, value), places in self._questions(items, verdicts).items():
            about = [(items[p.row], vectors[p.row], kinds[p.row]) for p in places]
            probabilities = self._ask(about, facet, value)
            for place, probability in zip(places, probabilities, strict=True):
                open_verdict = rows[place.row][place.column]
                rows[place.row][place.column] = _settled(open_verdict, probability)
        return tuple(tuple(row) for row in rows)

    def _questions(
        self, items: Sequence[Item], verdicts: Sequence[_Row]
    ) -> dict[tuple[str, str], list[_OpenVerdict]]:
        """Return {(facet, value): open verdicts}, as far as cache and budget reach."""
        questions: dict[tuple[str, str], list[_OpenVerdict]] = {}
        pictures: set[int] = set()
        for row, judged in enumerate(verdicts):
            for place in _open_verdicts(row, judged):
                if (items[row].id, place.facet, place.value) not in self._answers:
                    if row not in pictures and len(pictures) >= self.max_pictures:
                        continue
                    pictures.add(row)
                questions.setdefault((place.facet, place.value), []).append(place)
        return questions

    def _ask(
        self, about: Sequence[tuple[Item, np.ndarray, str | None]], facet: str, value: str
    ) -> list[float]:
        """Return a probability an item, NaN where there is no answer."""
        answers: dict[str, float] = {}
        new: list[tuple[Item, np.ndarray, str | None]] = []
        for item, vector, kind in about:
            cached = self._answers.get((item.id, facet, value))
            if cached is None:
                new.append((item, vector, kind))
            else:
                answers[item.id] = cached
        subjects = [
            Subject(vector, partial(self.picture, item), kind) for item, vector, kind in new
        ]
        probabilities = self._probabilities(subjects, facet, value) if subjects else []
        for (item, _, _), probability in zip(new, probabilities, strict=True):
            answers[item.id] = self._answers[item.id, facet, value] = probability
        return [answers[item.id] for item, _, _ in about]

    def _probabilities(self, subjects: Sequence[Subject], facet: str, value: str) -> list[float]:
        try:
            answers = np.asarray(self.verifier.probability(subjects, facet, value), dtype=float)
        # The second look is optional: its failure must not cost the shopper the first one.
        except Exception:
            logger.exception(
                "verifier %s failed on %s %s; what it was asked stays unconfirmed",
                self.verifier.name,
                facet,
                value,
            )
            return [float("nan")] * len(subjects)
        return [float(answer) for answer in answers]


def _open_verdicts(row: int, judged: _Row) -> list[_OpenVerdict]:
    """Return the verdicts that a picture may settle, of an item that no constraint rules out."""
    if status(judged) != "unconfirmed":
        return []
    return [
        _OpenVerdict(row, column, v.facet, v.value)
        for column, v in enumerate(judged)
        if v.op in HARD
        and v.verdict == "unknown"
        and v.source == "picture"
        and isinstance(v.value, str)
    ]


def _settled(verdict: Verdict, probability: float) -> Verdict:
    """Return the verdict given the verifier's probability; unchanged between the limits."""
    if not (probability >= MIN_PRESENT or probability <= MAX_ABSENT):  # NaN included
        return verdict
    present = probability >= MIN_PRESENT
    met = present != (verdict.op == "exclude")
    return replace(
        verdict,
        verdict="met" if met else "broken",
        confidence=probability if present else 1 - probability,
    )
