"""Vectors of a space: unit length, and the slice that shows a facet."""

from __future__ import annotations

import numpy as np

from encoders import Space

EPSILON = 1e-8

LISTED_FACETS = ("brand", "size", "price")
"""Facets that no picture shows."""


def unit(vector: np.ndarray) -> np.ndarray:
    """Return `vector` (..., d) at unit length; zero stays zero."""
    norm = np.linalg.norm(vector, axis=-1, keepdims=True)
    scaled: np.ndarray = vector / np.maximum(norm, EPSILON)
    return scaled


def slice_of(space: Space, facet: str) -> str | None:
    """Return the slice that shows a facet, or None where no slice does.

    A facet without a slice of its own (style) falls to `appearance`, where the space has that.
    """
    name = space.facet_slice.get(facet)
    if name is None and facet not in LISTED_FACETS and "appearance" in space.layout.names:
        return "appearance"
    return name


def span_of(space: Space, facet: str) -> slice | None:
    """Return the coordinates of the slice that shows a facet, or None where no slice does."""
    name = slice_of(space, facet)
    return None if name is None else space.layout.slice(name)
