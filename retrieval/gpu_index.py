"""Exact search on a GPU, with a CPU index for the queries that the GPU cannot answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np

from errors import InputError
from retrieval.protocol import BuildableIndex
from vocabulary.wish import Constraint

MAX_GPU_HITS = 2048
"""The most hits that FAISS returns for a query from a GPU."""
FP16_FROM_ROWS = 200_000
"""Rows from which the GPU holds half precision."""
OVERFETCH = 1.3
"""Factor on the number of rows that a filter leaves on average, so that enough of them pass it."""
EXTRA_FETCH = 32
"""Rows fetched beyond that under a filter."""
ROWS_PER_ADD = 262_144


class FlatIndex(Protocol):
    """The part of a flat FAISS index that `GpuIndex` uses."""

    ntotal: int
    d: int

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return scores and rows (q, k), best first."""

    def add(self, vectors: np.ndarray) -> None:
        """Append rows (m, dim)."""


class GpuIndex:
    """A flat index on a GPU that falls back to a CPU index of the same rows.

    Flat GPU indexes support no filters. More rows than wanted are fetched and filtered here, which
    is exact as long as enough of them pass. Narrower filters, and more than MAX_GPU_HITS rows, go
    to the CPU index. Raises InputError if the two differ in size.
    """

    kind = "gpu"

    def __init__(self, cpu: BuildableIndex, flat: FlatIndex) -> None:
        self.cpu, self.flat = cpu, flat
        # FAISS's GPU resources serve one thread at a time.
        self._lock = threading.Lock()
        if flat.ntotal != cpu.size:
            raise InputError(
                f"{flat.ntotal} rows on the GPU, {cpu.size} beside it; "
                "build both from the same vectors"
            )

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.cpu.size

    def build(self, vectors: np.ndarray) -> None:
        """Replace the rows of both indexes by `vectors` (n, dim)."""
        self.cpu.build(vectors)
        self.flat = flat_gpu_index(vectors)

    def add(self, vectors: np.ndarray) -> None:
        """Append rows (m, dim) to both indexes."""
        self.cpu.add(vectors)
        with self._lock:
            self.flat.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best rows of each query. See VectorIndex."""
        queries = np.ascontiguousarray(np.atleast_2d(queries), dtype=np.float32)
        hits = self._search_flat(queries, k, mask)
        return self.cpu.search(queries, k, mask, constraints) if hits is None else hits

    def _search_flat(
        self, queries: np.ndarray, k: int, mask: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the GPU's answer, or None if it cannot give a complete one."""
        shapes_fit = queries.shape[1] == self.flat.d and (
            mask is None or mask.shape == (self.size,)
        )
        if not shapes_fit:
            # The CPU index raises the error that names the fault.
            return None
        allowed = self.size if mask is None else int(np.count_nonzero(mask))
        wanted = min(k, allowed)
        fetch = wanted
        if allowed < self.size:
            fetch = int(wanted * OVERFETCH * self.size / max(1, allowed)) + EXTRA_FETCH
        fetch = min(fetch, self.size)
        if not wanted or fetch > MAX_GPU_HITS:
            return None
        with self._lock:
            scores, rows = self.flat.search(queries, fetch)
        passed = rows >= 0 if mask is None else (rows >= 0) & mask[np.maximum(rows, 0)]
        if (passed.sum(axis=1) < wanted).any():
            return None
        scores = np.where(passed, scores, -np.inf).astype(np.float32)
        order = np.lexsort((rows, -scores), axis=1)[:, :wanted]
        best_rows = np.full((len(queries), k), -1, dtype=np.int64)
        best_scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        best_rows[:, :wanted] = np.take_along_axis(rows, order, axis=1)
        best_scores[:, :wanted] = np.take_along_axis(scores, order, axis=1)
        return best_rows, best_scores

    def save(self, path: Path) -> None:
        """Write the CPU index; the GPU is filled from the vectors at every start."""
        self.cpu.save(path)


def has_gpu() -> bool:
    """Return whether this build of FAISS supports GPUs and sees one."""
    return hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0


def flat_gpu_index(vectors: np.ndarray) -> FlatIndex:
    """Return a flat inner-product index of rows (n, dim) on the first GPU.

    It holds half precision from FP16_FROM_ROWS rows.
    """
    config = faiss.GpuIndexFlatConfig()
    config.device, config.useFloat16 = 0, len(vectors) >= FP16_FROM_ROWS
    resources = faiss.StandardGpuResources()
    index = faiss.GpuIndexFlatIP(resources, vectors.shape[1], config)
    # The resources must live as long as the index.
    index.resources_kept = resources  # type: ignore[attr-defined]
    for start in range(0, len(vectors), ROWS_PER_ADD):
        index.add(np.ascontiguousarray(vectors[start : start + ROWS_PER_ADD], dtype=np.float32))
    return index
