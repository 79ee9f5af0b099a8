"""Latency benchmark: every path and stage, stages that add up to the turn, recall, sizes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agent import Stylist
from agent.planner import OFFLINE
from errors import InputError, WorkError
from evaluation.latency import growth as latency_growth
from evaluation.latency import run as latency
from evaluation.latency.overhead import overhead
from evaluation.latency.paths import PATHS, QUICK, chosen, keeps
from evaluation.latency.search import SHARES, K, exact_scores, recall, searches
from evaluation.latency.start import PARTS, _cached_share, _drop, memory_mb, starts
from evaluation.latency.turns import (
    TimedTurn,
    conversations,
    figures,
    through_agent,
    through_retrieval,
)

STAGES = {
    "memory",
    "decode",
    "encode",
    "store",
    "look",
    "plan",
    "thought",
    "compose",
    "search",
    "items",
    "guard",
    "rank",
    "action",
    "critic",
    "speak",
}


@pytest.fixture(scope="module")
def result(demo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Run every path but the verifier on a small catalogue, with a model that answers at once."""
    out = tmp_path_factory.mktemp("latency") / "latency.json"
    made = latency.run(
        demo_dir,
        sessions=4,
        out=out,
        paths=["retrieval", "agent", "auto", "llm"],
        few=1,
        delays=(0.0, 0.0),
        start=False,
    )
    assert json.loads(out.read_text()) == made
    return made


def test_the_figures_of_the_contract_are_present(result: dict) -> None:
    assert result["items"] == 200 and result["rss_mb"] > 100
    for name in ("text_turn_ms", "photo_turn_ms", "search_ms"):
        assert 0 < result[name]["p50"] <= result[name]["p95"] <= result[name]["p99"]
    assert result["recall_at_10"] == 1.0, "the index of a small catalogue is exact"
    assert {"cpu", "cores", "date"} <= set(result["machine"])


def test_every_path_and_stage_is_present(result: dict) -> None:
    assert set(result["paths"]) == {"retrieval", "agent", "auto", "llm"}
    assert set(result["paths"]["agent"]["stages_ms"]) == STAGES
    assert set(result["paths"]["retrieval"]["stages_ms"]) == {
        "decode",
        "encode",
        "compose",
        "search",
        "rank",
    }
    assert result["paths"]["llm"]["turns"] == 4 and result["paths"]["agent"]["turns"] == 16


def test_recall_is_exact_under_every_filter(result: dict) -> None:
    assert {row["kept"] for row in result["filters"]} == set(SHARES)
    assert [row["recall_at_10"] for row in result["filters"]] == [1.0] * len(result["filters"])
    assert len(result["filters"]) == 1 + 3 * (len(SHARES) - 1)


def test_stages_make_up_a_turn_and_overhead_is_the_rest(stylist: Stylist) -> None:
    talks = conversations(2, seed=1)
    turns = through_agent(stylist, talks, OFFLINE)
    assert [turn.kind for turn in turns] == ["text"] * 4 + ["photo"] + ["text"] * 3
    for turn in turns:
        work = sum(ms for stage, ms in turn.ms.items() if stage != "total")
        assert work <= turn.ms["total"]
        assert turn.overhead == pytest.approx(turn.ms["total"] - work + turn.ms["memory"])
    figures_ms = overhead(stylist, turns, talks[:1])
    assert set(figures_ms) == {
        "total_ms",
        "memory_ms",
        "graph_and_trace_ms",
        "graph_alone_ms",
        "loop_alone_ms",
    }
    assert figures_ms["loop_alone_ms"]["p50"] < figures_ms["graph_alone_ms"]["p50"]


def test_retrieval_alone_leaves_out_turns_without_a_search(
    stylist: Stylist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        stylist, "chat", lambda *args, **kwargs: pytest.fail("retrieval alone does not talk")
    )
    talks = conversations(4, seed=0)
    texts = [message.text for talk in talks for message in talk]
    turns = through_retrieval(stylist, talks)
    assert (
        len(turns) == len(texts) - texts.count("why this one?")
        and [t.kind for t in turns].count("photo") == 2
    )


def test_sessions_are_the_same_for_the_same_seed() -> None:
    assert conversations(3, seed=5) == conversations(3, seed=5) != conversations(3, seed=6)


def test_the_budget_is_judged_at_p95() -> None:
    made = figures([TimedTurn("text", {"total": 10.0})] * 9 + [TimedTurn("text", {"total": 900.0})])
    assert made["within_200_ms"] == {"text": 0.9} and not keeps(made)
    assert keeps(
        figures([TimedTurn("text", {"total": 199.0}), TimedTurn("photo", {"total": 150.0})])
    )


