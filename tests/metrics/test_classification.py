"""Proportions and calibration error on cases with known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metrics.classification import calibration_error, proportion


def test_wilson_interval() -> None:
    """The worked values of 8 in 10: (0.8 + 1.92 / 10 -+ ...) / (1 + 3.84 / 10)."""
    figure = proportion([True] * 8 + [False] * 2)
    assert figure["value"] == 0.8 and figure["n"] == 10
    assert figure["low"] == pytest.approx(0.4902, abs=1e-4)
    assert figure["high"] == pytest.approx(0.9433, abs=1e-4)


@pytest.mark.parametrize(("successes", "n"), [(0, 7), (7, 7), (1, 300), (450, 1000)])
def test_wilson_interval_against_its_formula(successes: int, n: int) -> None:
    figure = proportion([True] * successes + [False] * (n - successes))
    z, p = 1.959964, successes / n
    center = (p + z * z / (2 * n)) / (1 + z * z / n)
    margin = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert figure["low"] == pytest.approx(center - margin, abs=1e-6)
    assert figure["high"] == pytest.approx(center + margin, abs=1e-6)


def test_no_cases_have_no_proportion() -> None:
    figure = proportion([])
    assert figure["n"] == 0 and math.isnan(figure["value"])


def test_calibration_error_of_an_overconfident_and_of_an_honest_classifier() -> None:
    correct = np.array([1.0, 0.0] * 50)
    assert calibration_error(np.full(100, 0.9), correct) == pytest.approx(0.4, abs=0.01)
    assert calibration_error(np.full(100, 0.5), correct) == pytest.approx(0.0, abs=0.01)
