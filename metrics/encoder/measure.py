"""Full report on an encoder, over the reported parts of the labelled photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np

from datasets import splits
from datasets.photos import Photo, read_photos
from encoders.encoder import OpenClipEncoder
from metrics.classification import Figure
from metrics.encoder.calibration import slice_calibration
from metrics.encoder.classes import class_accuracy, reported_classes
from metrics.encoder.photos import encode_photos
from metrics.encoder.phrases import phrase_precision
from metrics.encoder.visible import visible_figures


class EncoderReport(TypedDict):
    """Result of `measure`, ready for JSON."""

    encoder: str
    fingerprint: str
    side: int
    """Side in pixels of the square that the image tower sees."""
    shop: dict[str, Figure]
    """{head: accuracy on product photos among the shop's own classes}"""
    asked: dict[str, Figure]
    """Like `shop`, with the encoder told the kind of garment."""
    shopper: dict[str, Figure]
    """Accuracy of the kind on shoppers' photos."""
    looked: dict[str, dict[str, Figure]]
    """{part of the photos: {facet: accuracy against labels made by eye}}"""
    calibration: dict[str, Figure]
    """{slice: expected calibration error}"""
    text: dict[str, Figure]
    """{kind of phrase: precision at 10 against product photos}"""


def measure(encoder: OpenClipEncoder, data: Path) -> EncoderReport:
    """Measure an encoder on the reported parts of the folders in `data`.

    Raises InputError if photos are missing or the encoder has no trained classes.
    """
    photos = read_photos(data)
    products = _reported(photos, "product")
    shoppers = _reported(photos, "shopper")
    looked = [photo for photo in photos if photo.looked == "report"]
    vectors = encode_photos(encoder, data, products)
    shopper_vectors = encode_photos(encoder, data, shoppers)
    looked_vectors = encode_photos(encoder, data, looked)
    asked_vectors = encode_photos(encoder, data, products, name_garment=True)
    classes = reported_classes(photos)
    kinds = sorted({photo.shop["kind"] for photo in photos if photo.source == "shopper"})
    return {
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "side": encoder.side,
        "shop": {
            head: class_accuracy(encoder, vectors, products, head, values)
            for head, values in classes.items()
        },
        "asked": {
            head: class_accuracy(encoder, asked_vectors, products, head, classes[head])
            for head in ("base", "shop_pattern")
        },
        "shopper": {"kind": class_accuracy(encoder, shopper_vectors, shoppers, "kind", kinds)},
        "looked": {
            part: visible_figures(encoder, looked_vectors[rows], [looked[row] for row in rows])
            for part, rows in _looked_parts(photos, looked).items()
        },
        "calibration": slice_calibration(
            encoder, np.concatenate([vectors, looked_vectors]), [*products, *looked]
        ),
        "text": phrase_precision(encoder, vectors, products),
    }


def _reported(photos: Sequence[Photo], source: str) -> list[Photo]:
    return [photo for photo in photos if photo.source == source and photo.role == "report"]


def _looked_parts(photos: Sequence[Photo], looked: Sequence[Photo]) -> dict[str, list[int]]:
    """Return {part: rows of `looked`}: each source, designs never trained on, and all."""
    parts = {
        source: [row for row, photo in enumerate(looked) if photo.source == source]
        for source in ("product", "shopper")
    }
    trained = {
        splits.design(photo.title)
        for photo in photos
        if photo.source != "shopper" and photo.role == "train"
    }
    parts["product, design never trained on"] = [
        row for row in parts["product"] if splits.design(looked[row].title) not in trained
    ]
    parts["all"] = list(range(len(looked)))
    return parts
