"""The constraints `more` and `less`: an item's degree of an attribute against the reference's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from catalog.item import Item
from catalog.listing.statements import ListingStatements
from guard.evidence import Evidence, listed
from guard.picture import Look
from guard.verdict import VerdictSource
from vocabulary.wish import Constraint

MIN_DIFFERENCE = 0.05
"""Smallest difference in degree that counts."""


def compare(constraint: Constraint, item: float | None, reference: float | None) -> bool | None:
    """Return whether an item has more (or less, as the op says) than the reference.

    None where that cannot be told.
    """
    if item is None or reference is None:
        return None
    difference = (item - reference) if constraint.op == "more" else (reference - item)
    if difference >= MIN_DIFFERENCE:
        return True
    return False if difference <= -MIN_DIFFERENCE else None


def cheaper_or_dearer(constraint: Constraint, item: Item, anchor: Item | None) -> Evidence:
    """Return whether an item is cheaper (`less`) or dearer (`more`) than the anchor."""
    if (
        anchor is None
        or item.price is None
        or anchor.price is None
        or item.currency != anchor.currency
    ):
        return Evidence()
    lower = item.price < anchor.price
    higher = item.price > anchor.price
    return Evidence(lower if constraint.op == "less" else higher, "listing", 1.0)


def degrees(
    constraint: Constraint, look: Look, listings: Sequence[ListingStatements]
) -> list[tuple[float | None, VerdictSource]]:
    """Return each item's degree of the constrained value (0 to 1, or None) and its source.

    The listing decides where it states a degree, the picture elsewhere.
    """
    facet, value = constraint.facet, str(constraint.value)
    pictured = _pictured_degrees(facet, value, look)
    results: list[tuple[float | None, VerdictSource]] = []
    for row, statements in enumerate(listings):
        stated = _stated_degree(facet, value, statements)
        if stated is not None:
            results.append(stated)
        elif pictured is not None:
            results.append((float(pictured[row]), "picture"))
        else:
            results.append((None, "none"))
    return results


def _scale(facet: str, value: str) -> dict[str, float] | None:
    """Return {value: degree} for ordered facets and shades.

    None where the probability of the value itself is the degree.
    """
    if value == "length" and facet in vocabulary.DEGREES:
        return vocabulary.DEGREES[facet]
    if facet == "color" and value in vocabulary.SHADES:
        return {v: vocabulary.shade_degree(value, v) for v in vocabulary.leaf_values("color")}
    return None


def _pictured_degrees(facet: str, value: str, look: Look) -> np.ndarray | None:
    """Return (n,) the expected degree over the values that pictures may show."""
    scale = _scale(facet, value)
    if scale is None:
        return look.of(facet, value)
    if facet not in look.probabilities:
        return None
    values, p = look.probabilities[facet]
    weights = np.array([scale.get(v, 0.5) for v in values])
    degrees: np.ndarray = p @ weights
    return degrees


def _stated_degree(
    facet: str, value: str, statements: ListingStatements
) -> tuple[float, VerdictSource] | None:
    """Return the mean degree of the stated values and the source of the first one."""
    scale = _scale(facet, value)
    if scale is None:
        evidence = listed(facet, value, statements)
        return None if evidence.has is None else (float(evidence.has), evidence.source)
    steps = [
        (scale[s.value], s.source)
        for s in statements
        if s.facet == facet and s.present and not s.conflicting and s.value in scale
    ]
    if not steps or facet == "color":
        return None
    return sum(step for step, _ in steps) / len(steps), steps[0][1]
