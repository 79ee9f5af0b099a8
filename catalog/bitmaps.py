"""Sets of rows as packed bits: ((n + 7) // 8,) uint8, 125 kB for a million rows.

Used instead of a bitmap library (roaring bitmaps): filters need only `np.packbits` and numpy's
bitwise operators. FAISS reads these bitmaps, and they can be memory-mapped from disk unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
"""((n + 7) // 8,) uint8, the first row in the highest bit."""


def pack_rows(rows: Sequence[int], n: int) -> Bits:
    """Return a bitmap of n rows in which the given rows are set."""
    column = np.zeros(n, dtype=bool)
    column[rows] = True
    return np.packbits(column)


def unpack(bits: Bits, n: int) -> NDArray[np.bool_]:
    """Return the mask (n,) of a bitmap."""
    return np.unpackbits(bits, count=n).view(np.bool_)


def empty(n: int) -> Bits:
    """Return a bitmap of n rows in which no bit is set."""
    return np.zeros((n + 7) // 8, dtype=np.uint8)


def all_of(bitmaps: Sequence[Bits]) -> Bits:
    """Return the bits that are set in every bitmap; there must be at least one bitmap."""
    return reduce(np.bitwise_and, bitmaps)


def any_of(bitmaps: Sequence[Bits], default: Bits) -> Bits:
    """Return the bits that are set in any bitmap; `default` if there are no bitmaps."""
    return reduce(np.bitwise_or, bitmaps) if bitmaps else default


def at_least_two_of(bitmaps: Sequence[Bits], default: Bits) -> Bits:
    """Return the bits that are set in at least two bitmaps; `default` if there are no bitmaps."""
    once, twice = default, default
    for bits in bitmaps:
        once, twice = once | bits, twice | (once & bits)
    return twice
