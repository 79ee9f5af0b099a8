"""Accuracy on facets and details, judged by labels that people made from the photo."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vocabulary
from datasets.photos import Photo
from encoders import Encoder
from metrics.classification import Figure, proportion
from metrics.encoder.photos import probabilities
from metrics.ranking import auc_figure

FACETS = ("color", "pattern", "sleeve_length", "neckline", "length")
DETAILS = ("hood", "zipper", "buttons", "pockets")
_NEAREST_FAMILY = {"teal": "green", "turquoise": "blue"}
"""Colours without a parent that people see as shades of another colour."""


def color_family(color: str) -> str:
    """Return the colour's outermost parent; teal counts as green, turquoise as blue."""
    outermost = vocabulary.ancestors("color", color)[-1]
    return _NEAREST_FAMILY.get(outermost, outermost)


def visible_figures(
    encoder: Encoder, vectors: np.ndarray, photos: Sequence[Photo]
) -> dict[str, Figure]:
    """Return the accuracy of every facet and the AUC of every detail.

    vectors: (n, dim), a row per photo. "color with parents" treats colours of one family as equal.
    """
    figures: dict[str, Figure] = {}
    for facet in FACETS:
        predicted, labels = _facet_predictions(encoder, vectors, photos, facet)
        figures[facet] = proportion(
            [value in allowed for value, allowed in zip(predicted, labels, strict=True)]
        )
        if facet == "color":
            figures["color with parents"] = proportion(
                [
                    color_family(value) in {color_family(color) for color in allowed}
                    for value, allowed in zip(predicted, labels, strict=True)
                ]
            )
    prototypes, p = probabilities(encoder, vectors, "details")
    for detail in DETAILS:
        rows = [row for row, ph in enumerate(photos) if ph.looked and detail in ph.details]
        present = np.array([photos[row].details[detail] for row in rows], dtype=bool)
        figures[f"{detail} (AUC)"] = auc_figure(p[rows, prototypes.values.index(detail)], present)
    return figures


def _facet_predictions(
    encoder: Encoder, vectors: np.ndarray, photos: Sequence[Photo], facet: str
) -> tuple[list[str], list[frozenset[str]]]:
    """Return the most probable values and the labels, over the photos that have a label."""
    prototypes, p = probabilities(encoder, vectors, facet)
    labelled = [
        (row, photo.seen[facet])
        for row, photo in enumerate(photos)
        if photo.seen is not None and facet in photo.seen
    ]
    rows = [row for row, _ in labelled]
    predicted = [prototypes.values[column] for column in p[rows].argmax(1)]
    return predicted, [allowed for _, allowed in labelled]
