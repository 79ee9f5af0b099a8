"""Scalar columns of listings, which let a vector database drop rows that a wish rules out.

Scalars filter fast everywhere; JSON and arrays are 70 times slower in Milvus. A column holds the
value if the listing states exactly one, and otherwise a marker for "cannot tell". The catalogue's
bitmaps then decide about every row that passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.listing.statements import statements

NOT_STATED, SEVERAL = "", "*"
"""Marks: the listing states nothing; it states several values, or one that a column cannot hold."""
UNKNOWN_PRICE = -1.0
MAX_VALUE_BYTES = 200
BRAND, PRICE, AVAILABLE = "brand", "price", "available"
FACETS: tuple[str, ...] = (
    *(facet for facet in vocabulary.ATTRIBUTE_FACETS if facet not in vocabulary.OPEN_WORLD),
    BRAND,
)
"""Facets with a column. Details and style have none: a listing that names pockets may well have a
hood."""

Record = dict[str, str | float | bool]


class Listings(Protocol):
    """The source of the columns; `catalog.store.Catalog` satisfies it."""

    @property
    def available(self) -> np.ndarray:
        """(n,) bool: rows with something that can be bought now."""

    def items(self, rows: Iterable[int]) -> list[Item]:
        """Return the items of these rows."""

    def claims(self, rows: Iterable[int]) -> list[tuple[Claim, ...]]:
        """Return the claims of the text of these rows' listings."""


@dataclass(frozen=True)
class Columns:
    """The columns of a catalogue's rows, read on demand."""

    listings: Listings

    def records(self, rows: Sequence[int]) -> list[Record]:
        """Return {column: value} of each row."""
        items, claims = self.listings.items(rows), self.listings.claims(rows)
        return [record(item, of_item) for item, of_item in zip(items, claims, strict=True)]

    def all_available(self, mask: np.ndarray) -> bool:
        """Return whether all rows of a mask (n,) can be bought.

        Rows beyond the listings count as available.
        """
        available = np.asarray(self.listings.available)
        known = min(len(mask), len(available))
        return not bool((mask[:known] & ~available[:known]).any())


def empty_record() -> Record:
    """Return columns for a row whose listing is unavailable; no expression drops it."""
    return {**dict.fromkeys(FACETS, NOT_STATED), PRICE: UNKNOWN_PRICE, AVAILABLE: True}


def record(item: Item, claims: Iterable[Claim]) -> Record:
    """Return the columns of one listing."""
    affirmed = statements(item, claims).affirmed()
    values: dict[str, list[str]] = {}
    for facet, value in sorted(affirmed):
        # A shade ("dark") is not a colour.
        if not vocabulary.is_shade(facet, value):
            values.setdefault(facet, []).append(value)
    kinds = values.get("category", [])
    columns = {facet: _cell(facet, values.get(facet, []), kinds) for facet in FACETS}
    brand = vocabulary.normal(item.brand)
    return {
        **empty_record(),
        **columns,
        BRAND: brand if fits_column(brand) else SEVERAL,
        PRICE: UNKNOWN_PRICE if item.price is None else float(item.price),
        AVAILABLE: item.in_stock,
    }


def _cell(facet: str, values: Sequence[str], kinds: Sequence[str]) -> str:
    if not values:
        return NOT_STATED
    if len(values) > 1 or not fits_column(values[0]):
        return SEVERAL
    value = values[0]
    applicable = (
        facet == "category"
        or not kinds
        or any(vocabulary.applicable(facet, kind, value) for kind in kinds)
    )
    # The sleeves of a belt count as none, whatever its listing states.
    return value if applicable else SEVERAL


def fits_column(value: str) -> bool:
    """Return whether a column can hold the value.

    It must be valid text of at most MAX_VALUE_BYTES, without control characters except tabs and
    line ends.
    """
    try:
        short = len(value.encode("utf-8")) <= MAX_VALUE_BYTES
    except UnicodeEncodeError:
        return False
    return short and all(char in "\t\n\r" or ord(char) >= 32 for char in value)
