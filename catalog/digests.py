"""Short digests of each row's listing and picture, used to detect changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.files import DIGESTS
from catalog.item import Item
from catalog.part import Part

DIGEST_BYTES = 16
"""A row of the file holds two digests, the listing's and the picture's."""


def digests_of(item: Item, jpeg: bytes) -> bytes:
    """Return the digest of a listing (without its picture's name) and that of its picture."""
    listing = item.model_copy(update={"image": ""}).model_dump_json().encode()
    return b"".join(
        hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest() for data in (listing, jpeg)
    )


def save_digests(folder: Path, digests: Sequence[bytes]) -> None:
    """Write the digests of a part's rows, in order."""
    np.save(folder / DIGESTS, _as_array(digests))


def load_digests(part: Part, pictures: Path) -> np.ndarray:
    """Return the digests (n, 32) uint8 of a part's rows.

    They are computed if an earlier version wrote none. pictures: the folder that the items'
    image paths are relative to.
    """
    path = part.folder / DIGESTS
    if path.is_file():
        stored: np.ndarray = np.load(path)
        return stored
    rows = range(len(part))
    items = part.items(rows)
    digests = []
    for row in rows:
        image = pictures / items[row].image
        digests.append(digests_of(items[row], image.read_bytes() if image.is_file() else b""))
    return _as_array(digests)


def _as_array(digests: Sequence[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 2 * DIGEST_BYTES)
