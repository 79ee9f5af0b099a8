"""Vectors on their way: batches kept beside a catalogue's folder, so that embedding goes on where it was stopped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np


class EmbeddingCheckpoint:
    """The batches of one embedding, each in a file of its own, whole or not there; named by what it was made from.

    out: the catalogue's folder; fingerprint: of the encoder. `found`: batches that were there already.
    """

    def __init__(self, out: Path, fingerprint: str) -> None:
        self._out = Path(out).absolute()
        self.folder = self._out.parent / f".{self._out.name}.embedding-{fingerprint}"
        self.found = 0

    def batch(self, key: str, shape: tuple[int, int], make: Callable[[], np.ndarray]) -> np.ndarray:
        """The batch (n, dim) that was kept under `key` (a digest of what it is made from), else a new one, kept."""
        file = self.folder / f"{key}.npy"
        vectors = _read(file, shape)
        if vectors is not None:
            self.found += 1
            return vectors
        vectors = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        with fresh.open("wb") as handle:
            np.save(handle, vectors)
        fresh.replace(file)
        return vectors

    def clear(self) -> None:
        """Removes what is kept for this catalogue, by whatever encoder."""
        for left in self._out.parent.glob(f".{self._out.name}.embedding-*"):
            shutil.rmtree(left, ignore_errors=True)


def _read(file: Path, shape: tuple[int, int]) -> np.ndarray | None:
    """The array in a file; None where there is none, or one that is damaged or of another shape."""
    try:
        vectors = np.load(file)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.shape == shape and vectors.dtype == np.float16 else None
