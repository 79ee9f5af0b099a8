"""The layout of the most used public fashion catalogue: `products.csv` or `styles.csv` beside pictures named by id.

Columns: id, gender, articleType, baseColour, usage, season, productDisplayName (others are not needed). The data has
no prices, sizes or descriptions, and none are invented.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from catalog.entries import Ledger
from catalog.feeds.lines import Row, header_of, read_rows
from catalog.feeds.listing import Listing, plain, reasons, reject, unreadable
from catalog.feeds.values import ValueReader
from catalog.item import Item
from errors import InputError

TABLE = Path(__file__).with_name("fashion_products.toml")
TABLES = ("products.csv", "styles.csv")
NEEDED = ("id", "gender", "articletype", "basecolour", "productdisplayname")
_BRAND = re.compile(
    r"^(.{1,40}?)\s+(?:Men|Women|Boys?|Girls?|Unisex|Kids?)(?:'?s)?\b", re.IGNORECASE
)
_ENOUGH = 3
"""A brand seen so often before an audience word is looked for in names without one."""


def is_fashion_products(names: Sequence[str]) -> bool:
    """Whether these column names are the layout's."""
    return set(NEEDED) <= set(names)


def locate(feed: Path) -> Path:
    """The table that `feed` (the table itself, or its folder) stands for."""
    if not feed.is_dir():
        return feed
    found = next((feed / name for name in TABLES if (feed / name).is_file()), None)
    if found is None:
        raise InputError(f"{feed}: a folder without {' or '.join(TABLES)}; give the feed's file")
    return found


@cache
def shipped_tables() -> tuple[
    dict[str, dict[str, tuple[str, ...]]], dict[str, dict[str, list[str]]]
]:
    """(feed words -> values by facet, finer kinds by what the display name says)."""
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    finer = content.pop("refine")
    return {
        facet: {
            word.lower(): (value,) if isinstance(value, str) else tuple(value)
            for word, value in table.items()
        }
        for facet, table in content.items()
    }, finer


def read_listings(feed: Path, reader: ValueReader, ledger: Ledger) -> Iterator[Listing]:
    """A listing a row; rows that cannot be used are rejected. Raises InputError where columns are missing."""
    table = locate(feed)
    names, _ = header_of(table)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InputError(
            f"{table}: no column {', '.join(missing)}; there are: {', '.join(names[:20])}"
        )
    rows = unreadable(list(read_rows(table, spill=True)), ledger)
    brands = _frequent_brands(row.first("productdisplayname") for row in rows)
    seen: dict[str, int] = {}
    for row in rows:
        id_ = row.first("id")
        if id_ in seen:
            reject(ledger, row.line, id_, f"id: repeated, first on line {seen[id_]}")
            continue
        seen[id_] = row.line
        try:
            yield Listing(
                row.line, _item(row, reader, brands), (f"{id_}.jpg", f"{id_}.jpeg", f"{id_}.png")
            )
        except ValidationError as error:
            reject(ledger, row.line, id_, reasons(error))


def _item(row: Row, reader: ValueReader, brands: frozenset[str]) -> Item:
    title = plain(row.first("productdisplayname"))
    attributes = {
        "category": _finer(reader.read("category", row.first("articletype")), title),
        "color": reader.read("color", row.first("basecolour")),
        "gender": reader.read("gender", row.first("gender")),
        "style": reader.read("style", row.first("usage")),
    }
    tags = tuple(
        dict.fromkeys(
            tag.lower() for name in ("season", "usage", "articletype") if (tag := row.first(name))
        )
    )
    return Item(
        id=row.first("id"),
        title=title,
        brand=_brand(title, brands),
        attributes=attributes,
        tags=tags,
    )


def _finer(categories: tuple[str, ...], title: str) -> tuple[str, ...]:
    _, finer = shipped_tables()
    words = f" {title.lower()} "
    for category in categories[:1]:
        for kind, phrases in finer.get(category, {}).items():
            if any(f" {phrase} " in words for phrase in phrases):
                return (kind,)
    return categories


def _frequent_brands(titles: Iterator[str]) -> frozenset[str]:
    found = Counter(match.group(1) for title in titles if (match := _BRAND.match(title)))
    return frozenset(brand for brand, count in found.items() if count >= _ENOUGH)


def _brand(title: str, brands: frozenset[str]) -> str:
    """The name's words before the audience word; without one, the longest frequent brand that it begins with."""
    match = _BRAND.match(title)
    if match:
        return match.group(1)
    words = title.split()
    return next(
        (start for n in range(len(words) - 1, 0, -1) if (start := " ".join(words[:n])) in brands),
        "",
    )
