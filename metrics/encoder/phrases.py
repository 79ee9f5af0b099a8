"""Retrieval of photos by short phrases that name a kind, a colour, or both."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from datasets.photos import Photo
from encoders import Encoder
from metrics.classification import Figure
from metrics.ranking import Z_95

DEPTH = 10
MIN_RELEVANT = 5
"""Fewest relevant photos for a phrase to be measured."""

Wanted = Mapping[str, str]
"""{facet: the value that a phrase asks for}"""


def phrase_precision(
    encoder: Encoder,
    vectors: np.ndarray,
    photos: Sequence[Photo],
    min_relevant: int = MIN_RELEVANT,
) -> dict[str, Figure]:
    """Return {kind of phrase: mean precision at 10}, judged by the shop's labels.

    vectors: (n, dim), a row per photo. The interval over the phrases assumes a normal distribution.
    """
    figures: dict[str, Figure] = {}
    for kind, phrases in _phrases(photos).items():
        precisions = []
        for text, wanted in zip(encoder.encode_texts(list(phrases)), phrases.values(), strict=True):
            relevant = np.array([_fits(photo, wanted) for photo in photos])
            if relevant.sum() >= min_relevant:
                scores = _scores(encoder, vectors, text, list(wanted))
                depth = min(DEPTH, int(relevant.sum()))
                precisions.append(float(relevant[np.argsort(-scores)[:depth]].mean()))
        figures[kind] = _mean_figure(precisions)
    return figures


def _phrases(photos: Sequence[Photo]) -> dict[str, dict[str, Wanted]]:
    """Return {kind: {phrase: its values}}, collected from all unambiguously labelled photos."""
    phrases: dict[str, dict[str, Wanted]] = {"category": {}, "color": {}, "color and category": {}}
    for photo in photos:
        labels = {
            facet: next(iter(photo.sets[facet]))
            for facet in ("category", "color")
            if len(photo.sets.get(facet, ())) == 1
        }
        category, color = labels.get("category"), labels.get("color")
        if category is not None:
            phrases["category"][category] = {"category": category}
        if color is not None:
            phrases["color"][f"{color} clothes"] = {"color": color}
        if category is not None and color is not None:
            phrases["color and category"][f"{color} {category}"] = labels
    return phrases


def _fits(photo: Photo, wanted: Wanted) -> bool:
    return all(value in photo.sets.get(facet, ()) for facet, value in wanted.items())


def _scores(
    encoder: Encoder, vectors: np.ndarray, text: np.ndarray, facets: Sequence[str]
) -> np.ndarray:
    """Return (n,) sums over the facets of the cosines in their slices."""
    scores = np.zeros(len(vectors), dtype=np.float32)
    for facet in facets:
        span = encoder.layout.slice(encoder.facet_slice[facet])
        scores += vectors[:, span] @ text[span]
    return scores


def _mean_figure(values: Sequence[float]) -> Figure:
    mean = float(np.mean(values)) if values else float("nan")
    margin = Z_95 * float(np.std(values)) / math.sqrt(len(values)) if values else float("nan")
    return {"value": mean, "low": mean - margin, "high": mean + margin, "n": len(values)}
