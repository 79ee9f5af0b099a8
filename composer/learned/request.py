"""What a wish asks for, as one signed vector."""

from __future__ import annotations

import numpy as np

from composer.directions import axis, unwanted_directions, value_direction
from composer.space import span_of, unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Constraint, Wish


def request_vector(wish: Wish, space: Space, weights: Weights) -> np.ndarray:
    """Return (dim,): in each slice the wanted directions, less the unwanted, plus or less the axes.

    A phrase's embedding hardly tells "striped" from "no stripes", nor a comparison from a wish;
    this vector does.
    """
    vector = np.zeros(space.dim, dtype=np.float32)
    for constraint in wish.constraints:
        span = span_of(space, constraint.facet)
        if span is not None:
            direction, amount = _signed_direction(constraint, space, weights)
            if direction is not None:
                vector[span] += amount * direction
    return vector


def _signed_direction(
    constraint: Constraint, space: Space, weights: Weights
) -> tuple[np.ndarray | None, float]:
    """Return a constraint's direction (slice_dim,) or None, and how far to go along it."""
    facet, value = constraint.facet, str(constraint.value)
    if constraint.op == "require":
        return value_direction(space, facet, value, weights.children), 1.0
    if constraint.op == "prefer":
        amount = weights.prefer * constraint.weight * constraint.confidence
        return value_direction(space, facet, value, weights.children), amount
    if constraint.op == "exclude":
        unwanted = unwanted_directions(space, facet, value)
        return (unit(unwanted.sum(axis=0)) if len(unwanted) else None), -1.0
    return axis(space, facet, value), 1.0 if constraint.op == "more" else -1.0
