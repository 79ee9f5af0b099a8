"""Vectors of labelled photos, and probabilities of a facet's values from vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from datasets.photos import Photo, photo_opener
from encoders import Encoder, Prototypes
from errors import InputError

BATCH = 64
QUIET_BELOW = 128
"""Number of photos below which no progress bar is shown."""

SHOP_SLICES = {
    "shop/article": "category",
    "shop/kind": "category",
    "shop/base": "color",
    "shop/shop_pattern": "pattern",
    "shop/audience": "audience",
    "shop/usage": "appearance",
}
"""{table of the shop's own classes: the slice that shows them}"""


def encode_photos(
    encoder: Encoder, data: Path, photos: Sequence[Photo], name_garment: bool = False
) -> np.ndarray:
    """Return (n, dim) vectors of the original pictures.

    name_garment: whether to tell the encoder which kind of garment the labels name.
    """
    openers = {source: photo_opener(data, source) for source in {p.source for p in photos}}
    batches = []
    for start in tqdm(
        range(0, len(photos), BATCH),
        desc="encoding photos",
        unit="batch",
        mininterval=2,
        disable=len(photos) < QUIET_BELOW,
    ):
        batch = photos[start : start + BATCH]
        garments = [_category(photo) if name_garment else None for photo in batch]
        pictures = [openers[photo.source](photo.id).convert("RGB") for photo in batch]
        batches.append(encoder.encode_images(pictures, garments))
    return np.concatenate(batches) if batches else np.zeros((0, encoder.dim), dtype=np.float32)


def _category(photo: Photo) -> str | None:
    return min(photo.sets.get("category", ()), default=None)


def probabilities(
    encoder: Encoder, vectors: np.ndarray, table: str
) -> tuple[Prototypes, np.ndarray]:
    """Return the prototypes of a facet or of shop classes, and the (n, V) probabilities.

    table: a facet, or a table of shop classes such as `shop/article`. Raises InputError if the
    encoder has no such table.
    """
    prototypes = encoder.prototypes(table)
    if prototypes is None:
        raise InputError(
            f"encoder {encoder.name!r} has no classes {table!r}; these figures are for the "
            "built-in model"
        )
    slice_name = SHOP_SLICES.get(table) or encoder.facet_slice[table]
    return prototypes, prototypes.probabilities(vectors[:, encoder.layout.slice(slice_name)])
