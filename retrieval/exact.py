"""Exact scoring of the rows that an index proposes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROWS_PER_BLOCK = 65_536
"""Rows read at once."""


def rescore_exact(
    vectors: np.ndarray, queries: np.ndarray, candidates: Sequence[np.ndarray], k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k best of each query's candidates by inner product, equal scores in row order.

    Args:
        vectors: (n, dim) float16 or float32; may be a memory map.
        queries: (q, dim) float32.
        candidates: Row numbers for each query, without repetition.
        k: How many rows to return for each query.

    Returns:
        Rows and scores (q, k) as in VectorIndex.
    """
    rows = np.full((len(queries), k), -1, dtype=np.int64)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    # Where all queries share one candidate array, its rows are read once.
    shared = len(candidates) > 1 and all(proposed is candidates[0] for proposed in candidates)
    shared_scores = _inner_products(vectors, candidates[0], queries) if shared else None
    for number, proposed in enumerate(candidates):
        if not len(proposed):
            continue
        exact = (
            _inner_products(vectors, proposed, queries[number : number + 1])[0]
            if shared_scores is None
            else shared_scores[number]
        )
        best = np.lexsort((proposed, -exact))[:k]
        rows[number, : len(best)], scores[number, : len(best)] = proposed[best], exact[best]
    return rows, scores


def _inner_products(vectors: np.ndarray, rows: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Return (q, m) inner products of queries (q, dim) with m rows.

    This avoids a matrix product: BLAS sums the last rows of a block in another order, so equal rows
    would get different scores.
    """
    products = np.empty((len(queries), len(rows)), dtype=np.float32)
    for start in range(0, len(rows), ROWS_PER_BLOCK):
        block = np.asarray(vectors[rows[start : start + ROWS_PER_BLOCK]], dtype=np.float32)
        for number, query in enumerate(queries):
            products[number, start : start + ROWS_PER_BLOCK] = np.einsum("nd,d->n", block, query)
    return products
