"""Grouping of ranked rows into one hit for each design.

Colourways and near-duplicates stand behind the best of them as its siblings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SAME_ITEM_COSINE = 0.995
"""Mean cosine over the slices from which two pictures show the same item."""
PLACES_PER_BLOCK = 128
"""Places that are compared in one matrix product."""


def one_per_design(
    rows: np.ndarray, vectors: np.ndarray, designs: np.ndarray, order: Sequence[int], k: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the first k places of different designs, each with its siblings' rows.

    Two rows are of one design when they share its number or look the same (SAME_ITEM_COSINE).

    Args:
        rows: (n,) candidate rows.
        vectors: (n, dim) their vectors, concatenated unit slices.
        designs: (n,) their design numbers.
        order: Places in `rows`, best first.
        k: How many designs to return.
    """
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-8)
    grouping = _Grouping(rows.tolist(), designs.tolist(), k)
    order = list(order)
    for start in range(0, len(order), PLACES_PER_BLOCK):
        places = order[start : start + PLACES_PER_BLOCK]
        with_leaders = vectors[places] @ vectors[grouping.leaders].T
        if len(grouping.leaders) < k:
            grouping.add_leaders(places, with_leaders, vectors[places] @ vectors[places].T)
        else:
            grouping.add_siblings(places, with_leaders)
    return [(place, tuple(grouping.siblings[place])) for place in grouping.leaders]


class _Grouping:
    """The leaders so far, and the rows that stand behind each."""

    def __init__(self, rows: Sequence[int], designs: Sequence[int], k: int) -> None:
        self._rows, self._designs, self._k = rows, designs, k
        self.leaders: list[int] = []
        self.siblings: dict[int, list[int]] = {}
        self._by_design: dict[int, int] = {}

    def add_leaders(
        self, places: Sequence[int], with_leaders: np.ndarray, with_each_other: np.ndarray
    ) -> None:
        """Sort places into new leaders, up to k, and siblings.

        with_leaders: (m, leaders) and with_each_other: (m, m) are cosines.
        """
        cosines = np.concatenate([with_leaders, with_each_other], axis=1)
        columns = list(range(with_leaders.shape[1]))
        for number, place in enumerate(places):
            leader = self._by_design.get(self._designs[place])
            if leader is None and columns:
                of_leaders = cosines[number, columns]
                nearest = int(of_leaders.argmax())
                leader = self.leaders[nearest] if of_leaders[nearest] >= SAME_ITEM_COSINE else None
            if leader is not None:
                self.siblings[leader].append(self._rows[place])
            elif len(self.leaders) < self._k:
                columns.append(with_leaders.shape[1] + number)
                self.leaders.append(place)
                self.siblings[place] = []
                self._by_design[self._designs[place]] = place

    def add_siblings(self, places: Sequence[int], with_leaders: np.ndarray) -> None:
        """Put places behind their leaders; those without one are dropped."""
        nearest = with_leaders.argmax(axis=1)
        alike = with_leaders[np.arange(len(places)), nearest] >= SAME_ITEM_COSINE
        for place, near, same in zip(places, nearest.tolist(), alike.tolist(), strict=True):
            leader = self._by_design.get(self._designs[place], self.leaders[near] if same else None)
            if leader is not None:
                self.siblings[leader].append(self._rows[place])
