"""The Protocols of vector indexes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from vocabulary.wish import Constraint


class VectorIndex(Protocol):
    """Rows of vectors, searched by inner product. Row numbers are the catalogue's."""

    @property
    def kind(self) -> str:
        """A short name for logs and reports."""

    @property
    def size(self) -> int:
        """The number of rows."""

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best rows of each query, best first, equal scores in row order.

        Args:
            queries: (q, dim) float32.
            k: How many rows to return for each query.
            mask: (n,) bool; only rows that are True are searched.
            constraints: The constraints that the mask follows from (it may leave out more).
                They let an index that knows the listings filter early; the mask decides.

        Returns:
            Rows (q, k) int64, padded with -1, and scores (q, k) float32, padded with -inf.
        """


class BuildableIndex(VectorIndex, Protocol):
    """A vector index that takes rows in."""

    def build(self, vectors: np.ndarray) -> None:
        """Replace the index's rows by `vectors` (n, dim), float16 or float32."""

    def add(self, vectors: np.ndarray) -> None:
        """Append rows (m, dim)."""

    def save(self, path: Path) -> None:
        """Write the index to a file."""
