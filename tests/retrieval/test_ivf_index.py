"""The inverted file: exact scores of nearly all the right rows, whatever a filter leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import InputError
from retrieval import build_index, factory
from retrieval.ivf_index import IvfIndex, lists_for

RNG = np.random.default_rng(5)
CENTRES = RNG.standard_normal((60, 24))
VECTORS = (CENTRES[RNG.integers(60, size=6000)] + 0.4 * RNG.standard_normal((6000, 24))).astype(
    np.float16
)
QUERIES = (CENTRES[RNG.integers(60, size=20)] + 0.4 * RNG.standard_normal((20, 24))).astype(
    np.float32
)


def brute(k: int, mask: np.ndarray | None = None) -> np.ndarray:
    scores = QUERIES @ VECTORS.astype(np.float32).T
    if mask is not None:
        scores[:, ~mask] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


@pytest.fixture(scope="module")
def index() -> IvfIndex:
    index = IvfIndex(lists=64)
    index.build(VECTORS)
    return index


@pytest.fixture
def lists_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No filter is small enough to be answered row by row."""
    monkeypatch.setattr("retrieval.ivf_index.EXACT_ROWS", 5)


def recall(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(
        np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, wanted, strict=True)])
    )


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.02])
def test_nearly_all_the_right_rows_at_any_filter(
    index: IvfIndex, lists_only: None, share: float
) -> None:
    mask = None if share == 1.0 else np.random.default_rng(1).random(6000) < share
    rows, scores = index.search(QUERIES, 10, mask)
    assert recall(rows, brute(10, mask)) >= 0.99
    exact = np.take_along_axis(QUERIES @ VECTORS.astype(np.float32).T, rows, axis=1)
    np.testing.assert_allclose(scores, exact, rtol=1e-5)
    assert mask is None or mask[rows].all()


def test_a_small_rest_is_scored_row_by_row(index: IvfIndex) -> None:
    mask = RNG.random(6000) < 0.01
    np.testing.assert_array_equal(index.search(QUERIES, 20, mask)[0], brute(20, mask))


def test_fewer_rows_than_asked_for(index: IvfIndex) -> None:
    assert (index.search(QUERIES, 3, np.zeros(6000, dtype=bool))[0] == -1).all()
    few = np.zeros(6000, dtype=bool)
    few[[7, 4000]] = True
    rows, scores = index.search(QUERIES, 5, few)
    assert (
        {7, 4000} == set(rows[0, :2])
        and (rows[:, 2:] == -1).all()
        and np.isneginf(scores[:, 2:]).all()
    )


def test_equal_scores_come_by_row() -> None:
    index = IvfIndex()
    index.build(np.tile(VECTORS[:1], (40, 1)))
    np.testing.assert_array_equal(index.search(QUERIES, 40)[0], np.tile(np.arange(40), (20, 1)))


def test_rows_are_appended(lists_only: None) -> None:
    index = IvfIndex(lists=16)
    index.build(VECTORS[:2000])
    index.add(10 * VECTORS[:5])
    assert index.size == 2005
    assert index.search(VECTORS[2].astype(np.float32), 1)[0][0, 0] == 2002


def test_lists_are_kept_and_read_again(tmp_path: Path, lists_only: None) -> None:
    kept = tmp_path / "lists.faiss"
    made = build_index(VECTORS, "ivf", kept)
    stamp = kept.stat().st_mtime_ns
    read = build_index(VECTORS, "ivf", kept)
    assert kept.stat().st_mtime_ns == stamp and read.kind == "ivf" and read.size == 6000
    np.testing.assert_array_equal(read.search(QUERIES, 9)[0], made.search(QUERIES, 9)[0])
    with pytest.raises(InputError, match="holds 6000 rows of 24"):
        build_index(VECTORS[:50], "ivf", kept)
    kept.write_bytes(b"junk")
    with pytest.raises(InputError, match="is no FAISS index"):
        build_index(VECTORS, "ivf", kept)


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    assert build_index(VECTORS, "ivf", tmp_path / "missing" / "lists.faiss").size == 6000


def test_auto_goes_by_the_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_index(VECTORS).kind == "faiss"
    monkeypatch.setattr(factory, "IVF_FROM_ROWS", 6000)
    assert build_index(VECTORS).kind == "ivf"
    assert [lists_for(rows) for rows in (1, 2_400, 200_000, 1_000_000, 10_000_000)] == [
        4,
        256,
        2048,
        4096,
        4096,
    ]


def test_faults_are_named(index: IvfIndex) -> None:
    with pytest.raises(InputError, match="do not fit an index of 24"):
        index.search(QUERIES[:, :5], 3)
    with pytest.raises(InputError, match="do not fit an index of 24"):
        index.add(VECTORS[:, :5])
    with pytest.raises(InputError, match="does not fit 6000 rows"):
        index.search(QUERIES, 3, np.ones(3, dtype=bool))
    with pytest.raises(InputError, match="build"):
        IvfIndex().search(QUERIES, 3)


def test_lists_from_disk_can_grow(tmp_path) -> None:
    built, mapped = IvfIndex(), IvfIndex()
    built.build(VECTORS)
    built.save(tmp_path / "lists.faiss")
    mapped.load_lists(tmp_path / "lists.faiss", VECTORS)
    for index in (built, mapped):
        index.add(10 * VECTORS[:5])
    np.testing.assert_array_equal(mapped.search(QUERIES, 10)[0], built.search(QUERIES, 10)[0])
    assert mapped.size == len(VECTORS) + 5


def test_a_filter_far_from_the_query_is_searched_where_its_rows_are() -> None:
    """The query is of one kind, the filter of another: no near list holds an allowed row."""
    kinds = RNG.integers(60, size=20_000)
    rows = (CENTRES[kinds] + 0.4 * RNG.standard_normal((20_000, 24))).astype(np.float16)
    index = IvfIndex(lists=256)
    index.build(rows)
    mask = kinds >= 30
    queries = (CENTRES[RNG.integers(30, size=20)] + 0.4 * RNG.standard_normal((20, 24))).astype(
        np.float32
    )
    scores = queries @ rows.astype(np.float32).T
    scores[:, ~mask] = -np.inf
    exact = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    found = index.search(queries, 10, mask)[0]
    agreed = np.mean(
        [len(set(a) & set(b)) / 10 for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
    )
    assert agreed >= 0.95 and mask[found].all()
