"""Verdicts that only a listing can give: price, size in stock, brand."""

from __future__ import annotations

import vocabulary
from catalog.item import Item
from guard.evidence import Evidence
from vocabulary.wish import Constraint, PriceRange


def stated(item: Item, constraint: Constraint) -> Evidence:
    """Return whether the listing's price, sizes or brand agree with a constraint's value.

    Unknown where the listing is silent.
    """
    value = constraint.value
    if isinstance(value, PriceRange):
        return _evidence(None if item.price is None else value.holds(round(item.price, 2)))
    if constraint.facet == "size":
        if not item.sizes:
            return _evidence(None)
        wanted = {value.upper().strip(), *vocabulary.ONE_SIZE}
        return _evidence(any(size.upper().strip() in wanted for size in item.sizes_in_stock()))
    if constraint.facet == "brand":
        return _evidence(vocabulary.covers("brand", value, item.brand) if item.brand else None)
    return _evidence(None)


def _evidence(has: bool | None) -> Evidence:
    return Evidence() if has is None else Evidence(has, "listing", 1.0)
