"""Finished batches of vectors beside a catalogue's folder, so that embedding can be resumed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np


class EmbeddingCheckpoint:
    """The finished batches of one embedding run, each in a file named after its inputs.

    Files are written atomically. `found` counts the batches that already existed.

    Args:
        out: The catalogue's folder.
        fingerprint: The encoder's fingerprint.
    """

    def __init__(self, out: Path, fingerprint: str) -> None:
        self._out = Path(out).absolute()
        self.folder = self._out.parent / f".{self._out.name}.embedding-{fingerprint}"
        self.found = 0

    def batch(self, key: str, shape: tuple[int, int], make: Callable[[], np.ndarray]) -> np.ndarray:
        """Return the batch (n, dim) stored under `key`, computing and storing it if missing.

        key: a digest of the batch's inputs.
        """
        file = self.folder / f"{key}.npy"
        stored = _read(file, shape)
        if stored is not None:
            self.found += 1
            return stored
        vectors = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}")
        with unfinished.open("wb") as handle:
            np.save(handle, vectors)
        unfinished.replace(file)
        return vectors

    def clear(self) -> None:
        """Remove all batches of this catalogue, whichever encoder made them."""
        for folder in self._out.parent.glob(f".{self._out.name}.embedding-*"):
            shutil.rmtree(folder, ignore_errors=True)


def _read(file: Path, shape: tuple[int, int]) -> np.ndarray | None:
    """Return the array in a file; None if missing, damaged, or of another shape or type."""
    try:
        vectors: np.ndarray = np.load(file)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.shape == shape and vectors.dtype == np.float16 else None
