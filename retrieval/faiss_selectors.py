"""Row masks as FAISS selectors."""

from __future__ import annotations

import faiss
import numpy as np


def row_selector(mask: np.ndarray) -> faiss.IDSelectorBitmap:
    """Return a selector of the True rows of a mask (n,). It keeps its bits alive."""
    bits = np.packbits(mask, bitorder="little")
    # FAISS's Python wrapper takes the array alone; its stubs describe the C++ constructor.
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]


def masked_search(mask: np.ndarray) -> faiss.SearchParameters:
    """Return search parameters that restrict a search to the True rows of a mask (n,)."""
    parameters = faiss.SearchParameters()
    parameters.sel = row_selector(mask)
    return parameters
