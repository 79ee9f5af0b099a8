"""One hit a design: colourways and near-duplicates stand behind the best of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SAME = 0.995
"""Mean cosine over the slices from which two pictures show the same item."""
AT_A_TIME = 128
"""Places that are compared in one product."""


def one_per_design(
    pool: np.ndarray, vectors: np.ndarray, designs: np.ndarray, order: Sequence[int], k: int
) -> list[tuple[int, tuple[int, ...]]]:
    """The first k places of `order` (into `pool`, (n,) rows) of different designs, each with its siblings' rows.

    vectors (n, dim) of concatenated unit slices and designs (n,) are the pool's. Two rows are of one design when they share its
    number or look the same (SAME).
    """
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-8)
    grouping = _Grouping(pool.tolist(), designs.tolist(), k)
    order = list(order)
    for start in range(0, len(order), AT_A_TIME):
        places = order[start : start + AT_A_TIME]
        if len(grouping.leaders) < k:
            grouping.lead(
                places,
                vectors[places] @ vectors[grouping.leaders].T,
                vectors[places] @ vectors[places].T,
            )
        else:
            grouping.follow(places, vectors[places] @ vectors[grouping.leaders].T)
    return [(place, tuple(grouping.siblings[place])) for place in grouping.leaders]


class _Grouping:
    """Leaders so far, and the rows that stand behind each."""

    def __init__(self, rows: Sequence[int], designs: Sequence[int], k: int) -> None:
        self._rows, self._designs, self._k = rows, designs, k
        self.leaders: list[int] = []
        self.siblings: dict[int, list[int]] = {}
        self._by_design: dict[int, int] = {}

    def lead(self, places: Sequence[int], with_leaders: np.ndarray, among: np.ndarray) -> None:
        """Places of which some become leaders. with_leaders (m, leaders), among (m, m): cosines."""
        cosines = np.concatenate([with_leaders, among], axis=1)
        columns = list(range(with_leaders.shape[1]))
        for number, place in enumerate(places):
            leader = self._by_design.get(self._designs[place])
            if leader is None and columns:
                near = cosines[number, columns]
                nearest = int(near.argmax())
                leader = self.leaders[nearest] if near[nearest] >= SAME else None
            if leader is not None:
                self.siblings[leader].append(self._rows[place])
            elif len(self.leaders) < self._k:
                columns.append(with_leaders.shape[1] + number)
                self.leaders.append(place)
                self.siblings[place] = []
                self._by_design[self._designs[place]] = place

    def follow(self, places: Sequence[int], with_leaders: np.ndarray) -> None:
        """Places that can only stand behind a leader."""
        nearest = with_leaders.argmax(axis=1)
        alike = with_leaders[np.arange(len(places)), nearest] >= SAME
        for place, near, same in zip(places, nearest.tolist(), alike.tolist(), strict=True):
            leader = self._by_design.get(self._designs[place], self.leaders[near] if same else None)
            if leader is not None:
                self.siblings[leader].append(self._rows[place])
