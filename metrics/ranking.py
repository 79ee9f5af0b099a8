"""Measures of rankings: the area under the ROC curve, with and without its interval."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import rankdata

from metrics.classification import Figure, undefined

Z_95 = 1.96
"""Standard deviations on each side of a normal 95% interval."""


def auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Return the area under the ROC curve, with ties counted half; NaN unless both classes occur.

    scores: (n,). positive: (n,) bool. Computed from the ranks, as in the Mann-Whitney U statistic.
    """
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return float("nan")
    rank_sum = float(rankdata(scores)[positive].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def auc_figure(scores: np.ndarray, positive: np.ndarray) -> Figure:
    """Return `auc` with the 95% interval of Hanley and McNeil (Radiology 143, 1982)."""
    area = auc(scores, positive)
    if math.isnan(area):
        return undefined(len(positive))
    positives, negatives = int(positive.sum()), int((~positive).sum())
    # Probability that two positives both beat one negative, and that one positive beats two.
    two_positives, two_negatives = area / (2 - area), 2 * area * area / (1 + area)
    variance = (
        area * (1 - area)
        + (positives - 1) * (two_positives - area * area)
        + (negatives - 1) * (two_negatives - area * area)
    ) / (positives * negatives)
    margin = Z_95 * math.sqrt(max(0.0, variance))
    return {
        "value": area,
        "low": max(0.0, area - margin),
        "high": min(1.0, area + margin),
        "n": len(positive),
    }
