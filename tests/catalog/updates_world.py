"""A small shop that is updated: its feed, its state as a reader sees it, an encoder that counts."""

from __future__ import annotations

import numpy as np
from shopfront import MeanColour, entry, no_claims

from catalog.entries import Ledger
from catalog.store import Catalog
from catalog.update import Changes, update

RED, BLUE = (200, 30, 30), (30, 30, 200)


class Counting(MeanColour):
    """An encoder that counts the pictures it is given."""

    def __init__(self) -> None:
        self.seen = 0

    def encode_images(self, images):
        self.seen += len(images)
        return super().encode_images(images)


def dress(id_: str, price: float = 20.0, color: tuple[int, int, int] = RED, **fields):
    return entry(
        id_,
        color,
        price=price,
        brand="Acme",
        attributes={"category": ("dress",), "color": ("red",)},
        **fields,
    )


def applied(folder, entries, encoder=None, ledger=None, **options) -> Changes:
    encoder = encoder or Counting()
    return update(folder, entries, lambda: encoder, no_claims, ledger or Ledger(), **options)


def state(catalog: Catalog) -> dict[str, tuple]:
    rows = np.flatnonzero(catalog.alive)
    return {
        item.id: (
            item.price,
            item.image,
            tuple(np.round(catalog.vectors[int(row)].astype(float), 2)),
        )
        for row, item in zip(rows, catalog.items(rows), strict=True)
    }
