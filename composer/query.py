"""The composed query: one vector, its slice weights already inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from composer.space import EPSILON
from encoders import Space


@dataclass(frozen=True)
class Query:
    """`vector` (dim,) float32; its inner product with an item's concatenated unit slices is the weighted sum of the
    slices' scores, so that one index serves every wish. `weights` tells each slice's length within it; 0 means that
    the slice has no say.
    """

    vector: np.ndarray
    weights: dict[str, float]

    @property
    def total(self) -> float:
        """The highest score an item could reach."""
        return float(sum(self.weights.values()))


def as_query(vector: np.ndarray, space: Space) -> Query:
    """A query from a vector whose slices already carry their weights."""
    vector = np.ascontiguousarray(vector, dtype=np.float32)
    lengths = {
        name: float(np.linalg.norm(vector[space.layout.slice(name)])) for name in space.layout.names
    }
    return Query(
        vector, {name: length if length > EPSILON else 0.0 for name, length in lengths.items()}
    )
