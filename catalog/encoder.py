"""Protocols that the catalogue expects of an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeGuard

import numpy as np
from PIL import Image

from catalog.item import Item


class EncoderIdentity(Protocol):
    """The identity of an encoder, as a catalogue records it."""

    @property
    def name(self) -> str:
        """The name in the setting ENCODER."""

    @property
    def fingerprint(self) -> str:
        """A hash of its weights and configuration."""

    @property
    def dim(self) -> int:
        """The length of its vectors."""


class ImageEncoder(EncoderIdentity, Protocol):
    """An encoder of images."""

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        """Return (n, dim) float32."""


class GarmentEncoder(EncoderIdentity, Protocol):
    """An encoder that can be told which garment in a picture to encode."""

    def encode_images(
        self, images: list[Image.Image], garments: Sequence[str | None]
    ) -> np.ndarray:
        """Return (n, dim) float32; garments: a category for each picture, or None."""


def encode(encoder: ImageEncoder, pictures: list[Image.Image], items: Sequence[Item]) -> np.ndarray:
    """Return the vectors (n, dim) float16 of the items' pictures.

    A `GarmentEncoder` is told which garment in the picture is for sale.
    """
    if _takes_garments(encoder):
        return encoder.encode_images(pictures, [item.category for item in items]).astype(np.float16)
    return encoder.encode_images(pictures).astype(np.float16)


def _takes_garments(encoder: ImageEncoder | GarmentEncoder) -> TypeGuard[GarmentEncoder]:
    return bool(getattr(encoder, "may_ask", False))


def encoder_record(encoder: ImageEncoder) -> dict[str, Any]:
    """Return the manifest entries that describe the encoder and its vector space."""
    layout = getattr(encoder, "layout", None)
    slices = (
        dict(zip(layout.names, map(int, layout.sizes), strict=True)) if layout is not None else {}
    )
    return {
        "encoder": {"name": encoder.name, "fingerprint": encoder.fingerprint},
        "dimensions": int(encoder.dim),
        "slices": slices,
        "index": "flat",
    }
