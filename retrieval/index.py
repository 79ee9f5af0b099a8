"""What every vector index offers, and the choice of one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from errors import InputError


class VectorIndex(Protocol):
    """Rows of vectors, searched by inner product. Row numbers are the catalogue's."""

    kind: str
    size: int

    def build(self, vectors: np.ndarray) -> None:
        """Takes the rows (n, dim), float16 or float32, in place of what it held."""

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim)."""

    def search(self, queries: np.ndarray, k: int, mask: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The k best rows of each query (q, dim), best first, equal scores by row: rows (q, k) int64, -1 where there
        are fewer, and scores (q, k) float32. mask (n,) bool: only these rows are looked at.
        """

    def save(self, path: Path) -> None:
        """Writes the index to a file."""

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Reads what `save` wrote; raises InputError on anything else."""


def open_index(vectors: np.ndarray, kind: str = "auto") -> VectorIndex:
    """An index over a catalogue's vectors (n, dim). kind: `auto` or `faiss` (exact; half precision when large)."""
    from retrieval.faiss_index import FaissIndex  # FAISS takes a third of a second to load

    if kind not in ("auto", "faiss"):
        raise InputError(f"no vector index of kind {kind!r} here; allowed: auto, faiss (setting INDEX)")
    index = FaissIndex()
    index.build(vectors)
    return index
