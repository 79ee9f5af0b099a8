"""Reads the folders of labelled photos: product photos (large and small), shopper photos, labels by looking."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from datasets import labels, splits
from errors import InputError

FOLDERS = {
    "product": "product_photos",
    "small": "product_photos_small",
    "shopper": "shopper_photos",
}
MORE = Path(__file__).with_name("looked_more.csv")
"""Sleeves, necklines and details of further training photos, labelled by looking; by key, no picture."""


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
        raise InputError(
            f"no {path}: training needs the photo folders {', '.join(FOLDERS.values())} and looked_at; "
            "name the folder that holds them with --data or DATA_DIR"
        )
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_photos(data: Path) -> list[Photo]:
    """All photos of the folders in `data`, in their order, with labels and roles. Raises InputError where one is missing."""
    looked = {(row["source"], row["id"]): row for row in _rows(data / "looked_at" / "labels.csv")}
    more = {(row["source"], row["id"]): row for row in _rows(MORE)}
    products = {
        source: _rows(data / FOLDERS[source] / "products.csv") for source in ("product", "small")
    }
    photos = [
        _with_more(_product(source, row, looked.get((source, row["id"]))), more)
        for source, rows in products.items()
        for row in rows
    ]
    for row in _rows(data / FOLDERS["shopper"] / "photos.csv"):
        seen = looked.get(("shopper", row["file"])) or looked.get(
            ("shopper", Path(row["file"]).stem)
        )
        photos.append(_with_more(_shopper(row, seen), more))
    return photos


def _product(source: str, row: dict[str, str], seen: dict[str, str] | None) -> Photo:
    title = row["productDisplayName"]
    role = splits.design_role(title)
    if role == "train" and seen and splits.looked_role(row["id"]) != "fit":
        role = "apart"
    shop = {
        "article": row["articleType"],
        "base": row["baseColour"],
        "shop_pattern": labels.shop_pattern(title) or "",
        "audience": row["gender"],
        "usage": row["usage"],
    }
    return _with_seen(
        Photo(
            source,
            row["id"],
            role,
            labels.product_sets(row),
            labels.product_details(row),
            {k: v for k, v in shop.items() if v},
            title,
        ),
        seen,
    )


def _shopper(row: dict[str, str], seen: dict[str, str] | None) -> Photo:
    role = "report" if row["split"] == "validation" else "train"
    if role == "train" and seen and splits.looked_role(seen["id"]) != "fit":
        role = "apart"
    return _with_seen(
        Photo(
            "shopper",
            row["file"],
            role,
            labels.shopper_sets(row["category"]),
            labels.shopper_details(row["category"]),
            {"kind": row["category"]},
            row["category"],
        ),
        seen,
    )


def _with_seen(photo: Photo, seen: dict[str, str] | None) -> Photo:
    if seen is None:
        return photo
    sets, looked = labels.looked_sets(seen), splits.looked_role(seen["id"])
    role = "apart" if photo.role == "choose" and looked == "report" else photo.role
    return Photo(
        photo.source,
        photo.id,
        role,
        {**photo.sets, **sets},
        {**photo.details, **labels.looked_details(seen)},
        photo.shop,
        photo.title,
        looked,
        sets,
    )


def _with_more(photo: Photo, more: dict[tuple[str, str], dict[str, str]]) -> Photo:
    """Our own labels by looking count on photos that train, and nowhere else."""
    row = more.get((photo.source, photo.id))
    if row is None or photo.role != "train" or photo.looked:
        return photo
    sets = labels.looked_sets(row)
    return replace(
        photo,
        sets={**photo.sets, **sets},
        details={**photo.details, **labels.looked_details(row)},
        looked="fit",
        seen=sets,
    )


def photo_opener(data: Path, source: str) -> Callable[[str], Image.Image]:
    """id -> the original picture."""
    folder = data / FOLDERS[source]
    if source == "small":
        archive = zipfile.ZipFile(folder / "images.zip")
        names = {Path(name).stem: name for name in archive.namelist() if name.endswith(".jpg")}
        return lambda key: Image.open(io.BytesIO(archive.read(names[key])))
    return lambda key: Image.open(
        folder / "images" / (key if source == "shopper" else f"{key}.jpg")
    )
