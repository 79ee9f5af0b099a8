"""Exact scores of the rows that an index proposes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CHUNK = 65_536
"""Rows read at once."""


def settle(vectors: np.ndarray, queries: np.ndarray, candidates: Sequence[np.ndarray], k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k best of each query's candidates, by inner product, equal scores by row: rows and scores (q, k) as in VectorIndex.

    vectors (n, dim), float16 or float32, may be a memory map; queries (q, dim) float32; candidates: row numbers, each once.
    """
    rows = np.full((len(queries), k), -1, dtype=np.int64)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    for place, proposed in enumerate(candidates):
        if len(proposed):
            exact = np.concatenate([_scores(vectors, proposed[start:start + CHUNK], queries[place])
                                    for start in range(0, len(proposed), CHUNK)])
            best = np.lexsort((proposed, -exact))[:k]
            rows[place, :len(best)], scores[place, :len(best)] = proposed[best], exact[best]
    return rows, scores


def _scores(vectors: np.ndarray, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    """(m,) No matrix product: BLAS sums the last rows of a block in another order, and equal rows then differ."""
    return np.einsum("nd,d->n", np.asarray(vectors[rows], dtype=np.float32), query)
