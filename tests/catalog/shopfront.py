"""A tiny encoder, tiny pictures and small catalogues for the tests of this room."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from catalog.build import build
from catalog.entries import Entry, Ledger, Origin, to_jpeg
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.store import Catalog


class MeanColour:
    """(n, 3): the mean colour of a picture, 0 to 1."""

    name, fingerprint, dim = "mean-colour", "0123456789abcdef", 3

    def encode_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        return np.stack(
            [np.asarray(image, dtype=np.float32).mean((0, 1)) / 255 for image in images]
        )


class OtherEncoder(MeanColour):
    """The same encoder under another name."""

    name, fingerprint = "another", "fedcba9876543210"


def swatch(
    color: tuple[int, int, int] = (200, 30, 30), size: tuple[int, int] = (48, 64)
) -> Image.Image:
    return Image.new("RGB", size, color)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def entry(
    id_: str,
    color: tuple[int, int, int] = (200, 30, 30),
    truth: dict | None = None,
    **fields: object,
) -> Entry:
    return Entry(Item(id=id_, **{"title": f"Item {id_}", **fields}), to_jpeg(swatch(color)), truth)


def no_claims(item: Item) -> tuple[Claim, ...]:
    return ()


def made(
    folder: Path,
    entries: Sequence[Entry],
    claims: dict[str, Sequence[Claim]] | None = None,
    ledger: Ledger | None = None,
) -> Catalog:
    """Build and open a catalogue of these entries."""
    build(
        folder,
        entries,
        MeanColour,
        lambda item: tuple((claims or {}).get(item.id, ())),
        Origin("demo", "python -m catalog demo --out x"),
        ledger,
    )
    return Catalog.open(folder)
