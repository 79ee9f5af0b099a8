"""Randomised drawings: seeded, labelled, and unlike the shop's."""

from __future__ import annotations

import numpy as np
import pytest

import vocabulary
from demo import Design, plan_items, render_training
from demo.assortment import models
from demo.training import training_design


def test_the_same_generator_draws_the_same_picture() -> None:
    (one, truth), (two, same) = (render_training(np.random.default_rng(4), 64) for _ in range(2))
    assert (
        one.tobytes() == two.tobytes()
        and truth == same
        and one.size == (64, 64)
        and one.mode == "RGB"
    )
    assert render_training(np.random.default_rng(5), 64)[0].tobytes() != one.tobytes()


@pytest.mark.parametrize("category", list(models()))
def test_every_kind_can_be_drawn_to_train_on(category: str) -> None:
    for seed in range(2):
        picture, truth = render_training(np.random.default_rng(seed), 48, category)
        assert truth["category"] == [category] and np.asarray(picture).std() > 3


def test_the_truths_cover_the_fine_attributes() -> None:
    rng = np.random.default_rng(0)
    designs = [training_design(rng)[0] for _ in range(500)]
    details = {detail for design in designs for detail in design.details}
    assert set(vocabulary.leaf_values("details")) - details == set()
    assert set(vocabulary.leaf_values("pattern")) == {design.pattern.name for design in designs}
    assert set(vocabulary.leaf_values("neckline")) <= {design.neckline for design in designs}
    assert 0.3 < np.mean([design.pattern.name == "solid" for design in designs]) < 0.6


def test_prints_and_proportions_are_not_the_shops() -> None:
    rng = np.random.default_rng(1)
    shop = {
        drawn.design.pattern.seed
        for drawn in plan_items(150)
        if drawn.design.pattern.name != "solid"
    }
    trained = [training_design(rng)[0] for _ in range(60)]
    assert not shop & {design.pattern.seed for design in trained if design.pattern.name != "solid"}
    assert all(design.spread > 2 * Design("d", 0, "dress").spread for design in trained)
