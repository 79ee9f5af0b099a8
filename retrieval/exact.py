"""Exact scores of the rows that an index proposes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CHUNK = 65_536
"""Rows read at once."""


def rescore_exact(
    vectors: np.ndarray, queries: np.ndarray, candidates: Sequence[np.ndarray], k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The k best of each query's candidates, by inner product, equal scores by row: rows and scores (q, k) as in VectorIndex.

    vectors (n, dim), float16 or float32, may be a memory map; queries (q, dim) float32; candidates: row numbers, each once.
    """
    rows = np.full((len(queries), k), -1, dtype=np.int64)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    shared = len(candidates) > 1 and all(proposed is candidates[0] for proposed in candidates)
    together = (
        _scored(vectors, candidates[0], queries) if shared else None
    )  # the rows are read once for all queries
    for place, proposed in enumerate(candidates):
        if len(proposed):
            exact = (
                _scored(vectors, proposed, queries[place : place + 1])[0]
                if together is None
                else together[place]
            )
            best = np.lexsort((proposed, -exact))[:k]
            rows[place, : len(best)], scores[place, : len(best)] = proposed[best], exact[best]
    return rows, scores


def _scored(vectors: np.ndarray, rows: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(q, m) inner products. No matrix product: BLAS sums a block's last rows in another order, and equal rows then differ."""
    found = np.empty((len(queries), len(rows)), dtype=np.float32)
    for start in range(0, len(rows), CHUNK):
        block = np.asarray(vectors[rows[start : start + CHUNK]], dtype=np.float32)
        for place, query in enumerate(queries):
            found[place, start : start + CHUNK] = np.einsum("nd,d->n", block, query)
    return found
