"""Accuracy among the classes of the shop's own labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from datasets.photos import Photo
from encoders import Encoder
from metrics.classification import Figure, proportion, undefined
from metrics.encoder.photos import probabilities

MIN_ITEMS = 20
"""Fewest items of `product_photos` for a shop class to be reported."""


def class_accuracy(
    encoder: Encoder,
    vectors: np.ndarray,
    photos: Sequence[Photo],
    head: str,
    classes: Sequence[str],
) -> Figure:
    """Return the accuracy among `classes` on the photos that have one of them.

    vectors: (n, dim), a row per photo. `value` is over photos (micro), `macro` over classes.
    """
    prototypes, p = probabilities(encoder, vectors, f"shop/{head}")
    names = [value for value in classes if value in prototypes.values]
    rows = [row for row, photo in enumerate(photos) if photo.shop.get(head) in set(classes)]
    if not rows or not names:
        return {**undefined(), "macro": float("nan"), "classes": len(classes)}
    columns = [prototypes.values.index(name) for name in names]
    predicted = np.array(names)[p[np.ix_(rows, columns)].argmax(1)]
    truth = np.array([photos[row].shop[head] for row in rows])
    correct = predicted == truth
    macro = np.mean([correct[truth == name].mean() for name in np.unique(truth)])
    return {**proportion(correct), "macro": float(macro), "classes": len(classes)}


def reported_classes(photos: Sequence[Photo]) -> dict[str, list[str]]:
    """Return {head: its reported classes, in order}.

    These are the article types and base colours with at least MIN_ITEMS items in `product_photos`,
    and every pattern and audience.
    """
    labels = [photo.shop for photo in photos if photo.source == "product"]
    minimum = {"article": MIN_ITEMS, "base": MIN_ITEMS, "shop_pattern": 1, "audience": 1}
    counts = {head: Counter(row[head] for row in labels if head in row) for head in minimum}
    return {
        head: sorted(name for name, count in counts[head].items() if count >= minimum[head])
        for head in minimum
    }
