"""Prototypes: a facet's values as unit vectors in its slice, with a calibrated scale and bias."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Prototypes:
    """A classifier over a facet's values.

    The probability of value v for a slice z is the softmax over v of scale * z.w_v + bias_v, or the
    sigmoid of each if the values do not exclude one another.
    """

    values: tuple[str, ...]
    vectors: np.ndarray
    """(V, slice size) float32, unit rows"""
    scale: float
    bias: np.ndarray
    """(V,) float32"""
    exclusive: bool = True

    def probabilities(self, slices: np.ndarray) -> np.ndarray:
        """Return (n, V) for unit vectors (n, slice size); rows sum to 1 where values exclude."""
        logits = self.scale * (np.asarray(slices, dtype=np.float32) @ self.vectors.T) + self.bias
        return softmax(logits) if self.exclusive else sigmoid(logits)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis."""
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p: np.ndarray = odds / odds.sum(axis=-1, keepdims=True)
    return p


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Return the logistic function of each element."""
    p: np.ndarray = 1 / (1 + np.exp(-logits))
    return p


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return float32 rows of length 1; a row of zeros stays one."""
    vectors = np.asarray(vectors, dtype=np.float32)
    scaled: np.ndarray = vectors / np.maximum(
        np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12
    )
    return scaled


def write_prototypes(path: Path, table: Mapping[str, Prototypes]) -> None:
    """Write one safetensors file.

    It holds `NAME.vectors` (fp16), `NAME.bias` and `NAME.scale`; the values are in its metadata.
    """
    from safetensors.numpy import save_file

    tensors: dict[str, np.ndarray] = {}
    names: dict[str, dict[str, Any]] = {}
    for name, item in table.items():
        tensors[f"{name}.vectors"] = np.ascontiguousarray(item.vectors, dtype=np.float16)
        tensors[f"{name}.bias"] = np.ascontiguousarray(item.bias, dtype=np.float32)
        tensors[f"{name}.scale"] = np.array([item.scale], dtype=np.float32)
        names[name] = {"values": list(item.values), "exclusive": item.exclusive}
    save_file(tensors, str(path), metadata={"prototypes": json.dumps(names, sort_keys=True)})
    Path(path).chmod(0o644)  # safetensors makes the file readable by its owner only


def read_prototypes(path: Path) -> dict[str, Prototypes]:
    """Read the table that `write_prototypes` wrote."""
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as handle:
        names = json.loads(handle.metadata()["prototypes"])
        return {
            name: Prototypes(
                values=tuple(entry["values"]),
                vectors=unit(handle.get_tensor(f"{name}.vectors")),
                scale=float(handle.get_tensor(f"{name}.scale")[0]),
                bias=handle.get_tensor(f"{name}.bias").astype(np.float32),
                exclusive=entry["exclusive"],
            )
            for name, entry in names.items()
        }
