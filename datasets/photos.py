"""Readers of the folders of labelled photos: products (large and small) and shoppers."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PIL import Image

from datasets import labels, splits
from errors import InputError

FOLDERS = {
    "product": "product_photos",
    "small": "product_photos_small",
    "shopper": "shopper_photos",
}
MORE_LABELS = Path(__file__).with_name("looked_more.csv")
"""Labels made by eye for further training photos: sleeves, necklines, details; no pictures."""

Source = Literal["product", "small", "shopper", "drawn"]
Role = Literal["train", "choose", "report", "apart"]
"""Use of a photo. `apart`: labelled by eye, for calibration or report only."""
Row = dict[str, str]


@dataclass(frozen=True)
class Photo:
    """One photo with everything known about it."""

    source: Source
    id: str
    role: Role
    sets: labels.LabelSets
    """{facet: the values that its labels allow}"""
    details: dict[str, bool]
    """{detail: whether it is present}; details that are not known have no entry."""
    shop: dict[str, str]
    """The shop's own classes: article, base, shop_pattern, audience, usage, kind."""
    title: str
    looked: splits.LookedRole | None = None
    """The part it belongs to if it was labelled by eye."""
    seen: labels.LabelSets | None = None
    """The labels made by eye, without the others."""


def _rows(path: Path) -> list[Row]:
    if not path.is_file():
        raise InputError(
            f"no {path}: training needs the photo folders {', '.join(FOLDERS.values())} and "
            "looked_at; name the folder that holds them with --data or DATA_DIR"
        )
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_photos(data: Path) -> list[Photo]:
    """Read all photos of the folders in `data`, in their order, with labels and roles.

    Raises InputError if a folder is missing.
    """
    looked = {(row["source"], row["id"]): row for row in _rows(data / "looked_at" / "labels.csv")}
    more = {(row["source"], row["id"]): row for row in _rows(MORE_LABELS)}
    product_sources: tuple[Source, ...] = ("product", "small")
    products = {
        source: _rows(data / FOLDERS[source] / "products.csv") for source in product_sources
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


def _product(source: Source, row: Row, seen: Row | None) -> Photo:
    title = row["productDisplayName"]
    role: Role = splits.design_role(title)
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


def _shopper(row: Row, seen: Row | None) -> Photo:
    role: Role = "report" if row["split"] == "validation" else "train"
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


def _with_seen(photo: Photo, seen: Row | None) -> Photo:
    """Add the labels made by eye, which override the shop's."""
    if seen is None:
        return photo
    sets, looked = labels.looked_sets(seen), splits.looked_role(seen["id"])
    return replace(
        photo,
        role="apart" if photo.role == "choose" and looked == "report" else photo.role,
        sets={**photo.sets, **sets},
        details={**photo.details, **labels.looked_details(seen)},
        looked=looked,
        seen=sets,
    )


def _with_more(photo: Photo, more: dict[tuple[str, str], Row]) -> Photo:
    """Add our own labels made by eye, which apply only to training photos."""
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
    """Return a function from a photo's id to its original picture."""
    folder = data / FOLDERS[source]
    if source == "small":
        archive = zipfile.ZipFile(folder / "images.zip")
        names = {Path(name).stem: name for name in archive.namelist() if name.endswith(".jpg")}
        return lambda key: Image.open(io.BytesIO(archive.read(names[key])))
    return lambda key: Image.open(
        folder / "images" / (key if source == "shopper" else f"{key}.jpg")
    )
