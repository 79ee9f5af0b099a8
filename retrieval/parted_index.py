"""An index over a catalogue that has had updates: the one of its first part, untouched, and an exact one of the fresh rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from errors import InputError
from retrieval.index import VectorIndex
from vocabulary.wish import Constraint


class PartedIndex:
    """Searches first (rows 0 to n-1) and fresh (the rows after them). Rows that have gone are the mask's business."""

    def __init__(self, first: VectorIndex, fresh: VectorIndex) -> None:
        self.first, self.fresh, self.kind = first, fresh, first.kind

    @property
    def size(self) -> int:
        """Rows held."""
        return self.first.size + self.fresh.size

    def build(self, vectors: np.ndarray) -> None:
        """Not offered: each part builds its own."""
        raise InputError("an index of several parts is put together from theirs; build those")

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim) to the fresh ones."""
        self.fresh.add(vectors)

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex."""
        if mask is not None and mask.shape != (self.size,):
            raise InputError(f"a mask of shape {mask.shape} does not fit {self.size} rows")
        split = self.first.size
        masks = (None, None) if mask is None else (mask[:split], mask[split:])
        (rows, scores), (more, their) = (
            part.search(queries, k, own, constraints)
            for part, own in zip((self.first, self.fresh), masks, strict=True)
        )
        rows = np.concatenate([rows, np.where(more >= 0, more + split, -1)], axis=1)
        scores = np.concatenate([scores, their], axis=1)
        order = np.lexsort((rows, -scores), axis=1)[:, :k]
        return np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)

    def save(self, path: Path) -> None:
        """Writes the first part's index; the fresh rows' is made at every start."""
        self.first.save(path)
