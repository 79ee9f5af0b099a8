"""An inverted file for large catalogues: a coarse search over compressed rows, rescored exactly.

Lists of 8-bit rows find the candidates (IVF: Jégou, Douze and Schmid, "Product quantization for
nearest neighbor search", 2011; here with a scalar quantizer). Their half-precision vectors, which
the catalogue maps from disk, decide the order. Where a filter leaves few rows, those are scored
exactly one by one instead, since most lists would hold none of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from catalog.files import read_ahead
from errors import InputError
from retrieval.checks import NOT_BUILT, as_queries, check_mask, check_rows
from retrieval.exact import rescore_exact
from retrieval.faiss_selectors import masked_search, row_selector
from vocabulary.wish import Constraint

EXACT_ROWS = 4_000
"""A filter that leaves at most this many rows is answered by scoring each of them."""
MIN_PROBES = 40
"""The fewest lists that a search visits."""
COVERED_ROWS = 4_000
"""About how many allowed rows the visited lists hold under a filter. Lists without allowed rows are
skipped."""
OVERFETCH, MIN_FETCH, MAX_EXTRA_FETCH = 2, 120, 1_000
"""Candidates for each wanted row, the fewest in all, and the most beyond those wanted."""
SAMPLE_PER_LIST = 40
"""Training rows for each list."""
ROWS_PER_ADD = 65_536


class IvfIndex:
    """Approximate search with exact scores over the rows (n, dim) that `build` was given.

    The index keeps those rows; a memory map stays one.

    Args:
        lists: The number of lists; by default `lists_for` the number of rows.
        seed: Seeds the sample that the lists are trained on.
    """

    kind = "ivf"

    def __init__(self, lists: int | None = None, seed: int = 0) -> None:
        self._lists, self._seed = lists, seed
        self._index: faiss.IndexIVF | None = None
        self._rows: np.ndarray = np.zeros((0, 0), dtype=np.float16)
        self._mapped: Path | None = None
        self._list_of: np.ndarray | None = None

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def build(self, vectors: np.ndarray) -> None:
        """Replace the index's rows by `vectors` (n, dim)."""
        rows, dim = vectors.shape
        lists = min(self._lists or lists_for(rows), max(1, rows))
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dim),
            dim,
            lists,
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        index.cp.seed, index.cp.niter = self._seed + 1, 8
        sample = np.random.default_rng(self._seed).choice(
            rows, size=min(rows, SAMPLE_PER_LIST * lists), replace=False
        )
        index.train(np.ascontiguousarray(vectors[np.sort(sample)], dtype=np.float32))
        self._index, self._rows, self._mapped = index, vectors[:0], None
        self.add(vectors)

    def add(self, vectors: np.ndarray) -> None:
        """Append rows (m, dim)."""
        index = self._built()
        check_rows(vectors, index.d)
        if self._mapped is not None:
            # An index that is mapped from disk cannot grow.
            self._index = index = _read_lists(self._mapped)
            self._mapped = None
        for start in range(0, len(vectors), ROWS_PER_ADD):
            index.add(np.ascontiguousarray(vectors[start : start + ROWS_PER_ADD], dtype=np.float32))
        self._list_of = None
        self._rows = (
            np.concatenate([self._rows, vectors.astype(self._rows.dtype)])
            if len(self._rows)
            else vectors
        )

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best rows of each query. Scores are exact; rows may be missed.

        See VectorIndex.
        """
        queries = as_queries(queries, self._built().d)
        check_mask(mask, self.size)
        return rescore_exact(self._rows, queries, self._candidates(queries, k, mask), k)

    def _candidates(self, queries: np.ndarray, k: int, mask: np.ndarray | None) -> list[np.ndarray]:
        """Return, for each query, the rows that are worth an exact score."""
        index = self._built()
        allowed = self.size if mask is None else int(np.count_nonzero(mask))
        if allowed <= max(EXACT_ROWS, k):
            rows = np.arange(self.size) if mask is None else np.flatnonzero(mask)
            return [rows] * len(queries)
        parameters = faiss.SearchParametersIVF()
        parameters.nprobe = min(MIN_PROBES, index.nlist)
        if mask is not None:
            lists = self._lists_with(mask)
            count = int(np.count_nonzero(lists))
            wanted = math.ceil(COVERED_ROWS * count / allowed)
            parameters.nprobe = min(count, max(MIN_PROBES, wanted))
            parameters.sel = row_selector(mask)
            parameters.quantizer_params = masked_search(lists)
        fetch = max(min(OVERFETCH * k, k + MAX_EXTRA_FETCH), MIN_FETCH)
        _, hits = index.search(queries, fetch, params=parameters)
        return [rows[rows >= 0] for rows in hits]

    def _lists_with(self, mask: np.ndarray) -> np.ndarray:
        """Return (lists,) bool: the lists that hold allowed rows.

        The lists nearest to a query may hold none ("shoes like this dress").
        """
        if self._list_of is None:
            self._list_of = _list_of_rows(self._built())
        lists: np.ndarray = np.zeros(self._built().nlist, dtype=np.bool_)
        lists[self._list_of[np.flatnonzero(mask)]] = True
        return lists

    def save(self, path: Path) -> None:
        """Write the lists to a file; the rows themselves are the catalogue's."""
        faiss.write_index(self._built(), str(path))

    def load_lists(self, path: Path, vectors: np.ndarray) -> None:
        """Map lists that `save` wrote, for the rows (n, dim) that they were built on.

        Raises InputError if the file holds anything else.
        """
        # Mapped pages are read when they are needed, and shared by processes.
        index = _read_lists(path, faiss.IO_FLAG_MMAP_IFC)
        if (index.ntotal, index.d) != vectors.shape:
            raise InputError(
                f"{path} holds {index.ntotal} rows of {index.d}, the catalogue {vectors.shape}; "
                "remove it, and it is made anew"
            )
        read_ahead(path)
        self._index, self._rows, self._mapped, self._list_of = index, vectors, path, None

    def _built(self) -> faiss.IndexIVF:
        if self._index is None:
            raise InputError(NOT_BUILT)
        return self._index


def _read_lists(path: Path, flags: int = 0) -> faiss.IndexIVF:
    try:
        index = faiss.read_index(str(path), flags)
    except RuntimeError as error:
        raise InputError(
            f"{path} is no FAISS index ({str(error).splitlines()[0][:120]}); "
            "remove it, and it is made anew"
        ) from None
    if not isinstance(index, faiss.IndexIVF):
        raise InputError(f"{path} holds no search lists; remove it, and it is made anew")
    return index


def _list_of_rows(index: faiss.IndexIVF) -> np.ndarray:
    """Return (n,) uint16: the list that each row lies in."""
    lists = index.invlists
    list_of = np.zeros(index.ntotal, dtype=np.uint16)
    if lists is None:
        return list_of
    for number in range(index.nlist):
        size = lists.list_size(number)
        if size:
            list_of[faiss.rev_swig_ptr(lists.get_ids(number), size)] = number
    return list_of


def lists_for(rows: int) -> int:
    """Return a number of lists: a power of two near 4 * sqrt(rows), at most 4,096."""
    return int(min(4096, 2 ** round(np.log2(max(1.0, 4 * np.sqrt(max(1, rows)))))))
