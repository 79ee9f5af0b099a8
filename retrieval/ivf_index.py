"""An inverted file for large catalogues: a coarse search over compressed rows, the best of them scored again exactly.

Lists of 8-bit rows (IVF, Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", 2011, here with a scalar
quantizer) find candidates; their half-precision vectors, which the catalogue maps from disk, settle the order. Where a filter
leaves few rows, lists would be searched in vain: those rows are scored exactly, one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from catalog.files import read_ahead
from errors import InputError
from retrieval.exact import rescore_exact
from vocabulary.wish import Constraint

EXACT_ROWS = 4_000
"""A filter that leaves at most so many rows is answered by scoring each of them."""
PROBES = 40
"""Lists searched at least."""
COVERED = 4_000
"""Allowed rows in the lists that are searched under a filter, about; lists that hold none are passed over."""
FETCH, FETCH_LEAST, FETCH_BEYOND = 2, 120, 1_000
"""Candidates for each wanted row, at least, and beyond those wanted at most."""
SAMPLE = 40
"""Rows for each list that the lists are made from."""
CHUNK = 65_536


class IvfIndex:
    """Approximate search with exact scores over the rows (n, dim) that `build` was given, which it keeps (a memory map stays
    one). seed: of the sample that the lists are made from."""

    kind = "ivf"

    def __init__(self, lists: int | None = None, seed: int = 0) -> None:
        self._lists, self._seed = lists, seed
        self._index: faiss.Index | None = None
        self._rows: np.ndarray = np.zeros((0, 0), dtype=np.float16)
        self._mapped: Path | None = None
        self._list_of: np.ndarray | None = None

    @property
    def size(self) -> int:
        """Rows held."""
        return len(self._rows)

    def build(self, vectors: np.ndarray) -> None:
        """Takes the rows (n, dim) in place of what it held."""
        rows, dim = vectors.shape
        lists = min(self._lists or lists_for(rows), max(1, rows))
        quantizer = faiss.IndexFlatIP(dim)
        self._index = faiss.IndexIVFScalarQuantizer(
            quantizer, dim, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        self._index.cp.seed, self._index.cp.niter = self._seed + 1, 8
        sample = np.random.default_rng(self._seed).choice(
            rows, size=min(rows, SAMPLE * lists), replace=False
        )
        self._index.train(np.ascontiguousarray(vectors[np.sort(sample)], dtype=np.float32))
        self._rows, self._mapped = vectors[:0], None
        self.add(vectors)

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim)."""
        index = self._held()
        if vectors.ndim != 2 or vectors.shape[1] != index.d:
            raise InputError(
                f"rows of shape {vectors.shape} do not fit an index of {index.d} dimensions"
            )
        if self._mapped is not None:  # what is mapped from disk cannot grow
            self._index = index = faiss.read_index(str(self._mapped))
            self._mapped = None
        for start in range(0, len(vectors), CHUNK):
            index.add(np.ascontiguousarray(vectors[start : start + CHUNK], dtype=np.float32))
        self._list_of = None
        self._rows = (
            vectors
            if not len(self._rows)
            else np.concatenate([self._rows, vectors.astype(self._rows.dtype)])
        )

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex. Scores are exact; rows may be missed. Equal scores come in the order of their rows."""
        index = self._held()
        queries = np.ascontiguousarray(np.atleast_2d(queries), dtype=np.float32)
        if queries.shape[1] != index.d:
            raise InputError(
                f"queries of {queries.shape[1]} dimensions do not fit an index of {index.d}"
            )
        if mask is not None and mask.shape != (self.size,):
            raise InputError(f"a mask of shape {mask.shape} does not fit {self.size} rows")
        return rescore_exact(self._rows, queries, self._candidates(queries, k, mask), k)

    def _candidates(self, queries: np.ndarray, k: int, mask: np.ndarray | None) -> list[np.ndarray]:
        """For each query, the rows that are worth an exact score."""
        allowed = self.size if mask is None else int(np.count_nonzero(mask))
        if allowed <= max(EXACT_ROWS, k):
            rows = np.flatnonzero(mask) if mask is not None else np.arange(self.size)
            return [rows] * len(queries)
        settings: dict[str, object] = {"nprobe": min(PROBES, self._held().nlist)}
        if mask is not None:
            rows, lists = (
                np.packbits(mask, bitorder="little"),
                self._lists_with(mask),
            )  # selectors point into these arrays
            there = int(np.count_nonzero(lists))
            settings["nprobe"] = min(there, max(PROBES, math.ceil(COVERED * there / allowed)))
            settings["sel"] = faiss.IDSelectorBitmap(rows)
            bits = np.packbits(lists, bitorder="little")
            settings["quantizer_params"] = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        fetch = max(min(FETCH * k, k + FETCH_BEYOND), FETCH_LEAST)
        found = self._held().search(queries, fetch, params=faiss.SearchParametersIVF(**settings))[1]
        return [row[row >= 0] for row in found]

    def _lists_with(self, mask: np.ndarray) -> np.ndarray:
        """(lists,) bool: those that hold allowed rows. The nearest lists may hold none: "shoes like this dress"."""
        if self._list_of is None:
            self._list_of = _list_of(self._held())
        found = np.zeros(self._held().nlist, dtype=bool)
        found[self._list_of[np.flatnonzero(mask)]] = True
        return found

    def save(self, path: Path) -> None:
        """Writes the lists to a file; the rows themselves are the catalogue's."""
        faiss.write_index(self._held(), str(path))

    def load_lists(self, path: Path, vectors: np.ndarray) -> None:
        """Maps what `save` wrote, for the rows (n, dim) that it was built on. Raises InputError on anything else."""
        try:
            held = faiss.read_index(
                str(path), faiss.IO_FLAG_MMAP_IFC
            )  # pages are read when needed, and shared by processes
        except RuntimeError as error:
            raise InputError(
                f"{path} is no FAISS index ({str(error).splitlines()[0][:120]}); remove it, and it is made "
                "anew"
            ) from None
        if not isinstance(held, faiss.IndexIVF) or (held.ntotal, held.d) != vectors.shape:
            raise InputError(
                f"{path} holds {held.ntotal} rows of {held.d}, the catalogue {vectors.shape}; remove it, and it "
                "is made anew"
            )
        read_ahead(path)
        self._index, self._rows, self._mapped, self._list_of = held, vectors, path, None

    def _held(self) -> faiss.Index:
        if self._index is None:
            raise InputError("the index is empty: call build(vectors) first")
        return self._index


def _list_of(index: faiss.IndexIVF) -> np.ndarray:
    """(n,) uint16: the list that each row lies in."""
    found = np.zeros(index.ntotal, dtype=np.uint16)
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        if size:
            found[faiss.rev_swig_ptr(index.invlists.get_ids(number), size)] = number
    return found


def lists_for(rows: int) -> int:
    """The number of lists: a power of two near four roots of the rows, at most 4,096."""
    return int(min(4096, 2 ** round(np.log2(max(1.0, 4 * np.sqrt(max(1, rows)))))))
