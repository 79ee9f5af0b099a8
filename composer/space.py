"""What the composer asks of an encoder: where the slices lie and where each value sits in its slice."""

from __future__ import annotations

import numpy as np

from encoders import Space

EPSILON = 1e-8


def unit(vector: np.ndarray) -> np.ndarray:
    """`vector` (..., d) at unit length; zero stays zero."""
    norm = np.linalg.norm(vector, axis=-1, keepdims=True)
    return vector / np.maximum(norm, EPSILON)


def slice_of(space: Space, facet: str) -> str | None:
    """The slice that tells a facet: its own, else `appearance` for what has none (style); None: nowhere."""
    name = space.facet_slice.get(facet)
    if (
        name is None
        and facet not in ("brand", "size", "price")
        and "appearance" in space.layout.names
    ):
        return "appearance"
    return name
