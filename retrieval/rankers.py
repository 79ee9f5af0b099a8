"""The ensemble: each ranker scores a pool of rows from its own point of view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from catalog import vocabulary
from catalog.wish import Wish


class Query(Protocol):
    """A composed query: (dim,) with its slice weights inside."""

    vector: np.ndarray
    weights: Mapping[str, float]


class Space(Protocol):
    """Where slices lie and where values sit in them. An Encoder satisfies it."""

    dim: int
    layout: object
    facet_slice: Mapping[str, str]

    def prototypes(self, facet: str) -> object | None:
        """The facet's prototypes (values; vectors (V, slice_dim); probabilities(slices) (n, V)), or None."""


STEPS = 10
"""Specialists and listings tell this many grades apart: within one, the composed vector decides, not their noise."""


class Specialist:
    """Judges one facet by its own slice: the probability that an item shows one of the wanted values."""

    def __init__(self, facet: str, values: Sequence[str], space: Space) -> None:
        self.prototypes = space.prototypes(facet)
        self.span = space.layout.slice(space.facet_slice[facet])
        covered = {v for value in values for v in vocabulary.descendants(facet, value)}
        self.rows = [row for row, name in enumerate(self.prototypes.values) if name in covered]
        self.dim = space.dim

    @property
    def direction(self) -> np.ndarray:
        """(dim,) query vector that finds candidates: the mean of the wanted prototypes, other slices silent."""
        mean = self.prototypes.vectors[self.rows].mean(axis=0)
        direction = np.zeros(self.dim, dtype=np.float32)
        direction[self.span] = mean / max(float(np.linalg.norm(mean)), 1e-8)
        return direction

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """(n,) graded probabilities of items (n, dim); a value that covers others sums what it covers."""
        wanted = self.prototypes.probabilities(vectors[:, self.span])[:, self.rows]
        return graded(wanted.sum(axis=1) if self.prototypes.exclusive else wanted.max(axis=1))


def specialists(wish: Wish, space: Space) -> dict[str, Specialist]:
    """One specialist a required facet that has prototypes for the wanted values."""
    found: dict[str, Specialist] = {}
    for facet in dict.fromkeys(c.facet for c in wish.of("require")):
        if facet in space.facet_slice and space.prototypes(facet) is not None:
            specialist = Specialist(facet, [str(c.value) for c in wish.on(facet) if c.op == "require"], space)
            if specialist.rows:
                found[facet] = specialist
    return found


def graded(scores: np.ndarray) -> np.ndarray:
    """Scores in 0..1 in STEPS grades."""
    return np.round(scores * STEPS) / STEPS


def listing_scores(rows: Sequence[int], found: Sequence[tuple[int, float]]) -> np.ndarray:
    """(n,) graded BM25 scores of `rows`, relative to the best; NaN for those not found."""
    best = max(score for _, score in found)
    named = {row: score / best if best > 0 else 1.0 for row, score in found}
    return graded(np.array([named.get(int(row), np.nan) for row in rows], dtype=np.float64))
