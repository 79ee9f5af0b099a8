"""The rankers of the ensemble: each scores a pool of rows from its own point of view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

import vocabulary
from encoders import Prototypes, Space
from vocabulary.wish import Constraint, Wish


class Query(Protocol):
    """A composed query: a vector (dim,) with the weights of its slices applied."""

    @property
    def vector(self) -> np.ndarray:
        """(dim,) float32."""

    @property
    def weights(self) -> Mapping[str, float]:
        """{slice: its weight}."""


GRADES = 10
"""Specialists and listings tell this many grades apart. Within a grade the composed vector decides,
not their noise."""

SAME_KIND_COSINE = 0.6
"""Cosine in the category's slice from which two items are of one kind, as far as the slice can
tell."""


class Specialist:
    """Judges one facet by its own slice: how probably an item shows what the constraints ask for.

    A value counts what it covers as well. Exclusive values (colours) add up over all groups;
    independent ones (details) must all be there.

    Args:
        facet: The facet.
        prototypes: Its prototypes in the space.
        groups: Values; those that are alternatives share a group.
        space: The vector space.
        unwanted: Score the absence of the values instead.
        share: The fraction of a specialist's weight in the fusion; below 1 for a soft wish.
    """

    def __init__(
        self,
        facet: str,
        prototypes: Prototypes,
        groups: Sequence[Sequence[str]],
        space: Space,
        unwanted: bool = False,
        share: float = 1.0,
    ) -> None:
        self.prototypes, self.unwanted, self.share = prototypes, unwanted, share
        self.dim = space.dim
        self.span = space.layout.slice(space.facet_slice[facet])
        numbers = [_covered(facet, group, prototypes.values) for group in groups]
        self.groups = [group for group in numbers if group]

    @property
    def direction(self) -> np.ndarray:
        """A query vector (dim,) that finds candidates: the mean of the wanted prototypes.

        All other slices are zero.
        """
        mean = self.prototypes.vectors[self._all_values].mean(axis=0)
        direction = np.zeros(self.dim, dtype=np.float32)
        direction[self.span] = mean / max(float(np.linalg.norm(mean)), 1e-8)
        return direction

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """Return (n,) graded probabilities of items (n, dim)."""
        shown = self.prototypes.probabilities(vectors[:, self.span])
        if self.prototypes.exclusive:
            probability = shown[:, self._all_values].sum(axis=1)
        else:
            by_group = np.stack([shown[:, group].max(axis=1) for group in self.groups])
            probability = by_group.max(axis=0) if self.unwanted else by_group.min(axis=0)
        return graded(1 - probability if self.unwanted else probability)

    @property
    def _all_values(self) -> list[int]:
        return sorted({number for group in self.groups for number in group})


def _covered(facet: str, values: Iterable[str], known: Sequence[str]) -> list[int]:
    """Return the places in `known` of these values and of what they cover."""
    covered = {v for value in values for v in vocabulary.descendants(facet, value)}
    return [number for number, name in enumerate(known) if name in covered]


def specialists(wish: Wish, space: Space) -> dict[str, Specialist]:
    """Return a specialist for each facet of the wish that prototypes know.

    Names: "FACET" if required, "not FACET" if unwanted, "maybe FACET" if preferred. What was seen
    in the reference photo is left to the composed vector and to `kind_scores`.
    """
    groups_of: dict[str, list[list[Constraint]]] = {}
    for group in wish.groups():
        for op, prefix in (("require", ""), ("exclude", "not ")):
            for facet in dict.fromkeys(c.facet for c in group if c.op == op):
                groups_of.setdefault(prefix + facet, []).append(
                    [c for c in group if (c.facet, c.op) == (facet, op)]
                )
    for constraint in wish.of("prefer"):
        if constraint.source != "photo" and constraint.facet not in groups_of:
            groups_of.setdefault(f"maybe {constraint.facet}", []).append([constraint])
    candidates = {name: _specialist(name, groups, space) for name, groups in groups_of.items()}
    return {
        name: specialist
        for name, specialist in candidates.items()
        if specialist is not None and specialist.groups
    }


def _specialist(
    name: str, groups: Sequence[Sequence[Constraint]], space: Space
) -> Specialist | None:
    facet = groups[0][0].facet
    prototypes = space.prototypes(facet) if facet in space.facet_slice else None
    if prototypes is None:
        return None
    share = 1.0
    if name.startswith("maybe "):
        share = min(1.0, max(c.confidence * c.weight for group in groups for c in group))
    values = [[str(c.value) for c in group] for group in groups]
    return Specialist(facet, prototypes, values, space, name.startswith("not "), share)


def kind_scores(query: Query, space: Space, vectors: np.ndarray) -> np.ndarray | None:
    """Return (n,) graded cosines of items (n, dim) with the query in the category's slice.

    None if that slice of the query is silent. A photo of shorts asks for shorts, whatever else
    looks like them. From SAME_KIND_COSINE on, all items count as equally alike.
    """
    name = space.facet_slice.get("category")
    if name is None or not query.weights.get(name):
        return None
    span = space.layout.slice(name)
    cosine = vectors[:, span] @ query.vector[span] / query.weights[name]
    return graded(np.clip(cosine / SAME_KIND_COSINE, 0.0, 1.0))


def graded(scores: np.ndarray) -> np.ndarray:
    """Round scores in 0..1 to GRADES grades."""
    grades: np.ndarray = np.round(scores * GRADES) / GRADES
    return grades


def listing_scores(rows: np.ndarray, hits: Sequence[tuple[int, float]]) -> np.ndarray:
    """Return (n,) graded BM25 scores of rows (n,) relative to the best; NaN for rows not hit."""
    best = max(score for _, score in hits)
    relative = {row: score / best if best > 0 else 1.0 for row, score in hits}
    return graded(np.array([relative.get(int(row), np.nan) for row in rows], dtype=np.float64))