def test_paths_are_chosen_by_name() -> None:
    assert (
        chosen(None) == QUICK
        and chosen(["all"]) == PATHS
        and chosen(["verifier-1", "agent"]) == ("agent", "verifier-1")
    )
    with pytest.raises(InputError, match="no path fast; allowed: retrieval, agent"):
        chosen(["fast"])


def test_a_missed_row_lowers_recall_and_a_tie_does_not() -> None:
    vectors = np.vstack([np.eye(12), np.eye(12)[:1]]).astype(
        np.float16
    )  # the last row is the first again
    query = np.linspace(1, 0.1, 12, dtype=np.float32)[None]
    best = exact_scores(vectors, query, None)
    assert best.shape == (1, K) and best[0, 0] == best[0, 1] == 1.0
    right = np.array([[0, 12, 1, 2, 3, 4, 5, 6, 7, 8]])
    assert recall(vectors, query, right, best) == 1.0
    assert recall(vectors, query, np.where(right == 4, 11, right), best) == pytest.approx(0.9)
    tied = np.zeros(13, dtype=bool)
    tied[[0, 12, 5]] = True
    few = exact_scores(vectors, query, tied)
    assert (
        np.isinf(few[0, 3])
        and recall(vectors, query, np.array([[12, 0, 5] + [-1] * 7]), few) == 1.0
    )
    assert recall(vectors, query, np.array([[12, 5] + [-1] * 8]), few) == pytest.approx(2 / 3)


def test_an_index_that_misses_is_detected(stylist: Stylist) -> None:
    class Forgetful:
        def search(self, queries, k, mask=None):
            rows, scores = stylist.retriever.index.search(queries, k, mask)
            return np.where(np.arange(k) == 0, -1, rows), scores

    figures_by_filter = searches(stylist.catalog, Forgetful(), seed=0, queries=5)
    assert figures_by_filter[0]["recall_at_10"] == pytest.approx(0.9)


@pytest.mark.slow
def test_a_start_is_timed_part_by_part(demo_dir: Path) -> None:
    measured = starts(demo_dir)
    assert set(measured) == {"cold", "warm"} and measured["cold"]["still_held"] <= 1
    for start in measured.values():
        assert (
            sum(start[part] for part in PARTS) <= start["total"] + 0.1
            and start["memory_mb"]["peak"] > 100
        )


def test_a_file_is_dropped_from_the_page_cache(tmp_path: Path) -> None:
    file = tmp_path / "vectors.npy"
    file.write_bytes(b"x" * 1_000_000)
    assert 0 <= _cached_share(file) <= 1
    if (
        _drop(file) and (share := _cached_share(file)) != 1.0
    ):  # some file systems live in memory and forget nothing
        assert share < 0.1
    assert file.read_bytes() == b"x" * 1_000_000


def test_memory_is_split_into_anonymous_and_files() -> None:
    memory = memory_mb()
    assert (
        0 < memory["anonymous"] + memory["files"] <= memory["now"] + 1
        and memory["now"] <= memory["peak"] + 1
    )


def test_sizes_are_read_and_bad_ones_named(demo_dir: Path) -> None:
    assert latency_growth._sizes("1000, 10_000,1000") == [1000, 10_000]
    for bad in ("", "a few", "-5", "1000;2000"):
        with pytest.raises(InputError, match="--grow"):
            latency_growth.run(demo_dir, bad)


def test_sizes_are_measured_separately_and_plotted(
    demo_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: dict
) -> None:
    asked = []

    def measured(catalog: Path, size: int, folder: Path, options: list) -> dict:
        asked.append((size, options[options.index("--paths") + 1]))
        return {
            **result,
            "items": size,
            "search_ms": {"p50": size / 1000, "p95": size / 500, "p99": size / 100},
        }

    monkeypatch.setattr(latency_growth, "_measured", measured)
    growth = latency_growth.run(demo_dir, "100,1000,10000", out=tmp_path / "growth.json")
    assert asked == [(size, "retrieval,agent") for size in (100, 1000, 10_000)]
    assert growth["extrapolated"]["search_ms"] == {"p50": 10_000.0, "p95": 20_000.0}
    assert "not a measurement" in growth["extrapolated"]["note"]
    assert "index search, p95, 20" in (tmp_path / "growth.svg").read_text()
    assert json.loads((tmp_path / "growth.json").read_text()) == growth


def test_a_size_that_fails_is_reported(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="measuring 50 items failed"):
        latency_growth._measured(tmp_path, 50, tmp_path, ["--sessions", "0"])
