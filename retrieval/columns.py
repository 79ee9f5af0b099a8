"""What listings say, one scalar a facet: the columns by which a vector database leaves out rows that a wish rules out.

Scalars, since they filter fast everywhere (JSON and arrays: 70 times slower in Milvus). A column holds the value where a listing
states just one, and otherwise says that it cannot tell; the catalogue's own bitmaps settle every row that it lets through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.listing.stated import stated

SILENT, SEVERAL = "", "*"
"""The listing states nothing; it states more than one value, or one that a column cannot hold."""
UNKNOWN_PRICE = -1.0
LONGEST = 200
"""Bytes of a value at most."""
BRAND, PRICE, AVAILABLE = "brand", "price", "available"
FACETS: tuple[str, ...] = (
    *(facet for facet in vocabulary.ATTRIBUTE_FACETS if facet not in vocabulary.OPEN_WORLD),
    BRAND,
)
"""Facets with a column of their own. Details and style have none: naming pockets says nothing of a hood."""

Record = dict[str, str | float | bool]


class Listings(Protocol):
    """What the columns are read from; `catalog.store.Catalog` satisfies it."""

    @property
    def available(self) -> np.ndarray:
        """(n,) bool: something of it can be bought now."""

    def items(self, rows: Iterable[int]) -> list[Item]:
        """The items of these rows."""

    def claims(self, rows: Iterable[int]) -> list[tuple[Claim, ...]]:
        """What their listings' text claims."""


@dataclass(frozen=True)
class Columns:
    """The columns of a catalogue's rows, read when they are asked for."""

    listings: Listings

    def records(self, rows: Sequence[int]) -> list[Record]:
        """{column: value} of each row."""
        items, claims = self.listings.items(rows), self.listings.claims(rows)
        return [record(item, said) for item, said in zip(items, claims, strict=True)]

    def all_available(self, mask: np.ndarray) -> bool:
        """Whether all rows of a mask (n,) can be bought; rows beyond the listings count as such."""
        known = min(len(mask), len(available := np.asarray(self.listings.available)))
        return not bool((mask[:known] & ~available[:known]).any())


def nothing_stated() -> Record:
    """The columns of a row whose listing is not at hand: no expression leaves it out."""
    return {**dict.fromkeys(FACETS, SILENT), PRICE: UNKNOWN_PRICE, AVAILABLE: True}


def record(item: Item, claims: Iterable[Claim]) -> Record:
    """The columns of one listing."""
    affirmed, _ = stated(item, claims)
    told: dict[str, list[str]] = {}
    for facet, value in sorted(affirmed):
        if not (
            facet == "color" and value in vocabulary.SHADES
        ):  # a shade says nothing of the colour
            told.setdefault(facet, []).append(value)
    kinds = told.get("category", [])
    one = {facet: _one(facet, told.get(facet, []), kinds) for facet in FACETS if facet != BRAND}
    price = UNKNOWN_PRICE if item.price is None else float(item.price)
    brand = vocabulary.normal(item.brand)
    return {
        **nothing_stated(),
        **one,
        BRAND: brand if holds(brand) else SEVERAL,
        PRICE: price,
        AVAILABLE: item.available and (not item.sizes or bool(item.sizes_in_stock())),
    }


def _one(facet: str, values: Sequence[str], kinds: Sequence[str]) -> str:
    if not values:
        return SILENT
    if len(values) > 1 or not holds(values[0]):
        return SEVERAL
    fits = (
        facet == "category"
        or not kinds
        or any(vocabulary.applicable(facet, kind, values[0]) for kind in kinds)
    )
    return (
        values[0] if fits else SEVERAL
    )  # the sleeves of a belt count as none, whatever its listing states


def holds(value: str) -> bool:
    """Whether a column can hold the value: valid text, not too long, without control characters but tabs and line ends."""
    try:
        short = len(value.encode("utf-8")) <= LONGEST
    except UnicodeEncodeError:
        return False
    return short and all(mark in "\t\n\r" or ord(mark) >= 32 for mark in value)
