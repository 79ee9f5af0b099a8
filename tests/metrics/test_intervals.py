"""Intervals, paired comparisons and spread."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.intervals import Estimate, difference, estimate, interval, ratio, short, spread


def test_an_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    few, many = ([1.0, 0.0, 1.0, 1.0] * n for n in (10, 200))
    low, high = interval(few)
    assert low < 0.75 < high and interval(few) == (low, high)
    narrow = interval(many)
    assert narrow[1] - narrow[0] < (high - low) / 2
    assert all(np.isnan(interval([])))


def test_groups_weigh_the_same_however_many_queries_they_have() -> None:
    assert estimate({"a": [1.0] * 100, "b": [0.0]}).mean == 0.5


def test_pairing_sees_a_small_steady_difference() -> None:
    """The paired difference is significant where the intervals overlap: hard is hard for both."""
    theirs = np.random.default_rng(0).random(60)
    ours = theirs + 0.02
    assert not estimate(ours).above(estimate(theirs))
    assert difference(ours, theirs).low > 0.019
    assert ratio(ours, theirs).low > 1.0 > ratio(theirs, ours).high


def test_ratio_to_nothing_and_unlike_queries() -> None:
    assert ratio([1.0, 1.0], [0.0, 0.0]).mean == np.inf
    assert ratio([1.0, 1.0], [0.0, 0.0]).rounded() == [None, None, None]
    with pytest.raises(ValueError, match="same queries"):
        difference([1.0], [1.0, 0.0])


def test_figures_are_short_in_tables() -> None:
    assert (
        str(Estimate(0.812, -0.05, 1.4)) == ".81 [-.05 1.40]"
        and short(None) == "-"
        and short(10.0) == "10.00"
    )


def test_spread_is_the_range_over_the_mean() -> None:
    assert spread([0.9, 1.0, 1.1]) == pytest.approx(0.2)
    assert spread([0.0, 0.0]) == 0.0
