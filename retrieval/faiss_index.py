"""The exact inner-product index in FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from errors import InputError
from vocabulary.wish import Constraint

LARGE = 200_000
"""Rows from which half precision (QT_fp16) halves the memory; scores then differ by about 1e-3."""
CHUNK = 65_536


class FaissIndex:
    """Exact search. precision: `auto` (fp32 while small, fp16 from LARGE rows), `fp32` or `fp16`.

    Allowed rows are pushed into the search by an IDSelector bitmap.
    """

    kind = "faiss"

    def __init__(self, precision: str = "auto") -> None:
        if precision not in ("auto", "fp32", "fp16"):
            raise InputError(f"unknown precision {precision!r}; allowed: auto, fp32, fp16")
        self.precision = precision
        self._index: faiss.Index | None = None

    @property
    def size(self) -> int:
        """Rows held."""
        return 0 if self._index is None else self._index.ntotal

    def build(self, vectors: np.ndarray) -> None:
        """Takes the rows (n, dim) in place of what it held."""
        rows, dim = vectors.shape
        half = self.precision == "fp16" or (self.precision == "auto" and rows >= LARGE)
        self._index = (
            faiss.IndexScalarQuantizer(
                dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
            if half
            else faiss.IndexFlatIP(dim)
        )
        self._index.is_trained = True  # QT_fp16 has nothing to learn from the rows
        self.add(vectors)

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim)."""
        index = self._held()
        if vectors.ndim != 2 or vectors.shape[1] != index.d:
            raise InputError(
                f"rows of shape {vectors.shape} do not fit an index of {index.d} dimensions"
            )
        for start in range(0, len(vectors), CHUNK):
            index.add(np.ascontiguousarray(vectors[start : start + CHUNK], dtype=np.float32))

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex. Equal scores come in the order of their rows."""
        index = self._held()
        queries = np.ascontiguousarray(np.atleast_2d(queries), dtype=np.float32)
        if queries.shape[1] != index.d:
            raise InputError(
                f"queries of {queries.shape[1]} dimensions do not fit an index of {index.d}"
            )
        found = min(k, index.ntotal if mask is None else int(np.count_nonzero(mask)))
        rows = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        if found > 0:
            raw_scores, raw_rows = self._raw(index, queries, found, mask)
            order = np.lexsort((raw_rows, -raw_scores), axis=1)
            rows[:, :found] = np.take_along_axis(raw_rows, order, axis=1)
            scores[:, :found] = np.take_along_axis(raw_scores, order, axis=1)
        return rows, scores

    def _raw(
        self, index: faiss.Index, queries: np.ndarray, k: int, mask: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        if mask is None:
            return index.search(queries, k)
        if mask.shape != (index.ntotal,):
            raise InputError(f"a mask of shape {mask.shape} does not fit {index.ntotal} rows")
        bits = np.packbits(mask, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        return index.search(queries, k, params=faiss.SearchParameters(sel=selector))

    def save(self, path: Path) -> None:
        """Writes the index to a file."""
        faiss.write_index(self._held(), str(path))

    @classmethod
    def load(cls, path: Path) -> FaissIndex:
        """Reads what `save` wrote."""
        try:
            held = faiss.read_index(str(path))
        except RuntimeError as error:
            raise InputError(
                f"{path} is no FAISS index ({str(error).splitlines()[0][:120]}); "
                "rebuild it from the catalogue's vectors"
            ) from None
        index = cls("fp16" if isinstance(held, faiss.IndexScalarQuantizer) else "fp32")
        index._index = held
        return index

    def _held(self) -> faiss.Index:
        if self._index is None:
            raise InputError("the index is empty: call build(vectors) first")
        return self._index
