"""Slice-wise delta shift in closed form: a wish edits its own slices and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from composer.directions import (
    axis,
    covered_rows,
    facet_basis,
    orthonormal,
    posterior_mean,
    unwanted_directions,
    value_direction,
    wanted_direction,
    within,
    without,
)
from composer.space import EPSILON, slice_of, unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Constraint, Wish


def delta_shift(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """Return the composed vector (dim,), edited slice by slice, the slice weights inside.

    Without a picture only the mentioned slices have a say; a wish that mentions none is the words'
    own vector.
    """
    by_slice = constraints_by_slice(wish, space)
    vector = np.zeros(space.dim, dtype=np.float32)
    if picture is None and not by_slice:
        return vector if words is None else _weighted(words, space, weights)
    for name in space.layout.names:
        span = space.layout.slice(name)
        reference = None if picture is None else picture[span]
        keep = weights.kept(name) if slice_applies(name, wish, space) else 0.0
        vector[span] = _edit(name, reference, keep, by_slice.get(name, ()), words, space, weights)
    return vector


def constraints_by_slice(wish: Wish, space: Space) -> dict[str, list[Constraint]]:
    """Return {slice: the constraints on its facets}, in order."""
    by_slice: dict[str, list[Constraint]] = {}
    for constraint in wish.constraints:
        name = slice_of(space, constraint.facet)
        if name is not None:
            by_slice.setdefault(name, []).append(constraint)
    return by_slice


def slice_applies(name: str, wish: Wish, space: Space) -> bool:
    """Return whether a facet of the slice applies to the wanted kinds: a bag has no sleeves."""
    kinds = [str(c.value) for c in wish.on("category") if c.op == "require"]
    facets = [facet for facet, place in space.facet_slice.items() if place == name]
    if not kinds or not facets:
        return True
    return any(vocabulary.applicable(facet, kind) for facet in facets for kind in kinds)


def shows_required(
    reference: np.ndarray, facet: str, required: Sequence[str], space: Space
) -> bool:
    """Return whether the reference (slice_dim,) already has the one required value.

    It does if the value covers its nearest prototype.
    """
    prototypes = space.prototypes(facet)
    if prototypes is None or not prototypes.exclusive or len(required) > 1:
        return False
    nearest = int(np.argmax(prototypes.vectors @ reference))
    return nearest in covered_rows(prototypes, facet, required[0])


def required_values(constraints: Sequence[Constraint]) -> list[str]:
    """Return the required values among constraints."""
    return [str(c.value) for c in constraints if c.op == "require"]


def unwanted_of(constraints: Sequence[Constraint], space: Space) -> np.ndarray | None:
    """Return the directions (n, slice_dim) that one facet's constraints push away from, or None.

    Where a required value has taken the facet's place, only what it covers itself ("blue, but not
    navy") is pushed away: the rest is gone already, and pushing would bend the required value.
    """
    facet, required = constraints[0].facet, required_values(constraints)

    def counts(value: str) -> bool:
        return not required or any(vocabulary.covers(facet, other, value) for other in required)

    excluded = [str(c.value) for c in constraints if c.op == "exclude"]
    directions = [
        direction
        for value in excluded
        if counts(value)
        for direction in unwanted_directions(space, facet, value)
    ]
    return np.stack(directions) if directions else None


def _weighted(vector: np.ndarray, space: Space, weights: Weights) -> np.ndarray:
    scaled = np.array(vector, dtype=np.float32)
    for name in space.layout.names:
        scaled[space.layout.slice(name)] *= weights.kept(name)
    return scaled


def _edit(
    name: str,
    reference: np.ndarray | None,
    keep: float,
    constraints: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """Return one slice of the query (slice_dim,): keep x reference, edited facet by facet.

    q = keep (I - P) r + change P w for a wanted value w (P: the facet's share of the slice, else
    all of it), then less what is unwanted, then moved along the axes of `more` and `less`.
    """
    span = space.layout.slice(name)
    vector = (
        np.zeros(span.stop - span.start)
        if reference is None
        else keep * _firmed(name, reference, constraints, space, weights)
    )
    by_facet = {
        facet: [c for c in constraints if c.facet == facet]
        for facet in dict.fromkeys(c.facet for c in constraints)
    }
    for own in by_facet.values():
        vector = _set_required(vector, reference, keep, own, words, space, weights)
    for own in by_facet.values():
        vector = _push_away(vector, own, space, weights)
        vector = _move(vector, own, words, space, weights)
    return vector


def _firmed(
    name: str,
    reference: np.ndarray,
    constraints: Sequence[Constraint],
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """Return the reference's slice, leaning to what it most probably shows; length 1.

    The posterior mean of the prototypes serves a blurred photo: it then asks for the kinds that it
    may be, not for whatever else is as unlike all of them. What was read in the photo adds to it.
    """
    lean = weights.firm * posterior_mean(space, name, reference)
    for constraint in constraints:
        if constraint.source == "photo" and constraint.op == "prefer":
            direction = value_direction(space, constraint.facet, str(constraint.value), 0.0)
            if direction is not None:
                lean = lean + weights.confirm * constraint.confidence * direction
    return unit(reference + lean)


def _set_required(
    vector: np.ndarray,
    reference: np.ndarray | None,
    keep: float,
    own: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """Put required values into the facet's share of the slice, then add the preferred ones."""
    facet, required = own[0].facet, required_values(own)
    target = (
        wanted_direction(space, facet, required, words, weights.children, weights.say)
        if required
        else None
    )
    if target is not None:
        if reference is not None and shows_required(reference, facet, required, space):
            # Nothing changes, so the reference's finer detail may stay.
            return max(keep, weights.change) * unit(vector + weights.change * target)
        basis = facet_basis(space, facet, required)
        vector = without(vector, basis) + weights.change * within(target, basis)
    return _add_preferred(vector, reference, own, words, space, weights)


