"""Slice-wise delta shift in closed form: each wish edits its own slice, every other slice stays the reference's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from composer.directions import (
    axis,
    facet_basis,
    members,
    orthonormal,
    posterior_mean,
    unwanted_directions,
    value_direction,
    wanted_direction,
)
from composer.space import EPSILON, slice_of, unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Constraint, Wish


def delta_shift(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """The composed vector (dim,): slice by slice `_edit`, the slice weights inside.

    Without a picture only the mentioned slices speak; a wish that mentions none is the words' own vector.
    """
    by_slice = constraints_by_slice(wish, space)
    vector = np.zeros(space.dim, dtype=np.float32)
    if picture is None and not by_slice:
        return vector if words is None else _weighted(words, space, weights)
    for name in space.layout.names:
        span = space.layout.slice(name)
        reference = None if picture is None else picture[span]
        kept = 0.0 if falls_away(name, wish, space) else weights.kept(name)
        vector[span] = _edit(name, reference, kept, by_slice.get(name, ()), words, space, weights)
    return vector


def constraints_by_slice(wish: Wish, space: Space) -> dict[str, list[Constraint]]:
    """{slice: the constraints that it tells}, in order."""
    by_slice: dict[str, list[Constraint]] = {}
    for constraint in wish.constraints:
        name = slice_of(space, constraint.facet)
        if name is not None:
            by_slice.setdefault(name, []).append(constraint)
    return by_slice


def _weighted(vector: np.ndarray, space: Space, weights: Weights) -> np.ndarray:
    shaped = np.array(vector, dtype=np.float32)
    for name in space.layout.names:
        shaped[space.layout.slice(name)] *= weights.kept(name)
    return shaped


def falls_away(name: str, wish: Wish, space: Space) -> bool:
    """Whether no facet of the slice applies to the wanted category: a bag has no sleeves to keep."""
    wanted = [str(c.value) for c in wish.on("category") if c.op == "require"]
    facets = [facet for facet, place in space.facet_slice.items() if place == name]
    return bool(wanted and facets) and not any(
        vocabulary.applicable(facet, category) for facet in facets for category in wanted
    )


def _edit(
    name: str,
    reference: np.ndarray | None,
    kept: float,
    constraints: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """One slice of the query (width,): kept x reference, edited facet by facet.

    q = kept (I - P) r + change P w   for a wanted value w (P: the facet's share of the slice, else all of it),
    then minus what is unwanted, then moved along the axes of `more` and `less`.
    """
    span = space.layout.slice(name)
    slice_vector = (
        np.zeros(span.stop - span.start)
        if reference is None
        else kept * _firmed(name, reference, constraints, space, weights)
    )
    facets = dict.fromkeys(c.facet for c in constraints)
    for facet in facets:
        own = [c for c in constraints if c.facet == facet]
        slice_vector = _add_wanted(slice_vector, reference, kept, own, words, space, weights)
    for facet in facets:
        own = [c for c in constraints if c.facet == facet]
        slice_vector = _push_away(slice_vector, own, space, weights)
        slice_vector = _move(slice_vector, own, words, space, weights)
    return slice_vector


def _firmed(
    name: str,
    reference: np.ndarray,
    constraints: Sequence[Constraint],
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """The reference's slice leaning towards what it most probably shows and what was read in the photo; length 1.

    The first is the posterior mean of the prototypes, sum over v of p(v|r) w_v, in a slice that one facet owns: a
    shopper's blurred photo then asks for the kinds that it may be, not for whatever else is as unlike all of them.
    """
    lean = weights.firm * posterior_mean(space, name, reference)
    for constraint in constraints:
        if constraint.source == "photo" and constraint.op == "prefer":
            direction = value_direction(space, constraint.facet, str(constraint.value), 0.0)
            if direction is not None:
                lean = lean + weights.confirm * constraint.confidence * direction
    return unit(reference + lean)


def _add_wanted(
    slice_vector: np.ndarray,
    reference: np.ndarray | None,
    kept: float,
    own: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """`require` takes the facet's share of the slice; `prefer` (unless the photo's own) adds to it."""
    facet = own[0].facet
    required = [str(c.value) for c in own if c.op == "require"]
    target = (
        wanted_direction(space, facet, required, words, weights.children, weights.say)
        if required
        else None
    )
    if target is not None:
        basis = facet_basis(space, facet, required)
        if reference is not None and facet_shows(reference, facet, required, space):
            length = max(
                kept, weights.change
            )  # nothing changes: the reference's finer detail may stay
            return length * unit(slice_vector + weights.change * target)
        share = slice_vector if basis is None else (slice_vector @ basis.T) @ basis
        aim = target if basis is None or not len(basis) else unit((target @ basis.T) @ basis)
        slice_vector = slice_vector - share + weights.change * aim
    for constraint in own:
        if constraint.op == "prefer" and (constraint.source != "photo" or reference is None):
            direction = wanted_direction(
                space, facet, [str(constraint.value)], words, weights.children, weights.say
            )
            if direction is not None:
                amount = weights.prefer * constraint.weight * constraint.confidence
                slice_vector = slice_vector + amount * direction
    return slice_vector


def facet_shows(reference: np.ndarray, facet: str, required: Sequence[str], space: Space) -> bool:
    """Whether the reference already has one of the wanted values (its nearest prototype is covered by it)."""
    prototypes = space.prototypes(facet)
    if prototypes is None or not prototypes.exclusive or len(required) > 1:
        return False
    return int(np.argmax(prototypes.vectors @ reference)) in members(prototypes, facet, required[0])


def _push_away(
    slice_vector: np.ndarray, own: Sequence[Constraint], space: Space, weights: Weights
) -> np.ndarray:
    """`exclude` removes the slice's component along the unwanted values and turns against them.

    Where a wanted value has taken the facet's place already, only what it covers itself ("blue, but not navy") is
    pushed away: the rest is gone, and pushing would bend the wanted value.
    """
    stacked = unwanted_of(own, space)
    if stacked is None:
        return slice_vector
    basis = orthonormal(stacked)
    present = (slice_vector @ basis.T) @ basis
    return slice_vector - present - weights.exclude * unit(stacked.sum(axis=0))


def unwanted_of(own: Sequence[Constraint], space: Space) -> np.ndarray | None:
    """Directions (n, width) that one facet's constraints push away from, or None."""
    facet = own[0].facet
    required = [str(c.value) for c in own if c.op == "require"]
    unwanted = [
        unwanted_directions(space, facet, str(c.value))
        for c in own
        if c.op == "exclude"
        and (
            not required or any(vocabulary.covers(facet, value, str(c.value)) for value in required)
        )
    ]
    directions = [d for group in unwanted for d in group]
    return np.stack(directions) if directions else None


def _move(
    slice_vector: np.ndarray,
    own: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> np.ndarray:
    """`more` and `less` step along the attribute's axis from where the slice stands; its length stays."""
    moved = slice_vector
    for constraint in own:
        if constraint.op in ("more", "less"):
            direction = axis(space, constraint.facet, str(constraint.value))
            if direction is None:
                direction = wanted_direction(
                    space, constraint.facet, [str(constraint.value)], words, 0.0, 0.0
                )
            if direction is not None:
                sign = 1.0 if constraint.op == "more" else -1.0
                moved = moved + sign * weights.step * constraint.weight * direction
    length = (
        max(float(np.linalg.norm(slice_vector)), weights.step) if moved is not slice_vector else 0.0
    )
    return length * unit(moved) if length > EPSILON else moved
