"""Reader of Google Merchant rows as listings, which groups the sizes of a colourway.

The feed is TSV or XML, or CSV with the same field names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

import vocabulary
from catalog.entries import Ledger
from catalog.feeds.attributes import read_attributes
from catalog.feeds.lines import Row, header_of, read_rows
from catalog.feeds.listing import Listing, RejectedRowError, readable_rows, reasons, reject
from catalog.feeds.money import Money
from catalog.feeds.product import Product, read_product
from catalog.feeds.values import ValueReader
from catalog.feeds.xml_rows import read_xml_rows
from catalog.item import Item
from errors import InputError

REQUIRED_COLUMNS = ("id", "title", "image_link")
_SIZES = {
    "EXTRA SMALL": "XS",
    "SMALL": "S",
    "MEDIUM": "M",
    "LARGE": "L",
    "EXTRA LARGE": "XL",
    "X-LARGE": "XL",
    "X-SMALL": "XS",
    "XX-LARGE": "XXL",
    "2XL": "XXL",
    "3XL": "XXXL",
    "ONESIZE": "ONE SIZE",
    "OS": "ONE SIZE",
}


Colourway = tuple[str | float | None, ...]
_MARKUP_START = b"<"
_BLANK = b"\xef\xbb\xbf \t\r\n"
"""A byte order mark and white space, before the first character."""


@dataclass(frozen=True)
class _Line:
    """A usable row and its current price."""

    number: int
    product: Product
    price: Money | None


def is_xml(feed: Path) -> bool:
    """Return whether a file's first character begins markup."""
    with feed.open("rb") as source:
        return source.read(200).lstrip(_BLANK).startswith(_MARKUP_START)


def read_feed_rows(feed: Path) -> list[Row]:
    """Return the rows of a TSV, CSV or XML file. Raises InputError if columns are missing."""
    if is_xml(feed):
        return read_xml_rows(feed)
    names, _ = header_of(feed)
    aliases = {"name": "title", "image": "image_link", "g_id": "id"}
    known = {aliases.get(name, name) for name in names}
    missing = [name for name in REQUIRED_COLUMNS if name not in known]
    if missing:
        present = ", ".join(name for name in names[:20] if name) or "none"
        raise InputError(f"{feed}: no column {', '.join(missing)}; there are: {present}")
    return list(read_rows(feed))


def read_listings(
    feed: Path, reader: ValueReader, ledger: Ledger, currency: str | None = None
) -> list[Listing]:
    """Return a listing for each colourway and reject unusable rows.

    currency: the catalogue's currency; by default that of the first price. Raises InputError if the
    file is not a feed.
    """
    rows = readable_rows(read_feed_rows(feed), ledger)
    has_prices = any("price" in row.fields for row in rows)
    now = datetime.now(UTC)
    lines: list[_Line] = []
    line_of: dict[str, int] = {}
    for row in rows:
        try:
            product = read_product(row, has_prices)
            if product.id in line_of:
                raise RejectedRowError(f"id: repeated, first on line {line_of[product.id]}")
            price = product.price_at(now)
            currency = currency or (price.currency if price else None)
            if price and price.currency and price.currency != currency:
                raise RejectedRowError(
                    f"price: in {price.currency}, this catalogue is in {currency} "
                    "(--currency says otherwise)"
                )
            line_of[product.id] = row.line
            lines.append(_Line(row.line, product, price))
        except ValidationError as error:
            reject(ledger, row.line, row.first("id"), reasons(error))
        except RejectedRowError as error:
            reject(ledger, row.line, row.first("id"), str(error))
    return _listings(lines, reader, ledger, currency or "EUR")


def _listings(
    lines: Iterable[_Line], reader: ValueReader, ledger: Ledger, currency: str
) -> list[Listing]:
    groups: dict[Colourway, list[_Line]] = {}
    for line in lines:
        groups.setdefault(_colourway(line), []).append(line)
    listings = []
    for group in groups.values():
        first = group[0]
        try:
            item = _item(group, reader, currency)
            listings.append(Listing(first.number, item, first.product.image_link))
        except ValidationError as error:
            reject(ledger, first.number, first.product.id, reasons(error))
    return listings


def _colourway(line: _Line) -> Colourway:
    """Return a key that rows share if they differ only in size."""
    product = line.product
    if not product.item_group_id:
        return (product.id,)
    looks = (product.color, product.pattern, product.material, product.gender)
    return (
        "group",
        product.item_group_id,
        *(vocabulary.normal(look) for look in looks),
        line.price.amount if line.price else None,
        _bare_title(product),
    )


def _bare_title(product: Product) -> str:
    """Return the title without a size at its end ("Linen Shirt - M")."""
    title = product.title
    for size in product.size:
        if title.upper().endswith(size.upper()):
            cut = title[: -len(size)]
            if cut and not cut[-1].isalnum():
                return cut.rstrip(" -,/|([")
    return title


def _item(group: Sequence[_Line], reader: ValueReader, currency: str) -> Item:
    first = group[0].product
    price = group[0].price
    return Item(
        id=first.id,
        title=_bare_title(first),
        description=first.description,
        brand=first.brand,
        price=price.amount if price else None,
        currency=currency,
        link=first.link,
        item_group_id=first.item_group_id,
        sizes=_sizes(group),
        available=any(line.product.available for line in group),
        attributes=read_attributes(first, reader),
        tags=first.labels,
    )


def _sizes(group: Sequence[_Line]) -> dict[str, int | None]:
    """Return {size: stock}: the quantity if stated, 0 when out of stock, else None."""
    sizes: dict[str, int | None] = {}
    for line in group:
        for size in line.product.size:
            name = _SIZES.get(size.upper(), size.upper())
            sizes[name] = line.product.quantity if line.product.available else 0
    return sizes
