"""Mining queries from attributes, and fitting learned composers to them."""

from __future__ import annotations

import numpy as np
import pytest

import vocabulary
from composer import Weights
from composer.learned import NETWORKS
from errors import InputError
from tests.composer.lessons import QUICK, tiny_gallery
from tests.composer.tiny_world import TinySpace
from training.composers.fit import Trainer, pool
from training.composers.gallery import CORE, Gallery, Known, drawn_galleries, photo_galleries
from training.composers.triplets import Miner, mine, tally

SPACE = TinySpace()
GALLERY = tiny_gallery(SPACE)


def test_targets_meet_the_change_and_keep_the_rest() -> None:
    queries = Miner(GALLERY, 3).mine(150)
    assert len(queries) > 140
    for query in queries:
        changed = {c.facet for c in query.wish.constraints}
        for row in query.targets:
            for c in query.wish.constraints:
                labels = GALLERY.items[row].all_of[c.facet]
                if c.op in ("require", "prefer", "exclude"):
                    assert any(vocabulary.covers(c.facet, str(c.value), v) for v in labels) == (
                        c.op != "exclude"
                    )
            for facet in set(CORE) - changed:
                assert (
                    GALLERY.items[row].all_of[facet] == GALLERY.items[query.reference].all_of[facet]
                )
        assert query.reference in query.open and query.reference not in query.targets


def test_all_kinds_of_change_are_mined() -> None:
    counted = tally(Miner(GALLERY, 3).mine(400))
    assert {"1 changes", "2 changes", "require", "exclude", "prefer"} <= set(counted)
    assert counted.get("more", 0) + counted.get("less", 0) > 0


def test_comparatives_ask_for_what_lies_beyond() -> None:
    darkness = {"black": 3, "navy": 2, "blue": 1, "red": 1, "white": 0}
    seen = 0
    for query in Miner(GALLERY, 5).mine(400):
        own = darkness[min(GALLERY.items[query.reference].all_of["color"])]
        for c in query.wish.constraints:
            if c.facet == "color" and c.op in ("more", "less") and c.value in ("dark", "light"):
                darker = (c.op == "more") == (c.value == "dark")
                others = [
                    darkness[min(GALLERY.items[row].all_of["color"])] for row in query.targets
                ]
                assert all(other >= own if darker else other <= own for other in others)
                seen += 1
    assert seen >= 3


def test_unknown_labels_take_no_part_in_queries() -> None:
    """Items of unknown pattern are neither targets nor counterexamples of "striped"."""
    items = tuple(
        Known({k: v for k, v in item.all_of.items() if k != "pattern" or row % 2}, {}, {}, {})
        for row, item in enumerate(GALLERY.items)
    )
    half = Gallery("half known", GALLERY.vectors, items)
    for query in Miner(half, 1).mine(200):
        if any(c.facet == "pattern" for c in query.wish.constraints):
            assert all(row % 2 for row in query.targets)


def test_one_of_several_labels_is_not_known() -> None:
    photo = Known(
        {},
        {"color": frozenset({"blue", "navy"}), "pattern": frozenset({"floral", "graphic"})},
        {"hood": False},
        {},
    )
    gallery = Gallery("one photo", np.zeros((1, SPACE.dim), dtype=np.float32), (photo,))
    assert [int(gallery.fact("color", v)[0]) for v in ("blue", "navy", "red")] == [1, -1, 0]
    assert [int(gallery.fact("pattern", v)[0]) for v in ("patterned", "floral", "striped")] == [
        1,
        -1,
        0,
    ]
    assert [int(gallery.fact("details", v)[0]) for v in ("hood", "zipper")] == [0, -1]


def test_too_few_labels_are_named() -> None:
    bare = Gallery(
        "a bare shop", GALLERY.vectors, tuple(Known({}, {}, {}, {}) for _ in GALLERY.items)
    )
    with pytest.raises(
        InputError, match=r"a bare shop: its labels give 0 composed queries.*more labelled items"
    ):
        mine(bare, 300, 0)


def trainer(work, steps: int = 60) -> Trainer:
    parts = [
        pool(NETWORKS["film"], GALLERY, Miner(GALLERY, seed).mine(120), {}, SPACE, Weights())
        for seed in (1, 2)
    ]
    recipe = QUICK.__class__(
        steps=steps, batch=32, candidates=60, look_every=20, save_every=20, noise=0.0, rate=6e-3
    )
    return Trainer("film", SPACE, Weights(), parts[:1], parts[1:], recipe, work)


def test_training_improves_and_a_resumed_run_gives_the_same_result(tmp_path) -> None:
    whole = trainer(tmp_path / "whole")
    tensors = whole.run()
    assert whole.reached > whole.first + 0.1
    halted = trainer(tmp_path / "halted")
    while halted.step < 20:
        halted._advance()
    halted.save()
    again = trainer(tmp_path / "halted")
    assert again.resume() and again.step == 20
    again.run()
    assert again.step == 60
    np.testing.assert_allclose(
        again._values()["film.weight"].numpy(), whole._values()["film.weight"].numpy(), atol=1e-5
    )
    assert set(tensors) == set(NETWORKS["film"].start(SPACE, Weights(), 0))


def test_a_checkpoint_of_another_run_is_ignored(tmp_path) -> None:
    trainer(tmp_path).save()
    assert not trainer(tmp_path, steps=80).resume()


def test_missing_data_is_named(tmp_path) -> None:
    with pytest.raises(InputError, match="DATA_DIR"):
        photo_galleries(tmp_path, SPACE, tmp_path)
    with pytest.raises(InputError, match="catalog demo"):
        drawn_galleries(tmp_path / "none", SPACE)
