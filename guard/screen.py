"""A quick look at many items before they are judged: which of them can turn out to fit.

It orders the judge's work and settles nothing: what is shown has been judged.
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
"""What is given to an item that listing or picture confirm on every hard constraint."""


def fit_probability(
    encoder: Space,
    thresholds: Thresholds,
    vectors: np.ndarray,
    groups: Sequence[Sequence[Constraint]],
    confirmed: Sequence[Sequence[np.ndarray]],
) -> np.ndarray:
    """(n,) how probable it is that items with these vectors (n, dim) meet a wish's hard constraints; CONFIRMED where they will.

    groups: `Wish.groups()`; confirmed: for each constraint (n,) bool, whether the listing says that it holds.
    """
    facets = {c.facet for group in groups for c in group if c.facet in vocabulary.ATTRIBUTE_FACETS}
    seen = look(encoder, vectors, ("category", *sorted(facets - {"category"})))
    total = np.full(len(vectors), CONFIRMED)
    for group, said in zip(groups, confirmed, strict=True):
        chances = [
            np.where(
                yes, CONFIRMED, _by_picture(c, seen, thresholds, encoder.fingerprint, len(vectors))
            )
            for c, yes in zip(group, said, strict=True)
        ]
        total = np.minimum(total, np.max(chances, axis=0))
    return total


def _by_picture(
    constraint: Constraint, seen: Look, thresholds: Thresholds, fingerprint: str, n: int
) -> np.ndarray:
    """(n,) the chance that pictures show it to be met.

    CONFIRMED beyond the band, 0 where they show it broken or tell nothing.
    """
    facet, value = constraint.facet, str(constraint.value)
    if facet in vocabulary.OPEN_FACETS:
        return np.zeros(n)
    if facet == "color" and value in vocabulary.SHADES:
        found = bounds(seen, value)
    else:
        p = seen.of(facet, value)
        found = None if p is None else (p, p)
    if found is None:
        return np.zeros(n)
    able = seen.can_have(facet, value)
    least, greatest = (bound if able is None else bound * able for bound in found)
    band = thresholds.band(facet, value, constraint.op, fingerprint)
    shown, absent, middle = least >= band.high, greatest <= band.low, (least + greatest) / 2
    if constraint.op == "exclude":
        return np.select([absent, shown], [CONFIRMED, 0.0], 0.99 * (1 - middle))
    return np.select([shown, absent], [CONFIRMED, 0.0], 0.99 * middle)
