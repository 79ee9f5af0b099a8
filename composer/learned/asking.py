"""What a wish asks for as one vector: towards what is wanted, away from what is not, along what shall be more or less."""

from __future__ import annotations

import numpy as np

from composer.directions import axis, unwanted_directions, value_direction
from composer.space import slice_of, unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Wish


def asked(wish: Wish, space: Space, weights: Weights) -> np.ndarray:
    """(dim,): in each slice the sum of the wanted values' directions, less the unwanted ones', plus or less the axes.

    Captions leave noes and comparatives out, so that a network that sees words alone could not tell "striped" from
    "no stripes"; this vector tells it.
    """
    vector = np.zeros(space.dim, dtype=np.float32)
    for constraint in wish.constraints:
        name = slice_of(space, constraint.facet)
        if name is None:
            continue
        span, value = space.layout.slice(name), str(constraint.value)
        if constraint.op in ("require", "prefer"):
            direction = value_direction(space, constraint.facet, value, weights.children)
            amount = (
                1.0
                if constraint.op == "require"
                else weights.prefer * constraint.weight * constraint.confidence
            )
        elif constraint.op == "exclude":
            unwanted = unwanted_directions(space, constraint.facet, value)
            direction, amount = (unit(unwanted.sum(axis=0)) if len(unwanted) else None), -1.0
        else:
            direction, amount = (
                axis(space, constraint.facet, value),
                1.0 if constraint.op == "more" else -1.0,
            )
        if direction is not None:
            vector[span] += amount * direction
    return vector
