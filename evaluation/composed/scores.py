"""Figures of composed retrieval: recall, precision and drift per query, means and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evaluation.composed.gallery import SLICES, Gallery
from evaluation.composed.methods import Scorer
from evaluation.composed.product_queries import ComposedQuery
from metrics.intervals import Estimate, difference, estimate, ratio
from vocabulary.wish import Wish

CUTS = (1, 10, 50)
Rows = dict[str, list[float]]
"""Figure -> one number per query."""


def ranked(scores: np.ndarray, reference: int, depth: int) -> np.ndarray:
    """Return the `depth` best rows, best first, ties by row, without the reference."""
    scores = scores.copy()
    scores[reference] = -np.inf
    return np.argsort(-scores, kind="stable")[:depth]


def query_rows(
    gallery: Gallery, queries: Sequence[ComposedQuery], wishes: Sequence[Wish], scorer: Scorer
) -> Rows:
    """Return R@1/10/50 (whether there is a hit), P@10 (share of hits) and drift per query."""
    rows: Rows = {name: [] for name in (*(f"R@{cut}" for cut in CUTS), "P@10", "drift")}
    for query, wish in zip(queries, wishes, strict=True):
        add_ranking(rows, gallery, query, ranked(scorer(query, wish), query.reference, max(CUTS)))
    return rows


def add_ranking(rows: Rows, gallery: Gallery, query: ComposedQuery, best: np.ndarray) -> None:
    """Append the figures of one query; best: the rows found for it, best first."""
    hits = np.isin(best, list(query.targets))
    for cut in CUTS:
        rows[f"R@{cut}"].append(float(hits[:cut].any()))
    rows["P@10"].append(float(hits[:10].sum()) / 10)
    rows["drift"].append(drift(gallery, query, best[:10]))


def drift(gallery: Gallery, query: ComposedQuery, best: np.ndarray) -> float:
    """Return the mean over the results of 1 - cosine to the reference; 0 without results.

    Cosines are taken in those slices of category, colour, pattern and audience that the change does
    not affect.
    """
    layout, place = gallery.encoder.layout, gallery.encoder.facet_slice
    spans = [layout.slice(place[facet]) for facet in SLICES if facet not in query.changed]
    if not len(best) or not spans:
        return 0.0
    return float(
        np.mean(
            [
                1 - gallery.vectors[best, span] @ gallery.vectors[query.reference, span]
                for span in spans
            ]
        )
    )


def summary(rows: Rows) -> dict[str, list[float | None]]:
    """Return {figure: [mean, low, high]}, 95% bootstrap intervals over the queries."""
    return {name: estimate(values).rounded() for name, values in rows.items()}


def measure(
    gallery: Gallery, queries: Sequence[ComposedQuery], wishes: Sequence[Wish], scorer: Scorer
) -> dict[str, list[float | None]]:
    """Return the `summary` of `query_rows`."""
    return summary(query_rows(gallery, queries, wishes, scorer))


def recalls(by_kind: Mapping[str, Rows], figure: str = "R@10") -> dict[str, list[float]]:
    """Return {kind of change: one number per query} for a figure."""
    return {kind: rows[figure] for kind, rows in by_kind.items()}


def strongest(names: Sequence[str], rows: Mapping[str, Mapping[str, Rows]]) -> str:
    """Return the method with the highest R@10, averaged over the kinds of change."""
    return max(names, key=lambda name: estimate(recalls(rows[name]), rounds=1).mean)


def comparison(ours: Mapping[str, Rows], theirs: Mapping[str, Rows]) -> dict[str, Estimate | bool]:
    """Compare R@10 of two methods on the same queries.

    Returns both, the paired ratio and difference, and whether our interval lies above theirs.
    """
    mine, other = recalls(ours), recalls(theirs)
    own, against = estimate(mine), estimate(other)
    return {
        "ours": own,
        "theirs": against,
        "ratio": ratio(mine, other),
        "difference": difference(mine, other),
        "apart": own.above(against),
    }
