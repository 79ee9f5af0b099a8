"""Measures of classifiers: a proportion with its interval, and the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from scipy.stats import binomtest


class _RequiredFigure(TypedDict):
    value: float
    n: int


class Figure(_RequiredFigure, total=False):
    """A measured value over `n` cases, in the form of the JSON reports; NaN without any case."""

    low: float
    """Lower bound of the 95% interval."""
    high: float
    """Upper bound of the 95% interval."""
    macro: float
    """Mean of the values of the individual classes."""
    classes: int
    """Number of classes that were distinguished."""


def undefined(n: int = 0) -> Figure:
    """Return the figure of a measure that has no value on these `n` cases."""
    return {"value": float("nan"), "low": float("nan"), "high": float("nan"), "n": n}


def proportion(outcomes: Sequence[bool] | np.ndarray) -> Figure:
    """Return the share of true outcomes with its Wilson score interval."""
    n, successes = len(outcomes), int(np.sum(outcomes))
    if n == 0:
        return undefined()
    interval = binomtest(successes, n).proportion_ci(method="wilson")
    return {
        "value": successes / n,
        "low": float(interval.low),
        "high": float(interval.high),
        "n": n,
    }


def calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error over equally filled bins; 0 without cases.

    confidence: (n,) probability of the predicted class. correct: (n,) bool or 0/1. Guo et al.,
    "On Calibration of Modern Neural Networks" (arXiv 1706.04599), with quantile bins.
    """
    groups = np.array_split(np.argsort(confidence), bins)
    gaps = [
        len(group) * abs(confidence[group].mean() - correct[group].mean())
        for group in groups
        if len(group)
    ]
    return float(sum(gaps) / max(1, len(correct)))
