"""Directions in a slice: a value's prototype, a facet's subspace, the axis of "more" and "less"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from composer import shades
from composer.space import slice_of, span_of, unit
from encoders import Prototypes, Space

RANK_TOLERANCE = 1e-4
"""Singular values below this part of the largest count as zero."""


def neutral(prototypes: Prototypes) -> np.ndarray:
    """Return the mean of a facet's prototypes (slice_dim,): what all its values share."""
    mean: np.ndarray = prototypes.vectors.mean(axis=0)
    return mean


def covered_rows(prototypes: Prototypes, facet: str, value: str) -> list[int]:
    """Return the rows of the values that `value` covers, itself included."""
    covered = vocabulary.descendants(facet, value)
    return [row for row, name in enumerate(prototypes.values) if name in covered]


def value_direction(space: Space, facet: str, value: str, children: float) -> np.ndarray | None:
    """Return the unit vector (slice_dim,) of a wanted value, or None without prototypes.

    A value that covers others leans towards them by `children`. One without a prototype of its own
    (patterned, shoes) is the mean of what it covers. A shade (dark) is its axis.
    """
    prototypes = space.prototypes(facet)
    if prototypes is None:
        return None
    if vocabulary.is_shade(facet, value):
        return axis(space, facet, value)
    rows = covered_rows(prototypes, facet, value)
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
    """Return the unit vector (slice_dim,) of what is wanted in a facet, or None.

    It is the normalised mean over `values` (alternatives, or several colours at once). `say` is the
    share of the words' own embedding; a value without a prototype is taken from the words alone.
    """
    if slice_of(space, facet) is None:
        return None
    from_words = words_direction(space, facet, words)
    directions = []
    for value in values:
        direction = value_direction(space, facet, value, children)
        if direction is None:
            direction = from_words
        elif from_words is not None and say:
            direction = unit((1 - say) * direction + say * from_words)
        if direction is not None:
            directions.append(direction)
    return unit(np.mean(directions, axis=0)) if directions else None


def words_direction(space: Space, facet: str, words: np.ndarray | None) -> np.ndarray | None:
    """Return the words' embedding in the facet's slice, less what all its values share."""
    span = span_of(space, facet)
    if span is None or words is None:
        return None
    prototypes = space.prototypes(facet)
    common = 0.0 if prototypes is None else neutral(prototypes)
    return unit(words[span] - common)


def unwanted_directions(space: Space, facet: str, value: str) -> np.ndarray:
    """Return unit directions (n, slice_dim) of an unwanted value and its children; n may be 0.

    Where values exclude one another, what they all share is taken out.
    """
    prototypes = space.prototypes(facet)
    if prototypes is None:
        return np.zeros((0, 0), dtype=np.float32)
    if vocabulary.is_shade(facet, value):
        direction = axis(space, facet, value)
        return prototypes.vectors[:0] if direction is None else direction[None]
    rows = covered_rows(prototypes, facet, value)
    common = neutral(prototypes) if prototypes.exclusive else 0.0
    return unit(prototypes.vectors[rows] - common)


def axis(space: Space, facet: str, value: str) -> np.ndarray | None:
    """Return the unit vector (slice_dim,) along which there is more of `value`, or None.

    Ordered values (lengths, sleeves, lightness and chroma of colours) give a regression line
    through their prototypes: the sum of (position - mean position) x prototype. Any other value
    gives its difference from the neutral.
    """
    prototypes = space.prototypes(facet)
    if prototypes is None:
        return None
    positions = {
        row: position
        for row, name in enumerate(prototypes.values)
        if (position := _position(facet, value, name)) is not None
    }
    if positions:
        places = np.array(list(positions.values()))
        return unit((places - places.mean()) @ prototypes.vectors[list(positions)])
    rows = covered_rows(prototypes, facet, value)
    if not rows:
        return None
    mean = prototypes.vectors[rows].mean(axis=0)
    return unit(mean - neutral(prototypes)) if prototypes.exclusive else unit(mean)


def _position(facet: str, value: str, name: str) -> float | None:
    """Return where the value `name` lies on the axis of `value`, or None off the axis."""
    if vocabulary.is_shade(facet, value):
        return shades.position(value, name)
    return vocabulary.STEPS.get((facet, value), {}).get(name)


def orthonormal(vectors: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (rank, d) of the rows' span."""
    if not len(vectors):
        return np.zeros((0, vectors.shape[-1]))
    _, singular, rows = np.linalg.svd(vectors, full_matrices=False)
    basis: np.ndarray = rows[singular > RANK_TOLERANCE * singular[0]]
    return basis


def without(vector: np.ndarray, basis: np.ndarray | None) -> np.ndarray:
    """Return the vector less its share in the basis; None stands for the whole slice."""
    return np.zeros_like(vector) if basis is None else vector - (vector @ basis.T) @ basis


def within(target: np.ndarray, basis: np.ndarray | None) -> np.ndarray:
    """Return the target's unit share in the basis; the target itself for None or no basis."""
    return target if basis is None or not len(basis) else unit((target @ basis.T) @ basis)


def facet_basis(space: Space, facet: str, values: Sequence[str]) -> np.ndarray | None:
    """Return an orthonormal basis (rank, slice_dim) of what a change of `facet` may move.

    None means the whole slice, which a facet alone in its slice owns. Where several facets share
    one, the basis spans the differences between the facet's values; where values do not exclude one
    another (details), only the changed values' own directions. A facet without prototypes owns
    nothing and only adds.
    """
    prototypes = space.prototypes(facet)
    if prototypes is None:
        span = span_of(space, facet)
        return np.zeros((0, 0 if span is None else span.stop - span.start))
    if prototypes.exclusive:
        alone = _known_facets(space, slice_of(space, facet)) == [facet]
        return None if alone else orthonormal(prototypes.vectors - neutral(prototypes))
    rows = [row for value in values for row in covered_rows(prototypes, facet, value)]
    return orthonormal(prototypes.vectors[rows])


def posterior_mean(space: Space, slice_name: str, reference: np.ndarray) -> np.ndarray:
    """Return what a slice (slice_dim,) most probably shows: sum over v of p(v|reference) w_v.

    Only where one facet owns the slice; zero elsewhere.
    """
    facets = _known_facets(space, slice_name)
    prototypes = space.prototypes(facets[0]) if len(facets) == 1 else None
    if prototypes is None or not prototypes.exclusive:
        return np.zeros_like(reference)
    mean: np.ndarray = prototypes.probabilities(reference[None])[0] @ prototypes.vectors
    return mean


def _known_facets(space: Space, slice_name: str | None) -> list[str]:
    """Return the facets of a slice that have prototypes."""
    return [
        facet
        for facet, name in space.facet_slice.items()
        if name == slice_name and space.prototypes(facet) is not None
    ]
