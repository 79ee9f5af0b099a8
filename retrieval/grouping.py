"""One hit a design: colourways and near-duplicates stand behind the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

SAME = 0.995
"""Mean cosine over the slices from which two pictures show the same item."""


class Designs(Protocol):
    """Rows with their design's number (n,) and their vectors (n, dim) of concatenated unit slices."""

    designs: np.ndarray
    vectors: np.ndarray


def one_per_design(pool: np.ndarray, order: Sequence[int], k: int,
                   catalog: Designs) -> list[tuple[int, tuple[int, ...]]]:
    """The first k places of `order` (into `pool`, (n,) rows) of different designs, each with its siblings' rows.

    Two rows are of one design when they share a design number or look the same (SAME).
    """
    vectors = np.asarray(catalog.vectors[pool], dtype=np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-8)
    groups = catalog.designs[pool].tolist()
    leaders: list[int] = []
    leading = np.empty((min(k, len(pool)), vectors.shape[1]), dtype=np.float32)
    siblings: dict[int, list[int]] = {}
    by_group: dict[int, int] = {}
    places = iter(order)
    for place in places:
        leader = by_group.get(groups[place])
        if leader is None and leaders:
            leader = _alike(leading[:len(leaders)] @ vectors[place], leaders)
        if leader is not None:
            siblings[leader].append(int(pool[place]))
            continue
        leading[len(leaders)] = vectors[place]
        leaders.append(place)
        siblings[place] = []
        by_group[groups[place]] = place
        if len(leaders) == k:
            break
    rest = list(places)  # no further design is wanted: whether these belong to one of the k is told for all at once
    for place, cosines in zip(rest, vectors[rest] @ leading[:len(leaders)].T, strict=True):
        leader = by_group[groups[place]] if groups[place] in by_group else _alike(cosines, leaders)
        if leader is not None:
            siblings[leader].append(int(pool[place]))
    return [(place, tuple(siblings[place])) for place in leaders]


def _alike(cosines: np.ndarray, leaders: Sequence[int]) -> int | None:
    """The leader that looks the same, if one does."""
    nearest = int(np.argmax(cosines))
    return leaders[nearest] if cosines[nearest] >= SAME else None
