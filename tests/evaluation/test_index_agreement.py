"""Index agreement: exact results by brute force, lower when an index errs, rows without text."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from errors import InputError
from evaluation.latency.index_agreement import Filter, exact, run
from retrieval.faiss_index import FaissIndex

KINDS = ["faiss", "ivf", *(["milvus"] if find_spec("milvus_lite") else [])]


def test_the_exact_ten_equal_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.latency.index_agreement.CHUNK", 33)
    rng = np.random.default_rng(0)
    vectors, queries = (
        rng.standard_normal((200, 8)).astype(np.float16),
        rng.standard_normal((3, 8)).astype(np.float32),
    )
    mask = rng.random(200) < 0.5
    few = np.arange(200) < 4
    rows_by_filter = exact(
        vectors, queries, [Filter("all", None), Filter("half", mask), Filter("few", few)]
    )
    scores = queries @ vectors.astype(np.float32).T
    for place in range(3):
        np.testing.assert_array_equal(rows_by_filter[0][place], np.argsort(-scores[place])[:10])
        np.testing.assert_array_equal(
            rows_by_filter[1][place], np.argsort(-np.where(mask, scores[place], -np.inf))[:10]
        )
        assert sorted(rows_by_filter[2][place]) == [0, 1, 2, 3]


def test_every_kind_agrees_with_exact_search(demo_dir: Path, capsys: pytest.CaptureFixture) -> None:
    run(demo_dir, kinds=KINDS, queries=5, server_alone=True)
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["items"] == 200 and set(last["kinds"]) == set(KINDS)
    for figures in last["kinds"].values():
        assert set(figures["filters"]) == {"100%", "50%", "10%", "1%", "0.1%", "as wishes tell"}
        assert all(part["agreement_at_10"][0] >= 0.99 for part in figures["filters"].values())


def test_a_faulty_index_scores_lower_and_rows_can_be_multiplied(
    demo_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = FaissIndex.search
    monkeypatch.setattr(
        FaissIndex, "search", lambda self, queries, k, *rest: search(self, -queries, k, *rest)
    )
    result = run(demo_dir, kinds=["faiss"], items=700, queries=5)
    assert result["items"] == 700 and "as wishes tell" not in result["kinds"]["faiss"]["filters"]
    assert result["kinds"]["faiss"]["filters"]["100%"]["agreement_at_10"][0] == 0.0


def test_an_unknown_kind_is_named(demo_dir: Path) -> None:
    with pytest.raises(InputError, match="annoy to measure; allowed: faiss, ivf, milvus"):
        run(demo_dir, kinds=["annoy"])
