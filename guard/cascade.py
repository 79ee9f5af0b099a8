"""A costly verifier that looks only where the cheap judgement left a hard constraint open."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from catalog.item import Item
from guard.verdict import Verdict, status
from guard.verifier import Subject, Verifier
from vocabulary.wish import HARD

log = logging.getLogger(__name__)

SURE, SURE_NOT = 0.9, 0.1
"""How probable a verifier must call an attribute before it counts as shown, and as not shown.

Between: still open.
"""
_KEPT = 20_000
"""Answers kept, so that a later check of the same items costs nothing."""
_Row = tuple[Verdict, ...]


@dataclass(frozen=True)
class _Open:
    row: int
    column: int
    facet: str
    value: str


class Cascade:
    """Settles verdicts that are unknown, best ranked items first, on at most `most` pictures a check.

    picture: opens an item's picture. Fails closed: what the verifier cannot answer, is not asked for want of budget, or
    fails at stays unknown, and confirms nothing.
    """

    def __init__(
        self, verifier: Verifier, picture: Callable[[Item], Image.Image], most: int = 12
    ) -> None:
        self.verifier, self.picture, self.most = verifier, picture, most
        self._answers: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def settle(
        self,
        items: Sequence[Item],
        vectors: np.ndarray,
        kinds: Sequence[str | None],
        verdicts: Sequence[_Row],
    ) -> tuple[_Row, ...]:
        """The same verdicts (a tuple an item), those settled that the verifier is sure of.

        vectors (n, dim).
        """
        asked: dict[tuple[str, str], list[_Open]] = {}
        pictures: set[int] = set()
        for row, judged in enumerate(verdicts):
            for found in self._open(row, judged):
                if (items[row].id, found.facet, found.value) not in self._answers:
                    if row not in pictures and len(pictures) >= self.most:
                        continue
                    pictures.add(row)
                asked.setdefault((found.facet, found.value), []).append(found)
        rows = [list(judged) for judged in verdicts]
        for (facet, value), places in asked.items():
            chances = self._ask(
                [(items[p.row], vectors[p.row], kinds[p.row]) for p in places], facet, value
            )
            for place, chance in zip(places, chances, strict=True):
                rows[place.row][place.column] = _settled(rows[place.row][place.column], chance)
        return tuple(tuple(row) for row in rows)

    def _open(self, row: int, judged: _Row) -> list[_Open]:
        """What is open on an item that may yet be shown."""
        if status(judged) != "unconfirmed":
            return []
        return [
            _Open(row, column, v.facet, v.value)
            for column, v in enumerate(judged)
            if v.op in HARD
            and v.verdict == "unknown"
            and v.source == "picture"
            and isinstance(v.value, str)
        ]

    def _ask(
        self, about: Sequence[tuple[Item, np.ndarray, str | None]], facet: str, value: str
    ) -> list[float]:
        """A probability an item, NaN where there is no answer."""
        new = [
            (item, vector, kind)
            for item, vector, kind in about
            if (item.id, facet, value) not in self._answers
        ]
        subjects = [
            Subject(vector, lambda item=item: self.picture(item), kind)
            for item, vector, kind in new
        ]
        try:
            chances = (
                np.asarray(self.verifier.probability(subjects, facet, value), dtype=float)
                if subjects
                else []
            )
        except Exception:  # an optional second look must not cost the shopper the first; nothing is confirmed by it
            log.exception(
                "verifier %s failed on %s %s; what it was asked stays unconfirmed",
                self.verifier.name,
                facet,
                value,
            )
            chances = np.full(len(subjects), np.nan)
        for (item, _, _), chance in zip(new, chances, strict=True):
            self._answers[item.id, facet, value] = float(chance)
        answers = [self._answers[item.id, facet, value] for item, _, _ in about]
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        return answers


def _settled(verdict: Verdict, chance: float) -> Verdict:
    """The verdict once the verifier calls the attribute so probable."""
    if not (chance >= SURE or chance <= SURE_NOT):  # NaN included
        return verdict
    shown = chance >= SURE
    met = shown != (verdict.op == "exclude")
    return replace(
        verdict, verdict="met" if met else "broken", confidence=chance if shown else 1 - chance
    )
