"""Photo folders as arrays, decoded once and cached outside the repository.

Every photo becomes a square, padded with white, of its folder's side: 192 px (product and shopper
photos), 80 px (the small product photos). Arrays are memory-mapped uint8, (photos, side, side, 3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from datasets.photos import FOLDERS, Photo, photo_opener
from encoders.pictures import square

SIDES = {"product": 192, "small": 80, "shopper": 192}


def cached_arrays(data: Path, cache: Path, photos: Iterable[Photo]) -> dict[str, np.ndarray]:
    """Return {source: (n, side, side, 3) uint8} in the photos' order.

    Arrays that `cache` lacks are decoded into it.
    """
    by_source: dict[str, list[str]] = {}
    for photo in photos:
        by_source.setdefault(photo.source, []).append(photo.id)
    return {
        source: _cached(cache, source, ids, photo_opener(data, source))
        for source, ids in by_source.items()
    }


def _cached(
    cache: Path, source: str, ids: list[str], opener: Callable[[str], Image.Image]
) -> np.ndarray:
    side = SIDES[source]
    key = hashlib.sha256("\n".join([source, str(side), *ids]).encode()).hexdigest()[:12]
    path = cache / f"{source}-{side}-{key}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        array = np.lib.format.open_memmap(part, "w+", np.uint8, (len(ids), side, side, 3))
        for row, photo_id in enumerate(tqdm(ids, desc=f"decoding {FOLDERS[source]}", unit="photo")):
            array[row] = square(opener(photo_id), side)
        array.flush()
        part.rename(path)
    return np.load(path, mmap_mode="r")
