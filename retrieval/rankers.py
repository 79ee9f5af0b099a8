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
        """The facet's prototypes (values, vectors (V, slice_dim)), or None."""


def specialists(wish: Wish, space: Space) -> dict[str, np.ndarray]:
    """One direction (dim,) a required facet: an item's inner product with it is the cosine of the facet's slice with
    the wanted value. A value that covers others scores by what it covers, through their mean."""
    directions: dict[str, np.ndarray] = {}
    for facet in dict.fromkeys(c.facet for c in wish.of("require")):
        prototypes = space.prototypes(facet) if facet in space.facet_slice else None
        if prototypes is None:
            continue
        covered = {v for c in wish.on(facet) if c.op == "require" for v in vocabulary.descendants(facet, str(c.value))}
        rows = [row for row, value in enumerate(prototypes.values) if value in covered]
        if rows:
            mean = prototypes.vectors[rows].mean(axis=0)
            direction = np.zeros(space.dim, dtype=np.float32)
            direction[space.layout.slice(space.facet_slice[facet])] = mean / max(float(np.linalg.norm(mean)), 1e-8)
            directions[facet] = direction
    return directions


def covered_share(rows: Sequence[int], found: Sequence[tuple[int, float]]) -> np.ndarray:
    """Scores (n,) of `rows` from a ranker that names only some rows; NaN for the rest."""
    named = dict(found)
    return np.array([named.get(int(row), np.nan) for row in rows], dtype=np.float64)
