"""The fitted thresholds keep their promise, and refuse where the data cannot carry it."""

from __future__ import annotations

import numpy as np
import pytest

from guard.thresholds import Thresholds, load_thresholds
from tests.guard.toy import ToyEncoder
from training.thresholds import (
    ALPHA,
    CONFIRMED_SHARE,
    Examples,
    bands,
    drawn_truth,
    fit_band,
    gather,
)


def examples(n: int, sharpness: float, seed: int = 3) -> Examples:
    """Half of n items have the value; their logits are `sharpness` higher."""
    rng = np.random.default_rng(seed)
    has = np.arange(n) % 2 == 0
    logits = rng.normal(np.where(has, sharpness, -sharpness), 1.5)
    return Examples(1 / (1 + np.exp(-logits)), has)


def test_few_that_pass_an_exclude_break_it_on_fresh_data() -> None:
    band = fit_band(examples(4000, 3.0), "exclude")
    fresh = examples(4000, 3.0, seed=4)
    passed = fresh.p <= band["low"]
    weight = np.where(fresh.has, 0.2, 0.8)  # a fifth of the items judged have what is unwanted
    assert passed.mean() > 0.3
    assert (weight * fresh.has)[passed].sum() / weight[
        passed
    ].sum() <= 1.5 * CONFIRMED_SHARE * ALPHA
    assert band["low"] < band["high"]


def test_what_meets_a_require_has_it_on_fresh_data() -> None:
    band = fit_band(examples(4000, 3.0), "require")
    fresh = examples(4000, 3.0, seed=4)
    assert fresh.has[fresh.p >= band["high"]].mean() > 0.92
    assert (fresh.p[fresh.has] <= band["low"]).mean() < 0.07


@pytest.mark.parametrize(
    "poor", [examples(20, 5.0), Examples(np.linspace(0, 1, 60), np.ones(60, dtype=bool))]
)
def test_too_few_examples_give_no_band(poor: Examples) -> None:
    assert fit_band(poor, "exclude") is None and fit_band(poor, "require") is None


def test_a_picture_that_tells_nothing_never_meets() -> None:
    rng = np.random.default_rng(1)
    blind = Examples(rng.random(200), rng.random(200) < 0.5)
    assert fit_band(blind, "exclude")["low"] == 0
    assert fit_band(blind, "require")["high"] == 1


def test_a_detail_is_known_where_it_is_seen_or_seen_to_be_absent() -> None:
    from guard.picture import look

    encoder = ToyEncoder()
    seen = look(
        encoder, np.stack([encoder.picture(details="hood"), encoder.picture(), encoder.picture()])
    )
    truth = [
        {"details": frozenset({"hood"}), "no details": frozenset()},
        {"details": frozenset(), "no details": frozenset({"hood"})},
        {"details": frozenset(), "no details": frozenset()},
    ]
    assert gather(seen, truth, "details")["hood"].has.tolist() == [True, False]
    assert drawn_truth({"details": ["hood"]})["no details"] >= {"pockets", "belt"}


def test_a_values_own_band_comes_before_its_facets() -> None:
    fitted = bands({"striped": examples(400, 4.0), "solid": examples(10, 4.0)}, "pattern")
    assert set(fitted) == {"pattern/striped", "pattern"}
    default = load_thresholds().default
    table = Thresholds(
        default, {"pattern/striped": {"exclude": default["require"]}, "pattern": default}, "me"
    )
    assert table.band("pattern", "striped", "exclude", "me") == default["require"]
    assert table.band("pattern", "striped", "require", "me") == default["require"]
    assert table.band("pattern", "solid", "exclude", "me") == default["exclude"]
