"""Wishes as filter expressions of Milvus over the columns of `columns.py`.

An expression lets through every row that the catalogue's bitmaps allow, and as few others as columns can tell. Fields come from a
fixed list and values are written as literals: expressions with parameters are not known to every server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import vocabulary
from retrieval.columns import AVAILABLE, BRAND, FACETS, PRICE, SEVERAL, SILENT, holds
from vocabulary.wish import Constraint, PriceRange, Wish

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_DEAREST = 1e9
"""A bound beyond it is left to the bitmaps: it need not fit a column."""


def expression(constraints: Sequence[Constraint], available: bool = False) -> str:
    """What rows must satisfy, or "" where columns can tell nothing. available: only what can be bought."""
    groups = (_any_of(group) for group in Wish(constraints=tuple(constraints)).groups())
    parts = [f"{AVAILABLE} == true"] if available else []
    return " and ".join(dict.fromkeys([*parts, *(group for group in groups if group)]))


def quoted(value: str) -> str:
    """A string literal. Raises ValueError for what a literal cannot hold: control characters, half of a surrogate pair."""
    if not holds(value):
        raise ValueError(f"no literal holds {value!r}")
    return f'"{value.translate(_ESCAPES)}"'


def _any_of(group: Iterable[Constraint]) -> str:
    """Alternatives: one of which nothing is known lets everything through."""
    parts = list(dict.fromkeys(_one(constraint) for constraint in group))
    if not all(parts):
        return ""
    return parts[0] if len(parts) == 1 else "(" + " or ".join(parts) + ")"


def _one(constraint: Constraint) -> str:
    facet, value = constraint.facet, constraint.value
    if isinstance(value, PriceRange):
        return _price(value, constraint.op == "exclude") if facet == PRICE else ""
    if not holds(value):
        return ""
    if constraint.op == "exclude":
        return _without(facet, value) if facet in FACETS else ""
    parts = [part for part in (_with(facet, value), _able(facet, value)) if part]
    return "(" + " and ".join(parts) + ")" if len(parts) > 1 else "".join(parts)


def _without(facet: str, value: str) -> str:
    unwanted = (
        {vocabulary.normal(value)} if facet == BRAND else vocabulary.descendants(facet, value)
    )
    return _membership(facet, "not in", unwanted - {SILENT, SEVERAL})


def _with(facet: str, value: str) -> str:
    """The value, what it covers, and what leaves room for it: a "blue" thing may well be navy."""
    if facet == BRAND:
        return _membership(facet, "in", {vocabulary.normal(value), SILENT, SEVERAL})
    vague = vocabulary.VAGUE.get(facet)
    if facet not in FACETS or vocabulary.is_shade(facet, value):
        return ""
    if value == vague and not vocabulary.exclusive(facet):  # several values together are vague too
        return ""
    room = set() if vague is None else {vague}
    wanted = vocabulary.descendants(facet, value) | {*vocabulary.ancestors(facet, value)} | room
    return _membership(facet, "in", wanted | {SILENT, SEVERAL})


def _able(facet: str, value: str) -> str:
    """Not the kinds that cannot have the facet: no belt has sleeves."""
    if facet in ("category", *vocabulary.OPEN_FACETS):
        return ""
    unable = {
        kind
        for kind in vocabulary.values("category")
        if not vocabulary.applicable(facet, kind, value)
    }
    return _membership("category", "not in", unable)


def _membership(field: str, operator: str, values: Iterable[str]) -> str:
    listed = ", ".join(quoted(value) for value in sorted(values) if holds(value))
    return f"{field} {operator} [{listed}]" if listed else ""


def _price(bounds: PriceRange, exclude: bool) -> str:
    """A hair wider than the bounds: columns are single precision, and the catalogue compares whole cents."""
    low, high = bounds.min, bounds.max
    if max(low or 0.0, high or 0.0) > _DEAREST:
        return ""
    if exclude:
        outside = [] if low is None else [f"{PRICE} <= {_number(low + _slack(low))}"]
        outside += [] if high is None else [f"{PRICE} >= {_number(high - _slack(high))}"]
        return "(" + " or ".join([f"{PRICE} < 0", *outside]) + ")"
    inside = [] if low is None else [f"{PRICE} >= {_number(low - _slack(low))}"]
    inside += [] if high is None else [f"{PRICE} <= {_number(high + _slack(high))}"]
    return f"({PRICE} < 0 or ({' and '.join(inside)}))"


def _slack(price: float) -> float:
    return 0.01 + 1e-6 * price


def _number(value: float) -> str:
    return f"{max(value, 0.0):.4f}"