def _add_preferred(
    vector: np.ndarray,
    reference: np.ndarray | None,
    own: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """Add preferred values; what was read in the reference itself has firmed it up already."""
    for constraint in own:
        if constraint.op == "prefer" and (constraint.source != "photo" or reference is None):
            direction = wanted_direction(
                space,
                constraint.facet,
                [str(constraint.value)],
                words,
                weights.children,
                weights.say,
            )
            if direction is not None:
                amount = weights.prefer * constraint.weight * constraint.confidence
                vector = vector + amount * direction
    return vector


def _push_away(
    vector: np.ndarray, own: Sequence[Constraint], space: Space, weights: Weights
) -> np.ndarray:
    """Remove the slice's component along the unwanted values and turn against them."""
    unwanted = unwanted_of(own, space)
    if unwanted is None:
        return vector
    return without(vector, orthonormal(unwanted)) - weights.exclude * unit(unwanted.sum(axis=0))


def _move(
    vector: np.ndarray,
    own: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """Step along the axes of `more` and `less` from where the slice stands; its length stays."""
    moved = vector
    for constraint in own:
        if constraint.op in ("more", "less"):
            direction = axis_of(constraint, words, space)
            if direction is not None:
                sign = 1.0 if constraint.op == "more" else -1.0
                moved = moved + sign * weights.step * constraint.weight * direction
    if moved is vector:
        return vector
    length = max(float(np.linalg.norm(vector)), weights.step)
    return length * unit(moved) if length > EPSILON else moved


def axis_of(constraint: Constraint, words: np.ndarray | None, space: Space) -> np.ndarray | None:
    """Return the direction (slice_dim,) of a comparison: its axis, else what the words say."""
    facet, value = constraint.facet, str(constraint.value)
    direction = axis(space, facet, value)
    if direction is None:
        return wanted_direction(space, facet, [value], words, 0.0, 0.0)
    return direction
