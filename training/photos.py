"""The photo folders as arrays: decoded once, kept outside the repository.

Every photo becomes a square, padded with white, of its folder's side: 192 px (product and shopper photos), 80 px (the small
product photos). Arrays are memory-mapped uint8, (photos, side, side, 3).
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from encoders.pictures import square
from errors import InputError
from training import labels, splits

SIDES = {"product": 192, "small": 80, "shopper": 192}
FOLDERS = {"product": "product_photos", "small": "product_photos_small", "shopper": "shopper_photos"}


@dataclass(frozen=True)
class Photo:
    """One photo and all that is known of it."""

    source: str
    """`product`, `small`, `shopper` or `drawn`"""
    id: str
    role: str
    """`train`, `choose`, `report`, or `apart` (labelled by looking, for calibration or report)"""
    sets: labels.LabelSets
    details: dict[str, bool]
    shop: dict[str, str]
    """the shop's own classes: article, base, shop_pattern, audience, usage, kind; absent where unknown"""
    title: str
    looked: str | None = None
    """`fit`, `calibrate` or `report` where somebody labelled it by looking"""
    seen: labels.LabelSets | None = None
    """the labels by looking alone"""




def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputError(f"no {path}: training needs the photo folders {', '.join(FOLDERS.values())} and looked_at; "
                         "name the folder that holds them with --data or DATA_DIR")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_photos(data: Path) -> list[Photo]:
    """All photos of the folders in `data`, in their order, with labels and roles. Raises InputError where one is missing."""
    looked = {(row["source"], row["id"]): row for row in _rows(data / "looked_at" / "labels.csv")}
    products = {source: _rows(data / FOLDERS[source] / "products.csv") for source in ("product", "small")}
    apart = {splits.design(row["productDisplayName"]) for row in products["product"]
             if ("product", row["id"]) in looked and splits.looked_role(row["id"]) != "fit"}
    photos = [_product(source, row, looked.get((source, row["id"])), apart)
              for source, rows in products.items() for row in rows]
    for row in _rows(data / FOLDERS["shopper"] / "photos.csv"):
        photos.append(_shopper(row, looked.get(("shopper", row["file"])) or looked.get(("shopper", Path(row["file"]).stem))))
    return photos


def _product(source: str, row: dict[str, str], seen: dict[str, str] | None, apart: set[str]) -> Photo:
    title = row["productDisplayName"]
    role = splits.design_role(title)
    if role == "train" and splits.design(title) in apart:
        role = "apart"
    shop = {"article": row["articleType"], "base": row["baseColour"], "shop_pattern": labels.shop_pattern(title) or "",
            "audience": row["gender"], "usage": row["usage"]}
    return _with_seen(Photo(source, row["id"], role, labels.product_sets(row), labels.product_details(row),
                            {k: v for k, v in shop.items() if v}, title), seen)


def _shopper(row: dict[str, str], seen: dict[str, str] | None) -> Photo:
    role = "report" if row["split"] == "validation" else "train"
    if role == "train" and seen and splits.looked_role(seen["id"]) != "fit":
        role = "apart"
    return _with_seen(Photo("shopper", row["file"], role, labels.shopper_sets(row["category"]),
                            labels.shopper_details(row["category"]), {"kind": row["category"]}, row["category"]), seen)


def _with_seen(photo: Photo, seen: dict[str, str] | None) -> Photo:
    if seen is None:
        return photo
    sets = labels.looked_sets(seen)
    return Photo(photo.source, photo.id, photo.role, {**photo.sets, **sets}, {**photo.details, **labels.looked_details(seen)},
                 photo.shop, photo.title, splits.looked_role(seen["id"]), sets)


def photo_opener(data: Path, source: str) -> Callable[[str], Image.Image]:
    """id -> the original picture."""
    folder = data / FOLDERS[source]
    if source == "small":
        archive = zipfile.ZipFile(folder / "images.zip")
        names = {Path(name).stem: name for name in archive.namelist() if name.endswith(".jpg")}
        return lambda key: Image.open(io.BytesIO(archive.read(names[key])))
    return lambda key: Image.open(folder / "images" / (key if source == "shopper" else f"{key}.jpg"))


def cached_arrays(data: Path, cache: Path, photos: Iterable[Photo]) -> dict[str, np.ndarray]:
    """source -> (photos of that source in their order, side, side, 3) uint8, from `cache` or decoded into it."""
    by_source: dict[str, list[str]] = {}
    for photo in photos:
        by_source.setdefault(photo.source, []).append(photo.id)
    return {source: _cached(cache, source, ids, photo_opener(data, source)) for source, ids in by_source.items()}


def _cached(cache: Path, source: str, ids: list[str], opener: Callable[[str], Image.Image]) -> np.ndarray:
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
