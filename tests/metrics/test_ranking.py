"""The area under the ROC curve on cases with known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metrics.ranking import auc, auc_figure

POSITIVE = np.array([True, True, False, False])


def test_auc_counts_ties_by_half() -> None:
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), POSITIVE) == pytest.approx(0.875)
    assert auc(np.array([0.1, 0.2, 0.8, 0.9]), POSITIVE) == pytest.approx(0.0)
    assert auc(np.array([0.5, 0.5]), np.array([False, True])) == pytest.approx(0.5)


def test_auc_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(0)
    scores, positive = np.round(rng.random(200), 2), rng.random(200) < 0.3
    gaps = scores[positive][:, None] - scores[~positive][None]
    pairs = (gaps > 0).mean() + 0.5 * (gaps == 0).mean()
    assert auc(scores, positive) == pytest.approx(float(pairs))


def test_one_class_alone_has_no_auc() -> None:
    assert math.isnan(auc(np.array([0.5]), np.array([True])))
    figure = auc_figure(np.array([0.5, 0.7]), np.array([True, True]))
    assert figure["n"] == 2 and math.isnan(figure["value"]) and math.isnan(figure["low"])


def test_interval_of_hanley_and_mcneil() -> None:
    """Area 0.875 with two of each class: standard error 0.20771, cut at 1."""
    figure = auc_figure(np.array([0.9, 0.5, 0.5, 0.1]), POSITIVE)
    assert figure["value"] == pytest.approx(0.875)
    assert figure["low"] == pytest.approx(0.875 - 1.96 * 0.20771, abs=1e-4)
    assert figure["high"] == 1.0
