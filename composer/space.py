"""What the composer asks of an encoder: where the slices lie and where each value sits in its slice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

EPSILON = 1e-8


class Layout(Protocol):
    """Named slices of one vector, in order."""

    names: tuple[str, ...]

    def slice(self, name: str) -> slice:
        """The coordinates of a slice."""


class Prototypes(Protocol):
    """One unit vector a value of a facet: `vectors` is (values, slice_dim)."""

    values: tuple[str, ...]
    vectors: np.ndarray
    exclusive: bool

    def probabilities(self, slices: np.ndarray) -> np.ndarray:
        """(n, slice_dim) unit slices -> (n, values)."""


class Space(Protocol):
    """A vector space with named slices, each of unit L2 norm in every item. An Encoder satisfies it."""

    dim: int
    layout: Layout
    facet_slice: Mapping[str, str]

    def prototypes(self, facet: str) -> Prototypes | None:
        """The facet's prototypes, or None where the space has none."""


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
