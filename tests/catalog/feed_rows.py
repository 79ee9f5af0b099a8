"""Rows of a made-up merchant feed, and what reading them brings."""

from __future__ import annotations

import csv
from pathlib import Path

from catalog.entries import Entry, Ledger
from catalog.feeds import open_feed

HEAD = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "price",
    "availability",
    "brand",
    "item_group_id",
    "color",
    "size",
    "gender",
    "age_group",
    "material",
    "pattern",
    "product_type",
    "google_product_category",
)


def write(
    path: Path, rows: list[dict[str, str]], delimiter: str = "\t", head: tuple[str, ...] = HEAD
) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        table = csv.DictWriter(out, head, delimiter=delimiter, restval="")
        table.writeheader()
        table.writerows(rows)
    return path


def row(id_: str, **fields: str) -> dict[str, str]:
    return {
        "id": id_,
        "title": f"Thing {id_}",
        "image_link": "a.jpg",
        "price": "10.00 EUR",
        **fields,
    }


def read(
    feed: Path, images: Path | None = None, **options: object
) -> tuple[list[Entry], Ledger, str]:
    ledger = Ledger()
    opened = open_feed(feed, ledger, images=images, **options)
    return list(opened.entries), ledger, opened.kind


def lines(ledger: Ledger) -> dict[int, str]:
    return {reject["line"]: reject["reason"] for reject in ledger.rejected}
