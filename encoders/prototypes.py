"""What a facet's values look like: one unit vector a value, in the facet's slice, with a calibrated scale and bias."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Prototypes:
    """Probability of value v for a slice z: softmax over v of scale * z.w_v + bias_v.

    Where the values do not exclude one another, the sigmoid of each.
    """

    values: tuple[str, ...]
    vectors: np.ndarray
    """(V, slice size) float32, unit rows"""
    scale: float
    bias: np.ndarray
    """(V,) float32"""
    exclusive: bool = True

    def probabilities(self, slices: np.ndarray) -> np.ndarray:
        """(n, slice size) unit vectors -> (n, V); rows sum to 1 where the values exclude one another."""
        logits = self.scale * (np.asarray(slices, dtype=np.float32) @ self.vectors.T) + self.bias
        if not self.exclusive:
            return 1 / (1 + np.exp(-logits))
        raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return raised / raised.sum(axis=-1, keepdims=True)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows brought to length 1; a row of zeros stays one."""
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def write_prototypes(path: Path, table: Mapping[str, Prototypes]) -> None:
    """One safetensors file: `NAME.vectors` (fp16), `NAME.bias`, `NAME.scale`; the values in its metadata."""
    from safetensors.numpy import save_file

    tensors: dict[str, np.ndarray] = {}
    names: dict[str, dict] = {}
    for name, item in table.items():
        tensors[f"{name}.vectors"] = np.ascontiguousarray(item.vectors, dtype=np.float16)
        tensors[f"{name}.bias"] = np.ascontiguousarray(item.bias, dtype=np.float32)
        tensors[f"{name}.scale"] = np.array([item.scale], dtype=np.float32)
        names[name] = {"values": list(item.values), "exclusive": item.exclusive}
    save_file(tensors, str(path), metadata={"prototypes": json.dumps(names, sort_keys=True)})
    Path(path).chmod(0o644)  # safetensors writes for its owner alone


def read_prototypes(path: Path) -> dict[str, Prototypes]:
    """The table that `write_prototypes` wrote."""
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
