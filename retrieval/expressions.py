"""Wishes as Milvus filter expressions over the columns of `columns.py`.

An expression passes every row that the catalogue's bitmaps allow, and as few others as the columns
permit. Fields come from a fixed list, and values are written as literals because not every server
supports parameterised expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import vocabulary
from retrieval.columns import AVAILABLE, BRAND, FACETS, NOT_STATED, PRICE, SEVERAL, fits_column
from vocabulary.wish import Constraint, PriceRange, Wish

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_MAX_PRICE = 1e9
"""Higher bounds are left to the bitmaps; they need not fit a column."""


def expression(constraints: Sequence[Constraint], available: bool = False) -> str:
    """Return the condition that rows must satisfy, or "" if the columns cannot narrow the search.

    available: pass only rows that can be bought.
    """
    groups = (_any_of(group) for group in Wish(constraints=tuple(constraints)).groups())
    conditions = [f"{AVAILABLE} == true"] if available else []
    return " and ".join(dict.fromkeys([*conditions, *(group for group in groups if group)]))


def quoted(value: str) -> str:
    """Return a string literal.

    Raises ValueError if the text contains control characters or lone surrogates, which a literal
    cannot hold.
    """
    if not fits_column(value):
        raise ValueError(f"no literal holds {value!r}")
    return f'"{value.translate(_ESCAPES)}"'


def _any_of(group: Iterable[Constraint]) -> str:
    """Return a condition for alternatives; "" if any of them passes everything."""
    conditions = list(dict.fromkeys(_condition(constraint) for constraint in group))
    if not all(conditions):
        return ""
    return conditions[0] if len(conditions) == 1 else "(" + " or ".join(conditions) + ")"


def _condition(constraint: Constraint) -> str:
    facet, value = constraint.facet, constraint.value
    if isinstance(value, PriceRange):
        return _price(value, constraint.op == "exclude") if facet == PRICE else ""
    if not fits_column(value):
        return ""
    if constraint.op == "exclude":
        return _excluded(facet, value) if facet in FACETS else ""
    conditions = [c for c in (_required(facet, value), _applicable_kinds(facet, value)) if c]
    return "(" + " and ".join(conditions) + ")" if len(conditions) > 1 else "".join(conditions)


def _excluded(facet: str, value: str) -> str:
    unwanted = (
        {vocabulary.normal(value)} if facet == BRAND else vocabulary.descendants(facet, value)
    )
    return _membership(facet, "not in", unwanted - {NOT_STATED, SEVERAL})


def _required(facet: str, value: str) -> str:
    """Return a condition for the value, the values it covers, and those that may include it.

    An item listed as "blue" may be navy.
    """
    if facet == BRAND:
        return _membership(facet, "in", {vocabulary.normal(value), NOT_STATED, SEVERAL})
    if facet not in FACETS or vocabulary.is_shade(facet, value):
        return ""
    catch_all = vocabulary.VAGUE.get(facet)
    if value == catch_all and not vocabulary.exclusive(facet):
        # Several values together also count as the catch-all.
        return ""
    wanted = vocabulary.descendants(facet, value) | {*vocabulary.ancestors(facet, value)}
    if catch_all is not None:
        wanted |= {catch_all}
    return _membership(facet, "in", wanted | {NOT_STATED, SEVERAL})


def _applicable_kinds(facet: str, value: str) -> str:
    """Return a condition that drops the kinds that cannot have the facet: no belt has sleeves."""
    if facet in ("category", *vocabulary.OPEN_FACETS):
        return ""
    unable = {
        kind
        for kind in vocabulary.values("category")
        if not vocabulary.applicable(facet, kind, value)
    }
    return _membership("category", "not in", unable)


def _membership(field: str, operator: str, values: Iterable[str]) -> str:
    literals = ", ".join(quoted(value) for value in sorted(values) if fits_column(value))
    return f"{field} {operator} [{literals}]" if literals else ""


def _price(bounds: PriceRange, exclude: bool) -> str:
    """Return a condition slightly wider than the bounds.

    Columns are single-precision, while the catalogue compares whole cents.
    """
    low, high = bounds.min, bounds.max
    if max(low or 0.0, high or 0.0) > _MAX_PRICE:
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
