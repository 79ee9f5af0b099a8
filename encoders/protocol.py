"""Protocols `Encoder` and `Space`, which any object with these members satisfies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from PIL import Image

from encoders.layout import SliceLayout
from encoders.prototypes import Prototypes


class Space(Protocol):
    """A vector space with named slices, each of unit length in every picture's vector."""

    @property
    def fingerprint(self) -> str:
        """Hash of weights and config; vectors with different fingerprints are not comparable."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def layout(self) -> SliceLayout:
        """The slices in order, with the position of each."""

    @property
    def facet_slice(self) -> Mapping[str, str]:
        """{facet: the slice that shows it}"""

    def prototypes(self, facet: str) -> Prototypes | None:
        """Return what the facet's values look like, or None if the space does not know it."""


class Encoder(Space, Protocol):
    """A model that maps pictures and words into one space."""

    @property
    def name(self) -> str:
        """The name that loads it again: `builtin`, an open_clip name, a path."""

    def encode_images(
        self, images: Sequence[Image.Image], garments: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """Return (n, dim) float32.

        garments: for each picture the category of the garment that is meant, or None. Models
        without this feature ignore it.
        """

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, dim) float32 for n phrases."""

    def all_prototypes(self) -> dict[str, Prototypes]:
        """Return every table by name, including the shop's own classes (`shop/article`)."""
