"""Slices for a model that has none: subspaces spanned by its own text embeddings of the values.

For each slice, the embeddings of its facets' values (a mean over prompts, less the facet's mean)
are made orthogonal to the previous slices (Gram-Schmidt) and reduced to their principal directions
(SVD). What is left of the space is `appearance`. The bases together are one rotation, so nothing
of the model's vector is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import vocabulary
from encoders.layout import FACET_SLICE, SLICES, SliceLayout
from encoders.prototypes import Prototypes, unit

PROMPTS: dict[str, tuple[str, ...]] = {
    "category": ("a photo of a {}", "a {} on a white background"),
    "color": ("a {} garment", "a photo of {} clothes"),
    "pattern": ("a {} garment", "clothes with a {} pattern"),
    "sleeve_length": ("a garment with {} sleeves",),
    "length": ("a {} length garment",),
    "neckline": ("a garment with a {} neckline",),
    "fit": ("a {} fit garment",),
    "material": ("a garment made of {}", "a {} garment"),
    "details": ("a garment with {}",),
    "gender": ("clothes for {}",),
    "style": ("a {} outfit", "clothes in {} style"),
}
SCALE = 12.0
"""Scale of the cosines inside a slice, until a calibration on data fits a better one."""
RANK_TOLERANCE = 1e-4
"""Directions weaker than this fraction of the strongest one count as noise."""

EncodeTexts = Callable[[list[str]], np.ndarray]
"""Function from n texts to (n, dim) unit vectors."""


@dataclass(frozen=True)
class Subspaces:
    """A rotation of the model's space into named slices."""

    layout: SliceLayout
    basis: np.ndarray
    """(dim, dim) float32, orthonormal columns, slice after slice"""
    prototypes: dict[str, Prototypes]

    def split(self, vectors: np.ndarray) -> np.ndarray:
        """Return (n, dim) in slices of unit length from the model's own vectors (n, dim)."""
        return unit_slices(vectors @ self.basis, self.layout)


def unit_slices(vectors: np.ndarray, layout: SliceLayout) -> np.ndarray:
    """Return (n, dim) with every slice scaled to unit length."""
    return np.concatenate([unit(vectors[:, layout.slice(name)]) for name in layout.names], axis=1)


def text_subspaces(encode: EncodeTexts, dim: int) -> Subspaces:
    """Return bases and prototypes for a model of `dim` dimensions from its text embeddings."""
    embedded = {facet: _embed_values(encode, facet) for facet in FACET_SLICE}
    basis = np.zeros((dim, 0), dtype=np.float32)
    sizes: dict[str, int] = {}
    names = [name for name in SLICES if name != "appearance"]
    for name in names:
        facets = [facet for facet, shown_by in FACET_SLICE.items() if shown_by == name]
        spread = np.concatenate([embedded[f] - embedded[f].mean(0, keepdims=True) for f in facets])
        directions = _directions(spread, basis, min(SLICES[name], max(1, dim // 12)))
        basis = np.concatenate([basis, directions], axis=1)
        sizes[name] = directions.shape[1]
    rest = _complement(basis)
    layout = SliceLayout((*names, "appearance"), (*(sizes[n] for n in names), rest.shape[1]))
    rotation = np.concatenate([basis, rest], axis=1)
    prototypes = {
        facet: _prototypes(facet, vectors, rotation[:, layout.slice(FACET_SLICE[facet])])
        for facet, vectors in embedded.items()
    }
    return Subspaces(layout, rotation, prototypes)


def _embed_values(encode: EncodeTexts, facet: str) -> np.ndarray:
    """Return (V, dim) unit vectors of the facet's values, each the mean over its prompts."""
    values = vocabulary.leaf_values(facet)
    prompts = PROMPTS[facet]
    vectors = encode([prompt.format(value) for value in values for prompt in prompts])
    return unit(vectors.reshape(len(values), len(prompts), -1).mean(1))


def _directions(spread: np.ndarray, basis: np.ndarray, max_rank: int) -> np.ndarray:
    """Return the principal directions (dim, k), k <= max_rank, orthonormal and off `basis`."""
    spread = spread - (spread @ basis) @ basis.T
    _, strengths, rows = np.linalg.svd(spread.astype(np.float64), full_matrices=False)
    strong = strengths[:max_rank] > RANK_TOLERANCE * max(strengths[0], 1e-12)
    directions = rows[:max_rank][strong].T
    # Project a second time, since rounding would otherwise leave the slices slightly askew.
    directions = directions - basis @ (basis.T @ directions)
    return np.linalg.qr(directions)[0].astype(np.float32)


def _complement(basis: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (dim, dim - k) of all that is orthogonal to `basis` (dim, k)."""
    identity = np.eye(len(basis), dtype=np.float32)
    full = np.linalg.qr(np.concatenate([basis, identity], axis=1).astype(np.float64))[0]
    return full[:, basis.shape[1] :].astype(np.float32)


def _prototypes(facet: str, vectors: np.ndarray, basis: np.ndarray) -> Prototypes:
    values = vocabulary.leaf_values(facet)
    bias = np.zeros(len(values), dtype=np.float32)
    return Prototypes(values, unit(vectors @ basis), SCALE, bias, facet != "details")
