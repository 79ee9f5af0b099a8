"""Expected calibration error of the probabilities that each slice gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from datasets.photos import Photo
from encoders import Encoder, Prototypes
from metrics.classification import Figure, calibration_error
from metrics.encoder.photos import probabilities

Prediction = tuple[float, bool]
"""Confidence of a prediction, and whether it was right."""


def slice_calibration(
    encoder: Encoder, vectors: np.ndarray, photos: Sequence[Photo]
) -> dict[str, Figure]:
    """Return {slice: calibration error of its facets' most probable values}.

    vectors: (n, dim), a row per photo. Each known detail counts as a separate
    prediction, present or not. Slices without any label are left out.
    """
    predictions: dict[str, list[Prediction]] = {}
    for facet, slice_name in encoder.facet_slice.items():
        prototypes, p = probabilities(encoder, vectors, facet)
        read = _detail_predictions if facet == "details" else _facet_predictions
        predictions.setdefault(slice_name, []).extend(read(prototypes, p, photos, facet))
    return {name: _figure(pairs) for name, pairs in predictions.items() if pairs}


def _figure(predictions: Sequence[Prediction]) -> Figure:
    confidence, correct = np.array(predictions, dtype=float).T
    return {"value": calibration_error(confidence, correct), "n": len(predictions)}


def _detail_predictions(
    prototypes: Prototypes, p: np.ndarray, photos: Sequence[Photo], facet: str
) -> Iterator[Prediction]:
    for row, photo in enumerate(photos):
        for detail, present in photo.details.items() if photo.looked else ():
            chance = float(p[row, prototypes.values.index(detail)])
            yield max(chance, 1 - chance), (chance > 0.5) == present


def _facet_predictions(
    prototypes: Prototypes, p: np.ndarray, photos: Sequence[Photo], facet: str
) -> Iterator[Prediction]:
    """Yield a prediction per labelled photo; a label made by eye overrides the shop's."""
    for row, photo in enumerate(photos):
        seen = photo.seen if photo.looked and photo.seen is not None else {}
        allowed = seen.get(facet) if facet in seen else photo.sets.get(facet)
        if allowed is not None:
            best = int(p[row].argmax())
            yield float(p[row, best]), prototypes.values[best] in allowed
