"""One hit a design: colourways and near-duplicates stand behind the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

SAME = 0.995
"""Mean cosine over the slices from which two pictures show the same item."""


class Designs(Protocol):
    """Rows with their design and their vectors (n, dim) of concatenated unit slices."""

    groups: Sequence[str]
    vectors: np.ndarray


def one_per_design(pool: np.ndarray, order: Sequence[int], k: int,
                   catalog: Designs) -> list[tuple[int, tuple[int, ...]]]:
    """The first k places of `order` (into `pool`, (n,) rows) of different designs, each with its siblings' rows.

    Two rows are of one design when they share a group or look the same (SAME).
    """
    vectors = np.asarray(catalog.vectors[pool], dtype=np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-8)
    leaders: list[int] = []
    leading = np.empty((min(k, len(pool)), vectors.shape[1]), dtype=np.float32)
    siblings: dict[int, list[int]] = {}
    by_group: dict[str, int] = {}
    for place in order:
        group = catalog.groups[int(pool[place])]
        leader = by_group.get(group)
        if leader is None and leaders:
            alike = leading[:len(leaders)] @ vectors[place]
            nearest = int(np.argmax(alike))
            leader = leaders[nearest] if alike[nearest] >= SAME else None
        if leader is not None:
            siblings[leader].append(int(pool[place]))
        elif len(leaders) < k:
            leading[len(leaders)] = vectors[place]
            leaders.append(place)
            siblings[place] = []
            by_group[group] = place
    return [(place, tuple(siblings[place])) for place in leaders]
