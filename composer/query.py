"""The composed query: one vector with its slice weights inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from composer.space import EPSILON
from encoders import Space


@dataclass(frozen=True)
class Query:
    """A query vector (dim,) float32 and the length of each of its slices.

    The inner product of `vector` with an item's concatenated unit slices is the weighted sum of the
    slices' scores, so that one index serves every wish. A slice of weight 0 has no say.
    """

    vector: np.ndarray
    weights: dict[str, float]

    @property
    def total(self) -> float:
        """The highest score that an item could reach."""
        return float(sum(self.weights.values()))


def as_query(vector: np.ndarray, space: Space) -> Query:
    """Return a query from a vector (dim,) whose slices already carry their weights."""
    vector = np.ascontiguousarray(vector, dtype=np.float32)
    lengths = {
        name: float(np.linalg.norm(vector[space.layout.slice(name)])) for name in space.layout.names
    }
    return Query(
        vector, {name: length if length > EPSILON else 0.0 for name, length in lengths.items()}
    )
