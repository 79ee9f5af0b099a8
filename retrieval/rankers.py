"""The ensemble: each ranker scores a pool of rows from its own point of view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

import vocabulary
from vocabulary.wish import Constraint, Wish


class Query(Protocol):
    """A composed query: (dim,) with its slice weights inside."""

    vector: np.ndarray
    weights: Mapping[str, float]


class Space(Protocol):
    """Where slices lie and where values sit in them. An Encoder satisfies it."""

    dim: int
    layout: object
    facet_slice: Mapping[str, str]

    def prototypes(self, facet: str) -> object | None:
        """The facet's prototypes (values; vectors (V, slice_dim); probabilities(slices) (n, V)), or None."""


STEPS = 10
"""Specialists and listings tell this many grades apart: within one, the composed vector decides, not their noise."""

SAME_KIND = 0.6
"""Cosine in the category's slice from which two items are of one kind, as far as the slice can tell."""


class Specialist:
    """Judges one facet by its own slice: how probable it is that an item shows what the constraints ask for.

    groups: values that are alternatives stand in one group; a value that covers others counts what it covers. Values
    that exclude one another (one colour beside another) add up over all groups, independent ones (details) must all
    be there. unwanted: turns the answer round. share: of the weight that a specialist has, less for a soft wish.
    """

    def __init__(
        self,
        facet: str,
        groups: Sequence[Sequence[str]],
        space: Space,
        unwanted: bool = False,
        share: float = 1.0,
    ) -> None:
        self.prototypes, self.unwanted, self.dim, self.share = (
            space.prototypes(facet),
            unwanted,
            space.dim,
            share,
        )
        self.span = space.layout.slice(space.facet_slice[facet])
        rows = [self._rows(facet, group) for group in groups]
        self.groups = [group for group in rows if group]

    def _rows(self, facet: str, values: Sequence[str]) -> list[int]:
        covered = {v for value in values for v in vocabulary.descendants(facet, value)}
        return [row for row, name in enumerate(self.prototypes.values) if name in covered]

    @property
    def direction(self) -> np.ndarray:
        """(dim,) query vector that finds candidates: the mean of the wanted prototypes, other slices silent."""
        mean = self.prototypes.vectors[
            sorted({row for group in self.groups for row in group})
        ].mean(axis=0)
        direction = np.zeros(self.dim, dtype=np.float32)
        direction[self.span] = mean / max(float(np.linalg.norm(mean)), 1e-8)
        return direction

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """(n,) graded probabilities of items (n, dim)."""
        shown = self.prototypes.probabilities(vectors[:, self.span])
        if self.prototypes.exclusive:
            asked = shown[:, sorted({row for group in self.groups for row in group})].sum(axis=1)
        else:
            each = np.stack([shown[:, group].max(axis=1) for group in self.groups])
            asked = each.max(axis=0) if self.unwanted else each.min(axis=0)
        return graded(1 - asked if self.unwanted else asked)


def specialists(wish: Wish, space: Space) -> dict[str, Specialist]:
    """One specialist a facet that is required, unwanted ("not FACET") or preferred ("maybe FACET"), where prototypes
    know it.

    What was seen in the reference photo is left to the composed vector and to `kind_scores`.
    """
    asked: dict[str, list[list[Constraint]]] = {}
    for group in wish.groups():
        for op, prefix in (("require", ""), ("exclude", "not ")):
            for facet in dict.fromkeys(c.facet for c in group if c.op == op):
                asked.setdefault(prefix + facet, []).append(
                    [c for c in group if (c.facet, c.op) == (facet, op)]
                )
    for constraint in wish.of("prefer"):
        if constraint.source != "photo" and constraint.facet not in asked:
            asked.setdefault(f"maybe {constraint.facet}", []).append([constraint])
    found = {name: _specialist(name, groups, space) for name, groups in asked.items()}
    return {
        name: specialist
        for name, specialist in found.items()
        if specialist is not None and specialist.groups
    }


def _specialist(
    name: str, groups: Sequence[Sequence[Constraint]], space: Space
) -> Specialist | None:
    facet = groups[0][0].facet
    if facet not in space.facet_slice or space.prototypes(facet) is None:
        return None
    share = (
        min(1.0, max(c.confidence * c.weight for group in groups for c in group))
        if name.startswith("maybe ")
        else 1.0
    )
    return Specialist(
        facet,
        [[str(c.value) for c in group] for group in groups],
        space,
        name.startswith("not "),
        share,
    )


def kind_scores(query: Query, space: Space, vectors: np.ndarray) -> np.ndarray | None:
    """(n,) graded cosines of items (n, dim) with the query in the category's slice, None where that slice is silent:
    shorts are asked for by a photo of shorts, whatever else looks like them. From SAME_KIND on all are alike."""
    name = space.facet_slice.get("category")
    if name is None or not query.weights.get(name):
        return None
    span = space.layout.slice(name)
    cosine = vectors[:, span] @ query.vector[span] / query.weights[name]
    return graded(np.clip(cosine / SAME_KIND, 0.0, 1.0))


def graded(scores: np.ndarray) -> np.ndarray:
    """Scores in 0..1 in STEPS grades."""
    return np.round(scores * STEPS) / STEPS


def listing_scores(rows: Sequence[int], found: Sequence[tuple[int, float]]) -> np.ndarray:
    """(n,) graded BM25 scores of `rows`, relative to the best; NaN for those not found."""
    best = max(score for _, score in found)
    named = {row: score / best if best > 0 else 1.0 for row, score in found}
    return graded(np.array([named.get(int(row), np.nan) for row in rows], dtype=np.float64))
