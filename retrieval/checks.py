"""Shape checks that all indexes share."""

from __future__ import annotations

import numpy as np

from errors import InputError

NOT_BUILT = "the index is empty: call build(vectors) first"


def as_queries(queries: np.ndarray, dim: int) -> np.ndarray:
    """Return queries as contiguous float32 (q, dim). Raises InputError if the dimensions differ."""
    queries = np.ascontiguousarray(np.atleast_2d(queries), dtype=np.float32)
    if queries.shape[1] != dim:
        raise InputError(f"queries of {queries.shape[1]} dimensions do not fit an index of {dim}")
    return queries


def check_rows(vectors: np.ndarray, dim: int) -> None:
    """Raise InputError unless `vectors` has the shape (m, dim)."""
    if vectors.ndim != 2 or vectors.shape[1] != dim:
        raise InputError(f"rows of shape {vectors.shape} do not fit an index of {dim} dimensions")


def check_mask(mask: np.ndarray | None, size: int) -> None:
    """Raise InputError unless `mask` is None or has the shape (size,)."""
    if mask is not None and mask.shape != (size,):
        raise InputError(f"a mask of shape {mask.shape} does not fit {size} rows")
