"""The methods that the composed benchmark compares: composers, static fusions, and no fusion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

import vocabulary
from composer import Weights, compose, kinds_for, load_weights
from encoders import Prototypes
from errors import InputError
from evaluation.composed.gallery import SLICES, Gallery, Words
from evaluation.composed.product_queries import ComposedQuery
from vocabulary import STEPS
from vocabulary.wish import Constraint, Wish

Scorer = Callable[[ComposedQuery, Wish], np.ndarray]
"""(query, wish) -> (n,) scores of the gallery."""

STATIC = ("image", "text", "sum", "slerp")
PHRASE = " of the very phrase"
WHOLE = (*STATIC, f"text{PHRASE}", f"sum{PHRASE}")
"""Static fusions of whole vectors.

The text tower reads the planner's caption of the phrase or, as in published systems, the phrase
itself.
"""
SLICED = ("text in slices", "sum in slices", "slerp in slices")
"""The same fusions with the prototypes of the wanted values, each in its own slice."""
NONE = "classify, edit, filter"
MIXED = ("sum", "slerp", f"sum{PHRASE}", "sum in slices", "slerp in slices")
MIXES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Methods:
    """Named scorers over one gallery.

    mixes: the words' share in each static fusion, chosen on other designs.
    """

    gallery: Gallery
    words: Words
    mixes: dict[str, float] = field(default_factory=dict)
    weights: Weights = field(default_factory=load_weights)

    @property
    def thetas(self) -> tuple[str, ...]:
        """The composers that edit the reference by the wish and have weights for this encoder."""
        return tuple(kind for kind in kinds_for(self.gallery.encoder) if kind not in STATIC)

    def names(self, kinds: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return all methods, or the baselines and these composers.

        Raises InputError if a composer is unknown.
        """
        allowed = (*WHOLE, *self.thetas, *SLICED, NONE)
        wanted = tuple(kinds or allowed)
        unknown = [name for name in wanted if name not in allowed]
        if unknown:
            raise InputError(
                f"no composer {', '.join(unknown)} for this encoder; "
                f"there are: {', '.join(allowed)}"
            )
        return tuple(name for name in allowed if name in wanted or name not in self.thetas)

    def scorer(self, name: str) -> Scorer:
        """Return the method of this name."""
        if name == NONE:
            return ClassifyEditFilter(self.gallery).scores
        kind = name.removesuffix(" in slices").removesuffix(PHRASE)
        weights = (
            self.weights.model_copy(update={"mix": self.mixes[name]})
            if name in self.mixes
            else self.weights
        )

        def score(query: ComposedQuery, wish: Wish) -> np.ndarray:
            if name.endswith(PHRASE):
                text = self.words.of(query.phrase)
            else:
                text = None if name in SLICED else self.words(wish)
            picture = self.gallery.vectors[query.reference]
            composed = compose(kind, picture, wish, text, self.gallery.encoder, weights)
            scores: np.ndarray = self.gallery.vectors @ composed.vector
            return scores

        return score


class ClassifyEditFilter:
    """The baseline without fusion: classify all items, edit the reference's labels, filter by them.

    Items are ranked by the number of fitting labels, with ties in a seeded random order. An
    exclusion allows all other values; a comparative allows those beyond the reference's own value.
    """

    def __init__(self, gallery: Gallery, seed: int = 0) -> None:
        self.gallery = gallery
        self._labels: dict[str, np.ndarray] = {}
        self.order = np.random.default_rng(seed).permutation(len(gallery.products))

    def scores(self, query: ComposedQuery, wish: Wish) -> np.ndarray:
        """Return (n,) the number of fitting labels, plus less than one to break ties."""
        asked = {
            facet: [c for c in wish.constraints if c.facet == facet]
            for facet in dict.fromkeys(c.facet for c in wish.constraints)
        }
        fitting = np.zeros(len(self.gallery.products))
        for facet in dict.fromkeys((*SLICES, *asked)):
            prototypes = self.gallery.encoder.prototypes(facet)
            if prototypes is not None:
                fitting += self._fits(facet, prototypes, asked.get(facet, ()), query.reference)
        return fitting + self.order / (2 * len(self.order))

    def _fits(
        self, facet: str, prototypes: Prototypes, asked: Sequence[Constraint], reference: int
    ) -> np.ndarray:
        """Return (n,) 1.0 where the label of the facet fits."""
        labels = self._classified(facet, prototypes)
        if not prototypes.exclusive:  # details have one column each
            return _fits_details(labels, facet, prototypes, asked)
        allowed = set(range(len(prototypes.values)))
        wanted = [c for c in asked if c.op in ("require", "prefer")]
        if wanted:
            allowed = {row for c in wanted for row in _members(prototypes, facet, str(c.value))}
        elif not asked:
            allowed = {int(labels[reference])}
        for constraint in asked:
            if constraint.op == "exclude":
                allowed -= set(_members(prototypes, facet, str(constraint.value)))
            elif constraint.op in ("more", "less"):
                allowed &= _beyond(prototypes, constraint, int(labels[reference]))
        return np.isin(labels, list(allowed)).astype(float)

    def _classified(self, facet: str, prototypes: Prototypes) -> np.ndarray:
        """Return (n,) the most likely value, or (n, values) bool if values are not exclusive."""
        if facet not in self._labels:
            span = self.gallery.encoder.layout.slice(self.gallery.encoder.facet_slice[facet])
            shown = prototypes.probabilities(self.gallery.vectors[:, span])
            self._labels[facet] = np.argmax(shown, axis=1) if prototypes.exclusive else shown > 0.5
        return self._labels[facet]


def _fits_details(
    labels: np.ndarray, facet: str, prototypes: Prototypes, asked: Sequence[Constraint]
) -> np.ndarray:
    fits = np.ones(len(labels), dtype=bool)
    for constraint in asked:
        has = labels[:, _members(prototypes, facet, str(constraint.value))].any(axis=1)
        fits &= ~has if constraint.op in ("exclude", "less") else has
    return fits.astype(float)


def _members(prototypes: Prototypes, facet: str, value: str) -> list[int]:
    covered = vocabulary.descendants(facet, value)
    return [row for row, name in enumerate(prototypes.values) if name in covered]


def _beyond(prototypes: Prototypes, constraint: Constraint, own: int) -> set[int]:
    """Return the rows of values with more (or less) of an ordered attribute than the row `own`.

    Returns all rows if the order of `own` is unknown.
    """
    places = STEPS.get((constraint.facet, str(constraint.value)), {})
    start = places.get(prototypes.values[own])
    if start is None:
        return set(range(len(prototypes.values)))
    sign = 1 if constraint.op == "more" else -1
    return {
        row
        for row, name in enumerate(prototypes.values)
        if name in places and sign * (places[name] - start) > 0
    }
