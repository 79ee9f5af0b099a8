"""Google Merchant rows (TSV, XML, or CSV with the same field names) -> listings, sizes of one colourway together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import ValidationError

import vocabulary
from catalog.entries import Ledger
from catalog.feeds.lines import Row, header_of, read_rows
from catalog.feeds.listing import Listing, Reject, reasons, reject, unreadable
from catalog.feeds.product import Money, Product, read_product
from catalog.feeds.values import ValueReader
from catalog.feeds.xml_rows import read_xml_rows
from catalog.item import Item
from errors import InputError

NEEDED = ("id", "title", "image_link")
CATEGORIES = Path(__file__).with_name("google_categories.toml")
_DETAIL_FACETS = {
    "sleeve": "sleeve_length",
    "neck": "neckline",
    "collar": "neckline",
    "fit": "fit",
    "length": "length",
    "pattern": "pattern",
    "print": "pattern",
    "material": "material",
    "fabric": "material",
    "style": "style",
    "occasion": "style",
    "feature": "details",
    "detail": "details",
    "closure": "details",
}
_AUDIENCE = {
    "male": ("men", "boys"),
    "female": ("women", "girls"),
    "men": ("men", "boys"),
    "women": ("women", "girls"),
}
_CHILD = frozenset({"kids", "toddler", "infant", "newborn", "child", "children"})
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


@dataclass(frozen=True)
class _Line:
    number: int
    product: Product
    price: Money | None


@cache
def _google() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    content = tomllib.loads(CATEGORIES.read_text(encoding="utf-8"))
    words = {
        word: (value,) if isinstance(value, str) else tuple(value)
        for word, value in content["category"].items()
    }
    return content["ids"], words


def read_feed_rows(feed: Path) -> list[Row]:
    """The rows of a TSV, CSV or XML file, told apart by its first character. Raises InputError."""
    with feed.open("rb") as source:
        start = source.read(200).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return read_xml_rows(feed)
    names, _ = header_of(feed)
    known = {
        {"name": "title", "image": "image_link", "g_id": "id"}.get(name, name) for name in names
    }
    missing = [name for name in NEEDED if name not in known]
    if missing:
        raise InputError(
            f"{feed}: no column {', '.join(missing)}; there are: {', '.join(n for n in names[:20] if n) or 'none'}"
        )
    return list(read_rows(feed))


def read_listings(
    feed: Path, reader: ValueReader, ledger: Ledger, currency: str | None = None
) -> list[Listing]:
    """A listing for each colourway; rows that cannot be used are rejected. Raises InputError where it is no feed."""
    rows = unreadable(read_feed_rows(feed), ledger)
    priced = any("price" in row.fields for row in rows)
    now = datetime.now(UTC)
    usable: list[_Line] = []
    seen: dict[str, int] = {}
    for row in rows:
        try:
            product = read_product(row, priced)
            if product.id in seen:
                raise Reject(f"id: repeated, first on line {seen[product.id]}")
            price = product.price_at(now)
            currency = currency or (price.currency if price else None)
            if price and price.currency and price.currency != currency:
                raise Reject(
                    f"price: in {price.currency}, this catalogue is in {currency} (--currency says otherwise)"
                )
            seen[product.id] = row.line
            usable.append(_Line(row.line, product, price))
        except ValidationError as error:
            reject(ledger, row.line, row.first("id"), reasons(error))
        except Reject as problem:
            reject(ledger, row.line, row.first("id"), str(problem))
    return _listings(usable, reader, ledger, currency or "EUR")


def _listings(
    lines: Iterable[_Line], reader: ValueReader, ledger: Ledger, currency: str
) -> list[Listing]:
    groups: dict[tuple, list[_Line]] = {}
    for line in lines:
        groups.setdefault(_colourway(line), []).append(line)
    listings = []
    for group in groups.values():
        try:
            listings.append(
                Listing(
                    group[0].number, _item(group, reader, currency), group[0].product.image_link
                )
            )
        except ValidationError as error:
            reject(ledger, group[0].number, group[0].product.id, reasons(error))
    return listings


def _colourway(line: _Line) -> tuple:
    """Rows that share this differ in nothing but the size."""
    p = line.product
    if not p.item_group_id:
        return (p.id,)
    return (
        "group",
        p.item_group_id,
        *(vocabulary.normal(x) for x in (p.color, p.pattern, p.material, p.gender)),
        line.price and line.price.amount,
        _bare_title(p),
    )


def _bare_title(product: Product) -> str:
    """The title without a size at its end ("Linen Shirt - M")."""
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
    """{size: stock}: the quantity where the feed tells it, 0 when out of stock, else unknown."""
    sizes: dict[str, int | None] = {}
    for line in group:
        for size in line.product.size:
            sizes[_SIZES.get(size.upper(), size.upper())] = (
                line.product.quantity if line.product.available else 0
            )
    return sizes


def read_attributes(product: Product, reader: ValueReader) -> dict[str, tuple[str, ...]]:
    """What the structured fields say, in the vocabulary's words."""
    attributes = {
        "category": _category(product, reader),
        "color": reader.read("color", product.color),
        "material": reader.read("material", product.material),
        "pattern": reader.read("pattern", product.pattern),
        "gender": _gender(product, reader),
    }
    for detail in product.product_detail:
        name, _, value = detail.rpartition(":")
        facet = next((f for word, f in _DETAIL_FACETS.items() if word in name.lower()), None)
        if facet and not attributes.get(facet):
            attributes[facet] = reader.read(facet, value)
    return {facet: values for facet, values in attributes.items() if values}


def _category(product: Product, reader: ValueReader) -> tuple[str, ...]:
    """The last known part of product_type, else of google_product_category (its words or its number)."""
    for path in (product.product_type, product.google_product_category):
        parts = [part.strip() for part in path.replace("/", ">").split(">") if part.strip()]
        readings = {part: _category_part(part, reader) for part in reversed(parts)}
        found = next((values for values in readings.values() if values), None)
        if found:
            return found
        for part in [part for part, values in readings.items() if values is None][:1]:
            reader.count_unknown("category", vocabulary.normal(part))
    return ()


def _category_part(part: str, reader: ValueReader) -> tuple[str, ...] | None:
    """Its values; () for a part that is known to tell no kind, None for an unknown one."""
    ids, words = _google()
    if part in ids:
        return (ids[part],)
    known = reader.known("category", part)
    if known is None:
        known = words.get(vocabulary.normal(part))
    return reader.by_its_end("category", vocabulary.normal(part)) if known is None else known


def _gender(product: Product, reader: ValueReader) -> tuple[str, ...]:
    """Google tells men and women apart by gender, grown-ups and children by age_group."""
    word = vocabulary.normal(product.gender)
    child = vocabulary.normal(product.age_group) in _CHILD
    stated = reader.read("gender", word)
    grown = stated[0] if stated else ""
    return (_AUDIENCE[grown][child],) if grown in _AUDIENCE else stated
