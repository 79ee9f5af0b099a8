"""`more` and `less`: an item's degree of an attribute against that of the reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from catalog.item import Item
from catalog.listing.statements import Statement
from guard.evidence import Evidence, listed
from guard.picture import Look
from guard.verdict import VerdictSource
from vocabulary.wish import Constraint

_MARGIN = 0.05
"""A difference in degree below this is none."""


def compare(constraint: Constraint, item: float | None, reference: float | None) -> bool | None:
    """Whether an item has more (or less, as the op says) than the reference.

    None where that cannot be told.
    """
    if item is None or reference is None:
        return None
    difference = (item - reference) if constraint.op == "more" else (reference - item)
    return True if difference >= _MARGIN else False if difference <= -_MARGIN else None


def cheaper_or_dearer(constraint: Constraint, item: Item, anchor: Item | None) -> Evidence:
    """`less price` is cheaper than the anchor."""
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
    constraint: Constraint, look: Look, told: Sequence[Sequence[Statement]]
) -> list[tuple[float | None, VerdictSource]]:
    """Each item's degree of the constrained value (0 to 1, or None) and its source, listing
    first."""
    seen = _seen(constraint.facet, str(constraint.value), look)
    found: list[tuple[float | None, VerdictSource]] = []
    for row, statements in enumerate(told):
        said = _said(constraint.facet, str(constraint.value), statements)
        if said is not None:
            found.append(said)
        else:
            found.append((None, "none") if seen is None else (float(seen[row]), "picture"))
    return found


def _scale(facet: str, value: str) -> dict[str, float] | None:
    """Degrees of a facet's values for ordered facets and shades.

    None where the value itself is the measure.
    """
    if value == "length" and facet in vocabulary.DEGREES:
        return vocabulary.DEGREES[facet]
    if facet == "color" and value in vocabulary.SHADES:
        return {v: vocabulary.shade_degree(value, v) for v in vocabulary.leaf_values("color")}
    return None


def _seen(facet: str, value: str, look: Look) -> np.ndarray | None:
    scale = _scale(facet, value)
    if scale is None:
        return look.of(facet, value)
    if facet not in look.probabilities:
        return None
    values, p = look.probabilities[facet]
    weights = np.array([scale.get(v, 0.5) for v in values])
    return p @ weights


def _said(
    facet: str, value: str, statements: Sequence[Statement]
) -> tuple[float, VerdictSource] | None:
    scale = _scale(facet, value)
    if scale is None:
        evidence = listed(facet, value, statements)
        return None if evidence.has is None else (float(evidence.has), evidence.source)
    steps = [
        (scale[s.value], s.source)
        for s in statements
        if s.facet == facet and s.present and not s.conflicting and s.value in scale
    ]
    return (
        (sum(step for step, _ in steps) / len(steps), steps[0][1])
        if steps and facet != "color"
        else None
    )
