"""Sets of rows as packed bits: ((n + 7) // 8,) uint8, a million rows in 125 kB."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np


def packed(rows: Sequence[int], n: int) -> np.ndarray:
    """The bitmap of n rows in which these are set."""
    column = np.zeros(n, dtype=bool)
    column[rows] = True
    return np.packbits(column)


def all_of(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Bits that are set in every part."""
    return reduce(np.bitwise_and, parts)


def any_of(parts: Sequence[np.ndarray], nothing: np.ndarray | None = None) -> np.ndarray:
    """Bits that are set in some part; `nothing` where there is none."""
    return reduce(np.bitwise_or, parts) if parts else nothing


def twice(parts: Sequence[np.ndarray], nothing: np.ndarray) -> np.ndarray:
    """Bits that are set in at least two of the parts."""
    once, twice = nothing, nothing
    for part in parts:
        once, twice = once | part, twice | (once & part)
    return twice
