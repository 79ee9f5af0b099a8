"""The exact inner-product index in FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from errors import InputError
from retrieval.checks import NOT_BUILT, as_queries, check_mask, check_rows
from retrieval.faiss_selectors import masked_search
from vocabulary.wish import Constraint

FP16_FROM_ROWS = 200_000
"""Rows from which half precision (QT_fp16) halves the memory; scores then differ by about 1e-3."""
ROWS_PER_ADD = 65_536


class FaissIndex:
    """Exact search that applies the mask inside FAISS, by a bitmap of allowed rows.

    precision: `fp32`, `fp16`, or `auto` (fp32 below FP16_FROM_ROWS rows, fp16 from there).
    Raises InputError on another precision.
    """

    kind = "faiss"

    def __init__(self, precision: str = "auto") -> None:
        if precision not in ("auto", "fp32", "fp16"):
            raise InputError(f"unknown precision {precision!r}; allowed: auto, fp32, fp16")
        self.precision = precision
        self._index: faiss.Index | None = None

    @property
    def size(self) -> int:
        """The number of rows."""
        return 0 if self._index is None else self._index.ntotal

    def build(self, vectors: np.ndarray) -> None:
        """Replace the index's rows by `vectors` (n, dim)."""
        rows, dim = vectors.shape
        half = self.precision == "fp16" or (self.precision == "auto" and rows >= FP16_FROM_ROWS)
        self._index = (
            faiss.IndexScalarQuantizer(
                dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
            if half
            else faiss.IndexFlatIP(dim)
        )
        # QT_fp16 has nothing to learn from the rows.
        self._index.is_trained = True
        self.add(vectors)

    def add(self, vectors: np.ndarray) -> None:
        """Append rows (m, dim)."""
        index = self._built()
        check_rows(vectors, index.d)
        for start in range(0, len(vectors), ROWS_PER_ADD):
            index.add(np.ascontiguousarray(vectors[start : start + ROWS_PER_ADD], dtype=np.float32))

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best rows of each query. See VectorIndex."""
        index = self._built()
        queries = as_queries(queries, index.d)
        check_mask(mask, index.ntotal)
        count = min(k, index.ntotal if mask is None else int(np.count_nonzero(mask)))
        rows = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        if count > 0:
            parameters = None if mask is None else masked_search(mask)
            best_scores, best_rows = index.search(queries, count, params=parameters)
            order = np.lexsort((best_rows, -best_scores), axis=1)
            rows[:, :count] = np.take_along_axis(best_rows, order, axis=1)
            scores[:, :count] = np.take_along_axis(best_scores, order, axis=1)
        return rows, scores

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        faiss.write_index(self._built(), str(path))

    @classmethod
    def load(cls, path: Path) -> FaissIndex:
        """Read a file that `save` wrote. Raises InputError if it is no FAISS index."""
        try:
            stored = faiss.read_index(str(path))
        except RuntimeError as error:
            raise InputError(
                f"{path} is no FAISS index ({str(error).splitlines()[0][:120]}); "
                "rebuild it from the catalogue's vectors"
            ) from None
        index = cls("fp16" if isinstance(stored, faiss.IndexScalarQuantizer) else "fp32")
        index._index = stored
        return index

    def _built(self) -> faiss.Index:
        if self._index is None:
            raise InputError(NOT_BUILT)
        return self._index
