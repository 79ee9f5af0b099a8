"""Quick estimate for many items, before they are judged, of how probably each one fits.

It orders the judge's work and decides nothing: every item that is shown has been judged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from encoders import Space
from guard.picture import Look, look
from guard.shades import bounds
from guard.thresholds import Thresholds
from vocabulary.wish import Constraint

CONFIRMED = 1.0
"""Score of an item that its listing or picture confirms on every hard constraint."""


def fit_probability(
    encoder: Space,
    thresholds: Thresholds,
    vectors: np.ndarray,
    groups: Sequence[Sequence[Constraint]],
    confirmed: Sequence[Sequence[np.ndarray]],
) -> np.ndarray:
    """Return (n,) how probably items meet a wish's hard constraints; CONFIRMED where they will.

    vectors: (n, dim). groups: `Wish.groups()`. confirmed: for each constraint (n,) bool, whether
    the listing says that it holds.
    """
    facets = {c.facet for group in groups for c in group if c.facet in vocabulary.ATTRIBUTE_FACETS}
    seen = look(encoder, vectors, ("category", *sorted(facets - {"category"})))
    total = np.full(len(vectors), CONFIRMED)
    for group, by_listing in zip(groups, confirmed, strict=True):
        probabilities = [
            np.where(
                affirmed,
                CONFIRMED,
                _by_picture(c, seen, thresholds, encoder.fingerprint, len(vectors)),
            )
            for c, affirmed in zip(group, by_listing, strict=True)
        ]
        total = np.minimum(total, np.max(probabilities, axis=0))
    return total


def _by_picture(
    constraint: Constraint, seen: Look, thresholds: Thresholds, fingerprint: str, n: int
) -> np.ndarray:
    """Return (n,) the probability that the pictures meet a constraint.

    CONFIRMED where it lies beyond the band, 0 where they break the constraint or tell nothing.
    """
    facet, value = constraint.facet, str(constraint.value)
    if facet in vocabulary.OPEN_FACETS:
        return np.zeros(n)
    if facet == "color" and value in vocabulary.SHADES:
        limits = bounds(seen, value)
    else:
        p = seen.of(facet, value)
        limits = None if p is None else (p, p)
    if limits is None:
        return np.zeros(n)
    able = seen.can_have(facet, value)
    least, greatest = (bound if able is None else bound * able for bound in limits)
    band = thresholds.band(facet, value, constraint.op, fingerprint)
    shown, absent, middle = least >= band.high, greatest <= band.low, (least + greatest) / 2
    if constraint.op == "exclude":
        return np.select([absent, shown], [CONFIRMED, 0.0], 0.99 * (1 - middle))
    return np.select([shown, absent], [CONFIRMED, 0.0], 0.99 * middle)
