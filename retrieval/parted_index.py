"""An index over a catalogue that has had updates.

The index of the first part stays as it is; the rows that updates brought have an exact one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.checks import check_mask
from retrieval.protocol import VectorIndex
from vocabulary.wish import Constraint


class PartedIndex:
    """Searches `base` (rows 0 to n-1) and `fresh` (the rows after them) as one.

    Rows that updates removed are still in the base; callers mask them out.
    """

    def __init__(self, base: VectorIndex, fresh: VectorIndex) -> None:
        self.base, self.fresh = base, fresh

    @property
    def kind(self) -> str:
        """The kind of the base index."""
        return self.base.kind

    @property
    def size(self) -> int:
        """The number of rows in both indexes."""
        return self.base.size + self.fresh.size

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best rows of each query from both indexes. See VectorIndex."""
        check_mask(mask, self.size)
        split = self.base.size
        base_mask, fresh_mask = (None, None) if mask is None else (mask[:split], mask[split:])
        base_rows, base_scores = self.base.search(queries, k, base_mask, constraints)
        fresh_rows, fresh_scores = self.fresh.search(queries, k, fresh_mask, constraints)
        fresh_rows = np.where(fresh_rows >= 0, fresh_rows + split, -1)
        rows = np.concatenate([base_rows, fresh_rows], axis=1)
        scores = np.concatenate([base_scores, fresh_scores], axis=1)
        order = np.lexsort((rows, -scores), axis=1)[:, :k]
        return np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)
