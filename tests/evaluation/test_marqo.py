"""Attribute names as queries: the leaderboard's scoring, its documents, and the held-out split."""

from __future__ import annotations

import numpy as np
import pytest

from errors import InputError
from evaluation.composed.marqo import (
    PUBLISHED,
    TASKS,
    by_wish,
    held_out,
    mixed,
    relevance,
    run_task,
    scored,
)
from tests.composer.tiny_world import TinySpace


def test_scores_of_one_query() -> None:
    relevant = np.array([False, True, False, True] + [False] * 8)
    assert scored(np.array([1, 0, 3, *range(4, 12)]), relevant) == (1.0, 0.2, 1.0)
    assert scored(np.array([0, 2, 3, 4]), relevant) == (0.0, 0.1, pytest.approx(1 / 3))
    assert scored(np.array([0, 2, *range(4, 12), 1]), relevant) == (0.0, 0.0, 0.0)


def test_scores_are_those_of_ir_measures() -> None:
    ir_measures = pytest.importorskip("ir_measures")
    rng = np.random.default_rng(3)
    relevant, ranking = rng.random(40) < 0.2, rng.permutation(40)
    judged = [ir_measures.Qrel("q", str(row), int(relevant[row])) for row in range(40)]
    run = [ir_measures.ScoredDoc("q", str(row), float(-place)) for place, row in enumerate(ranking)]
    theirs = ir_measures.calc_aggregate(
        [ir_measures.P @ 1, ir_measures.P @ 10, ir_measures.RR @ 10], judged, run
    )
    ours = scored(ranking, relevant)
    assert ours == pytest.approx(
        (theirs[ir_measures.P @ 1], theirs[ir_measures.P @ 10], theirs[ir_measures.RR @ 10])
    )


def test_a_task_over_its_names() -> None:
    rows = [{"baseColour": "Red"}] * 10 + [{"baseColour": "Blue"}] * 10 + [{"baseColour": ""}]
    relevant = relevance(rows, "baseColour")
    assert {name: int(rows.sum()) for name, rows in relevant.items()} == {"Red": 10, "Blue": 10}
    documents = np.repeat(np.eye(3), (10, 10, 1), axis=0)
    right = run_task(relevant, {"Red": np.eye(3)[0], "Blue": np.eye(3)[1]}, documents)
    assert right["P@1"][0] == right["P@10"][0] == right["MRR"][0] == 1.0
    swapped = run_task(relevant, {"Red": np.eye(3)[1], "Blue": np.eye(3)[1]}, documents)
    assert swapped["P@10"][0] == 0.5


def test_documents_are_mostly_the_picture() -> None:
    pictures, titles = np.array([[3.0, 0.0]]), np.array([[0.0, 0.2]])
    np.testing.assert_allclose(mixed(pictures, titles), np.array([[0.9, 0.1]]) / np.hypot(0.9, 0.1))


def test_a_name_is_searched_in_its_slice_only() -> None:
    space = TinySpace()

    class NoWords:
        def of(self, text: str) -> None:
            return None

    query = by_wish(space, NoWords(), "Red")
    assert np.argmax(space.prototypes("color").vectors @ query[space.layout.slice("color")]) == 3
    assert not np.any(query[space.layout.slice("category")])


def test_published_figures_cover_every_task() -> None:
    assert all(set(by_task) == set(TASKS) for by_task in PUBLISHED.values())


def test_held_out_designs_alone_and_a_clear_message(tmp_path, data_dir) -> None:
    assert 500 < len(held_out(data_dir)) < 1500
    with pytest.raises(InputError, match="DATA_DIR"):
        held_out(tmp_path)


def test_a_missing_folder_is_reported(tmp_path) -> None:
    with pytest.raises(InputError, match="product_photos"):
        held_out(tmp_path)
