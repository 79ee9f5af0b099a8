"""Wishes with two references: a garment from one picture, with a value from another.

The value is a colour, a type or a pattern. The query is that of `product_queries`, but a second
photo shows the value instead of words naming it. The second photo shows something else (another
type or, for a change of type, another colour), so it is not an answer itself, and it is excluded
from the search. PinPoint (arXiv 2603.04598) finds published systems 40 to 70% worse than with one
picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from composer import Weights, compose, load_weights
from evaluation.composed.gallery import Gallery, known_wish
from evaluation.composed.product_queries import FACETS, KINDS, ComposedQuery, sample_queries
from evaluation.composed.scores import Rows, add_ranking, ranked
from evaluation.report.show import Figures
from metrics.intervals import difference, estimate, ratio
from vocabulary.wish import Constraint, Wish


@dataclass(frozen=True)
class TwoPictures:
    """A query whose value is taken from the picture in row `second`."""

    query: ComposedQuery
    second: int


def two_pictures(gallery: Gallery, kind: str, count: int, seed: int) -> list[TwoPictures]:
    """Return up to `count` seeded queries for which a second picture shows the named value."""
    rng = np.random.default_rng([seed, 7, KINDS.index(kind)])
    column = {"category": "type"}.get(FACETS[kind], FACETS[kind])
    queries = []
    for query in sample_queries(gallery.products, kind, count, seed):
        reference = gallery.products[query.reference]
        other = "color" if kind == "retype" else "type"
        sources = [
            row
            for row, product in enumerate(gallery.products)
            if getattr(product, column) == query.value
            and row not in query.targets
            and getattr(product, other) not in ("", getattr(reference, other))
        ]
        if sources:
            queries.append(TwoPictures(query, int(rng.choice(sources))))
    return queries


Assembler = Callable[[TwoPictures], np.ndarray]
"""Two pictures -> query vector (dim,)."""


def assemblers(
    gallery: Gallery, kind: str, weights: Weights | None = None
) -> Mapping[str, Assembler]:
    """Return the ways to make one query from two pictures.

    They are the mean of both, slices of both, and slices of both with the borrowed slice weighted
    as a change.
    """
    encoder, vectors, settings = gallery.encoder, gallery.vectors, weights or load_weights()

    def borrowed(two: TwoPictures) -> tuple[np.ndarray, str]:
        name = encoder.facet_slice[FACETS[two.query.kind]]
        picture = vectors[two.query.reference].copy()
        picture[encoder.layout.slice(name)] = vectors[two.second, encoder.layout.slice(name)]
        return picture, name

    def mean(two: TwoPictures) -> np.ndarray:
        both = vectors[two.query.reference] + vectors[two.second]
        for name in encoder.layout.names:
            span = encoder.layout.slice(name)
            both[span] /= max(float(np.linalg.norm(both[span])), 1e-8)
        return compose("image", both, Wish(), None, encoder, settings).vector

    def slices(two: TwoPictures) -> np.ndarray:
        picture, _ = borrowed(two)
        return compose(kind, picture, Wish(), None, encoder, settings).vector

    def changed(two: TwoPictures) -> np.ndarray:
        picture, name = borrowed(two)
        emphasis = (
            {name: settings.change / settings.kept(name)} if settings.kept(name) > 0 else None
        )
        return compose(
            kind, picture, Wish(constraints=_shown(two)), None, encoder, settings, emphasis=emphasis
        ).vector

    def _shown(two: TwoPictures) -> tuple[Constraint, ...]:
        """Return a soft constraint for the value that the second picture most probably shows."""
        facet = FACETS[two.query.kind]
        prototypes = encoder.prototypes(facet)
        if prototypes is None:
            return ()
        shown = prototypes.probabilities(
            vectors[two.second, encoder.layout.slice(encoder.facet_slice[facet])][None]
        )[0]
        best = int(np.argmax(shown))
        return (
            Constraint(
                facet=facet,
                op="prefer",
                value=prototypes.values[best],
                source="photo",
                confidence=min(float(shown[best]), 1.0),
            ),
        )

    return {
        "mean of both pictures": mean,
        "slices of both": slices,
        "slices of both, one as a change": changed,
    }


def several_references(gallery: Gallery, kind: str, count: int, seed: int) -> dict[str, Figures]:
    """Compare R@10 of each assembler with that of one picture and the value in words.

    Returns {name: {kinds, "R@10", "ratio", "difference"}}. One picture is composed by `kind`, two
    by the closed form, because a learned composer has no input if no words change anything.
    """
    asked = {change: two_pictures(gallery, change, count, seed) for change in KINDS}
    asked = {change: queries for change, queries in asked.items() if queries}
    named = {
        change: _recall(
            gallery,
            queries,
            lambda two: (
                compose(
                    kind,
                    gallery.vectors[two.query.reference],
                    known_wish(two.query),
                    None,
                    gallery.encoder,
                ).vector
            ),
        )
        for change, queries in asked.items()
    }
    figures: dict[str, Figures] = {
        "one picture, the value named": {"R@10": estimate(named).rounded(), **_each(named)}
    }
    for name, assemble in assemblers(gallery, "delta").items():
        rows = {change: _recall(gallery, queries, assemble) for change, queries in asked.items()}
        figures[name] = {
            "R@10": estimate(rows).rounded(),
            **_each(rows),
            "ratio": ratio(rows, named).rounded(),
            "difference": difference(rows, named).rounded(),
        }
    return figures


def _recall(gallery: Gallery, queries: Sequence[TwoPictures], assemble: Assembler) -> list[float]:
    rows: Rows = {"R@1": [], "R@10": [], "R@50": [], "P@10": [], "drift": []}
    for two in queries:
        scores = gallery.vectors @ assemble(two)
        scores[two.second] = -np.inf
        add_ranking(rows, gallery, two.query, ranked(scores, two.query.reference, 50))
    return rows["R@10"]


def _each(rows: Mapping[str, Sequence[float]]) -> dict[str, list[float | None]]:
    return {change: estimate(values).rounded() for change, values in rows.items()}
