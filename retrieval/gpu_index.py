"""Exact search on a GPU, in front of an index on the CPU that answers what the GPU cannot."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np

from errors import InputError
from retrieval.index import VectorIndex
from vocabulary.wish import Constraint

MOST = 2048
"""FAISS returns at most so many hits a query from a GPU."""
HALF_FROM = 200_000
"""Rows from which the GPU holds half precision."""
SPARE = 1.3
"""How many more rows than a filter would leave on average are fetched, so that enough of them pass it."""
CHUNK = 262_144


class Flat(Protocol):
    """What is asked of the index on the GPU."""

    ntotal: int
    d: int

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Scores and rows (q, k), best first."""

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim)."""


class GpuIndex:
    """Flat indexes on a GPU know no filters: more rows than wanted are fetched and filtered here, which stays exact as long as
    enough of them pass. Filters that leave too little for that, and more than MOST rows, are the other index's.
    """

    kind = "gpu"

    def __init__(self, other: VectorIndex, flat: Flat) -> None:
        self.other, self.flat = other, flat
        self._alone = threading.Lock()  # FAISS' GPU resources are for one thread at a time
        if flat.ntotal != other.size:
            raise InputError(
                f"{flat.ntotal} rows on the GPU, {other.size} beside it; build both from the same vectors"
            )

    @property
    def size(self) -> int:
        """Rows held."""
        return self.other.size

    def build(self, vectors: np.ndarray) -> None:
        """Takes the rows (n, dim) in place of what it held."""
        self.other.build(vectors)
        self.flat = on_gpu(vectors)

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim)."""
        self.other.add(vectors)
        with self._alone:
            self.flat.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex. Equal scores come in the order of their rows."""
        queries = np.ascontiguousarray(np.atleast_2d(queries), dtype=np.float32)
        fits = queries.shape[1] == self.flat.d and (mask is None or mask.shape == (self.size,))
        allowed = self.size if mask is None or not fits else int(np.count_nonzero(mask))
        wanted = min(k, allowed)
        fetch = (
            wanted
            if allowed == self.size
            else int(wanted * SPARE * self.size / max(1, allowed)) + 32
        )
        if (
            not fits or not wanted or min(fetch, self.size) > MOST
        ):  # what does not fit, the other index says in words
            return self.other.search(queries, k, mask, constraints)
        with self._alone:
            scores, rows = self.flat.search(queries, min(fetch, self.size))
        passed = rows >= 0 if mask is None else (rows >= 0) & mask[np.maximum(rows, 0)]
        if (passed.sum(axis=1) < wanted).any():
            return self.other.search(queries, k, mask, constraints)
        scores = np.where(passed, scores, -np.inf).astype(np.float32)
        order = np.lexsort((rows, -scores), axis=1)[:, :wanted]
        found = np.full((len(queries), k), -1, dtype=np.int64)
        shown = np.full((len(queries), k), -np.inf, dtype=np.float32)
        found[:, :wanted] = np.take_along_axis(rows, order, axis=1)
        shown[:, :wanted] = np.take_along_axis(scores, order, axis=1)
        return found, shown

    def save(self, path: Path) -> None:
        """Writes the index beside it; the GPU is filled from the vectors at every start."""
        self.other.save(path)


def has_gpu() -> bool:
    """Whether this faiss was built for GPUs and sees one."""
    return hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0


def on_gpu(vectors: np.ndarray) -> Flat:
    """A flat inner-product index of rows (n, dim) on the first GPU, half precision where they are many."""
    settings = faiss.GpuIndexFlatConfig()
    settings.device, settings.useFloat16 = 0, len(vectors) >= HALF_FROM
    resources = faiss.StandardGpuResources()
    index = faiss.GpuIndexFlatIP(resources, vectors.shape[1], settings)
    index.resources_kept = resources  # it must live as long as the index
    for start in range(0, len(vectors), CHUNK):
        index.add(np.ascontiguousarray(vectors[start : start + CHUNK], dtype=np.float32))
    return index
