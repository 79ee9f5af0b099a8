"""A made-up data folder in the layout of the real one: coloured squares, a few designs each."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

COLORS = {"Red": (200, 20, 20), "Blue": (30, 40, 200), "Green": (20, 150, 40)}
FIELDS = [
    "id",
    "gender",
    "masterCategory",
    "subCategory",
    "articleType",
    "baseColour",
    "season",
    "year",
    "usage",
    "productDisplayName",
]
LOOKED = [
    "source",
    "id",
    "color",
    "pattern",
    "sleeve_length",
    "neckline",
    "length",
    "pockets",
    "hood",
    "buttons",
    "zipper",
]


def _picture(
    color: tuple[int, int, int], tall: bool, striped: bool, size: tuple[int, int]
) -> Image.Image:
    pixels = np.full((size[1], size[0], 3), 255, dtype=np.uint8)
    w, h = size
    box = (
        slice(h // 8, h - h // 8),
        slice(w // 3 if tall else w // 6, w - (w // 3 if tall else w // 6)),
    )
    pixels[box] = color
    if striped:
        pixels[box][::6] = 255
    return Image.fromarray(pixels)


def _write(path: Path, fields: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, fields)
        writer.writeheader()
        writer.writerows(rows)


def _products(first: int, count: int) -> list[dict[str, str]]:
    rows = []
    for i in range(first, first + count):
        color, kind, pattern = (
            list(COLORS)[i % 3],
            ("Tshirts", "Trousers")[i % 2],
            ("Striped", "Solid")[i % 4 // 2],
        )
        rows.append(
            dict(
                zip(
                    FIELDS,
                    [
                        str(i),
                        ("Men", "Women")[i % 2],
                        "Apparel",
                        "Wear",
                        kind,
                        color,
                        "Fall",
                        "2012",
                        "Casual",
                        f"Maker{chr(97 + i % 23)} {pattern} {color} {kind} {'abcdefghij'[i % 10]}",
                    ],
                    strict=False,
                )
            )
        )
    return rows


def _jpeg(row: dict[str, str], size: tuple[int, int]) -> bytes:
    handle = io.BytesIO()
    _picture(
        COLORS[row["baseColour"]],
        row["articleType"] == "Trousers",
        "Striped" in row["productDisplayName"],
        size,
    ).save(handle, "JPEG")
    return handle.getvalue()


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 48 product photos, 24 small ones, 12 of shoppers and 8 labelled by eye."""
    data = tmp_path_factory.mktemp("data")
    for folder in (
        "product_photos/images",
        "product_photos_small",
        "shopper_photos/images",
        "looked_at",
    ):
        (data / folder).mkdir(parents=True)
    large, small = _products(100, 48), _products(500, 24)
    _write(data / "product_photos" / "products.csv", FIELDS, large)
    _write(data / "product_photos_small" / "products.csv", FIELDS, small)
    for row in large:
        (data / "product_photos" / "images" / f"{row['id']}.jpg").write_bytes(_jpeg(row, (64, 64)))
    with zipfile.ZipFile(data / "product_photos_small" / "images.zip", "w") as archive:
        for row in small:
            archive.writestr(f"{row['id']}.jpg", _jpeg(row, (30, 40)))
    shoppers = [
        {
            "file": f"s{i}.jpg",
            "split": ("train", "train", "validation")[i % 3],
            "category": ("t-shirt", "pants")[i % 2],
        }
        for i in range(12)
    ]
    _write(data / "shopper_photos" / "photos.csv", ["file", "split", "category"], shoppers)
    for i, row in enumerate(shoppers):
        _picture((120, 60, 10 * i), row["category"] == "pants", False, (48, 64)).save(
            data / "shopper_photos" / "images" / row["file"]
        )
    looked = [
        dict(
            zip(
                LOOKED,
                [
                    "product",
                    row["id"],
                    row["baseColour"].lower(),
                    "striped" if "Striped" in row["productDisplayName"] else "solid",
                    "short" if row["articleType"] == "Tshirts" else "na",
                    "crew" if row["articleType"] == "Tshirts" else "na",
                    "na" if row["articleType"] == "Tshirts" else "long",
                    "no",
                    "no",
                    "unsure",
                    "no",
                ],
                strict=False,
            )
        )
        for row in large[:8]
    ]
    _write(data / "looked_at" / "labels.csv", LOOKED, looked)
    return data
