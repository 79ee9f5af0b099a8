"""Which listings and which pictures have changed: a short digest of each, kept beside the rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from catalog.files import DIGESTS
from catalog.item import Item
from catalog.part import Part

SIZE = 16
"""Bytes of a digest; a row of the file holds two, the listing's and the picture's."""


def digests_of(item: Item, jpeg: bytes) -> bytes:
    """The digest of a listing (its picture's name apart) and that of its picture."""
    listing = item.model_copy(update={"image": ""}).model_dump_json().encode()
    return b"".join(hashlib.blake2b(data, digest_size=SIZE).digest() for data in (listing, jpeg))


def save_digests(folder: Path, digests: list[bytes]) -> None:
    """Digests of a part's rows, in order."""
    np.save(
        folder / DIGESTS, np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 2 * SIZE)
    )


def load_digests(part: Part, pictures: Path) -> np.ndarray:
    """(n, 32) uint8 of a part's rows; read from listings and pictures where an older program wrote none.

    pictures: the folder that the items' image names start from.
    """
    path = part.folder / DIGESTS
    if path.is_file():
        return np.load(path)
    rows = range(len(part))
    items = part.items(rows)
    found = []
    for row in rows:
        image = pictures / items[row].image
        found.append(digests_of(items[row], image.read_bytes() if image.is_file() else b""))
    return np.frombuffer(b"".join(found), dtype=np.uint8).reshape(-1, 2 * SIZE)
