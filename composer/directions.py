"""Directions in a slice: a value's prototype, a facet's subspace, the axis of "more" and "less"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from composer import shades
from composer.space import slice_of, unit
from encoders import Prototypes, Space


def neutral(prototypes: Prototypes) -> np.ndarray:
    """The mean of a facet's prototypes (slice_dim,): what all its values share."""
    return prototypes.vectors.mean(axis=0)


def members(prototypes: Prototypes, facet: str, value: str) -> list[int]:
    """Rows of the values that `value` covers, itself included where it has a prototype."""
    covered = vocabulary.descendants(facet, value)
    return [row for row, name in enumerate(prototypes.values) if name in covered]


def value_direction(space: Space, facet: str, value: str, children: float) -> np.ndarray | None:
    """Unit vector (slice_dim,) of a wanted value, or None without prototypes.

    A value that covers others leans towards them by `children`; an abstract one (patterned, shoes) is the mean of
    what it covers; a shade (dark) is its axis.
    """
    prototypes = space.prototypes(facet)
    if prototypes is None:
        return None
    if facet == "color" and value in vocabulary.SHADES:
        return axis(space, facet, value)
    rows = members(prototypes, facet, value)
    if not rows:
        return None
    shares = np.array([1.0 if prototypes.values[row] == value else children for row in rows])
    if value not in prototypes.values:
        shares[:] = 1.0
    return unit(shares @ prototypes.vectors[rows])


def wanted_direction(
    space: Space,
    facet: str,
    values: Sequence[str],
    words: np.ndarray | None,
    children: float,
    say: float,
) -> np.ndarray | None:
    """Unit vector (slice_dim,) of what is wanted in a facet: the normalised mean of its values (alternatives, or
    several colours at once); a value without a prototype is taken from the words; `say` adds the words to the rest.
    """
    name = slice_of(space, facet)
    if name is None:
        return None
    said = spoken_direction(space, facet, words)
    directions = []
    for value in values:
        direction = value_direction(space, facet, value, children)
        if direction is None:
            direction = said
        elif said is not None and say:
            direction = unit((1 - say) * direction + say * said)
        if direction is not None:
            directions.append(direction)
    return unit(np.mean(directions, axis=0)) if directions else None


def spoken_direction(space: Space, facet: str, words: np.ndarray | None) -> np.ndarray | None:
    """What the words' embedding says in the facet's slice beyond what is common to all its values."""
    name = slice_of(space, facet)
    if name is None or words is None:
        return None
    prototypes = space.prototypes(facet)
    common = 0.0 if prototypes is None else neutral(prototypes)
    return unit(words[space.layout.slice(name)] - common)


def unwanted_directions(space: Space, facet: str, value: str) -> np.ndarray:
    """Unit directions (n, slice_dim) of an unwanted value and its children, less what all values share; n may be 0."""
    prototypes = space.prototypes(facet)
    if prototypes is None:
        return np.zeros((0, 0), dtype=np.float32)
    if facet == "color" and value in vocabulary.SHADES:
        return axis(space, facet, value)[None]
    rows = members(prototypes, facet, value)
    common = neutral(prototypes) if prototypes.exclusive else 0.0
    return unit(prototypes.vectors[rows] - common)


def axis(space: Space, facet: str, value: str) -> np.ndarray | None:
    """Unit vector (slice_dim,) along which there is more of `value`, or None.

    Ordered values (lengths, sleeves, lightness and chroma of colours) give a regression line through their
    prototypes: the sum of (position - mean position) x prototype; any other value its distance from the neutral.
    """
    prototypes = space.prototypes(facet)
    if prototypes is None:
        return None
    positions = [_position(facet, value, name) for name in prototypes.values]
    rows = [row for row, place in enumerate(positions) if place is not None]
    if rows:
        places = np.array([positions[row] for row in rows])
        return unit((places - places.mean()) @ prototypes.vectors[rows])
    rows = members(prototypes, facet, value)
    if not rows:
        return None
    mean = prototypes.vectors[rows].mean(axis=0)
    return unit(mean - neutral(prototypes)) if prototypes.exclusive else unit(mean)


def _position(facet: str, value: str, name: str) -> float | None:
    if facet == "color" and value in vocabulary.SHADES:
        return shades.position(value, name)
    return vocabulary.STEPS.get((facet, value), {}).get(name)


def orthonormal(vectors: np.ndarray) -> np.ndarray:
    """Orthonormal basis (rank, d) of the rows' span."""
    if not len(vectors):
        return np.zeros((0, vectors.shape[-1]))
    _, singular, rows = np.linalg.svd(vectors, full_matrices=False)
    return rows[singular > 1e-4 * singular[0]]


def facet_basis(space: Space, facet: str, values: Sequence[str]) -> np.ndarray | None:
    """Orthonormal basis (rank, slice_dim) of what a change of `facet` may move; None: the whole slice.

    A facet alone in its slice owns it; one without prototypes owns nothing and only adds. Where several share one,
    the basis spans the differences between the facet's values; where values do not exclude one another (details),
    only the changed values' own directions.
    """
    prototypes = space.prototypes(facet)
    name = slice_of(space, facet)
    sharing = [
        other
        for other, place in space.facet_slice.items()
        if place == name and space.prototypes(other)
    ]
    if prototypes is None:
        span = space.layout.slice(name)
        return np.zeros((0, span.stop - span.start))
    if prototypes.exclusive:
        return None if sharing == [facet] else orthonormal(prototypes.vectors - neutral(prototypes))
    rows = [row for value in values for row in members(prototypes, facet, value)]
    return orthonormal(prototypes.vectors[rows])


def posterior_mean(space: Space, name: str, reference: np.ndarray) -> np.ndarray:
    """What a slice (slice_dim,) most probably shows: sum over v of p(v|reference) w_v of the one facet that owns the
    slice; zero where none does."""
    facets = [
        facet
        for facet, place in space.facet_slice.items()
        if place == name and space.prototypes(facet)
    ]
    prototypes = space.prototypes(facets[0]) if len(facets) == 1 else None
    if prototypes is None or not prototypes.exclusive:
        return np.zeros_like(reference)
    return prototypes.probabilities(reference[None])[0] @ prototypes.vectors
