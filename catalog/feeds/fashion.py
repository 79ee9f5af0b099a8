"""Reader for the layout of the public fashion-products data set.

The layout is `products.csv` or `styles.csv` beside pictures named by id. Columns: id, gender,
articleType, baseColour, usage, season, productDisplayName (others are not needed). The data has no
prices, sizes or descriptions, and none are invented.
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
from catalog.feeds.listing import Listing, plain, readable_rows, reasons, reject
from catalog.feeds.values import ValueReader
from catalog.item import Item
from errors import InputError

TABLE = Path(__file__).with_name("fashion_products.toml")
TABLES = ("products.csv", "styles.csv")
REQUIRED_COLUMNS = ("id", "gender", "articletype", "basecolour", "productdisplayname")
_BRAND = re.compile(
    r"^(.{1,40}?)\s+(?:Men|Women|Boys?|Girls?|Unisex|Kids?)(?:'?s)?\b", re.IGNORECASE
)
_MIN_BRAND_NAMES = 3
"""A brand that precedes an audience word in this many names is also looked for in names without
such a word."""


def is_fashion_products(names: Sequence[str]) -> bool:
    """Return whether these column names match the layout."""
    return set(REQUIRED_COLUMNS) <= set(names)


def locate(feed: Path) -> Path:
    """Return the path of a feed's table, given the table itself or its folder.

    Raises InputError if the folder holds no table.
    """
    if not feed.is_dir():
        return feed
    table = next((feed / name for name in TABLES if (feed / name).is_file()), None)
    if table is None:
        raise InputError(f"{feed}: a folder without {' or '.join(TABLES)}; give the feed's file")
    return table


@cache
def shipped_tables() -> tuple[
    dict[str, dict[str, tuple[str, ...]]], dict[str, dict[str, list[str]]]
]:
    """Return {facet: {word of the feed: values}} and {kind: {finer kind: phrases of a title}}."""
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
    """Yield a listing for each usable row and reject the others.

    Raises InputError if columns are missing.
    """
    table = locate(feed)
    names, _ = header_of(table)
    missing = [name for name in REQUIRED_COLUMNS if name not in names]
    if missing:
        raise InputError(
            f"{table}: no column {', '.join(missing)}; there are: {', '.join(names[:20])}"
        )
    rows = readable_rows(read_rows(table, spill=True), ledger)
    brands = _frequent_brands(row.first("productdisplayname") for row in rows)
    line_of: dict[str, int] = {}
    for row in rows:
        id_ = row.first("id")
        if id_ in line_of:
            reject(ledger, row.line, id_, f"id: repeated, first on line {line_of[id_]}")
            continue
        line_of[id_] = row.line
        try:
            item = _item(row, reader, brands)
            pictures = tuple(f"{id_}.{ending}" for ending in ("jpg", "jpeg", "png"))
            yield Listing(row.line, item, pictures)
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
    """Return the finer kind that the title names, if any."""
    _, finer = shipped_tables()
    words = f" {title.lower()} "
    for category in categories[:1]:
        for kind, phrases in finer.get(category, {}).items():
            if any(f" {phrase} " in words for phrase in phrases):
                return (kind,)
    return categories


def _frequent_brands(titles: Iterator[str]) -> frozenset[str]:
    counts = Counter(match.group(1) for title in titles if (match := _BRAND.match(title)))
    return frozenset(brand for brand, count in counts.items() if count >= _MIN_BRAND_NAMES)


def _brand(title: str, brands: frozenset[str]) -> str:
    """Return a title's words before the audience word.

    Without such a word, it is the longest frequent brand that the title begins with.
    """
    match = _BRAND.match(title)
    if match:
        return match.group(1)
    words = title.split()
    return next(
        (start for n in range(len(words) - 1, 0, -1) if (start := " ".join(words[:n])) in brands),
        "",
    )
