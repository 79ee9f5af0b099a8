"""The exact index against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from errors import InputError
from retrieval import open_index
from retrieval.faiss_index import FaissIndex

RNG = np.random.default_rng(3)
VECTORS = RNG.standard_normal((500, 24)).astype(np.float16)
QUERIES = RNG.standard_normal((7, 24)).astype(np.float32)


def brute(k: int, mask: np.ndarray | None = None) -> np.ndarray:
    scores = QUERIES @ VECTORS.astype(np.float32).T
    if mask is not None:
        scores[:, ~mask] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


@pytest.fixture(params=["fp32", "fp16"])
def index(request: pytest.FixtureRequest) -> FaissIndex:
    index = FaissIndex(request.param)
    index.build(VECTORS)
    return index


def test_it_is_exact(index: FaissIndex) -> None:
    np.testing.assert_array_equal(index.search(QUERIES, 20)[0], brute(20))


def test_masked_search_is_exact(index: FaissIndex) -> None:
    mask = RNG.random(500) < 0.1
    np.testing.assert_array_equal(index.search(QUERIES, 20, mask)[0], brute(20, mask))


def test_fewer_rows_than_asked_for(index: FaissIndex) -> None:
    nothing = np.zeros(500, dtype=bool)
    assert (index.search(QUERIES, 3, nothing)[0] == -1).all()
    rows, scores = index.search(QUERIES, 600)
    assert (rows[:, :500] >= 0).all() and (rows[:, 500:] == -1).all() and np.isneginf(scores[:, 500:]).all()


def test_equal_scores_come_by_row(index: FaissIndex) -> None:
    index.build(np.tile(VECTORS[:1], (40, 1)))
    np.testing.assert_array_equal(index.search(QUERIES, 40)[0], np.tile(np.arange(40), (7, 1)))


def test_rows_are_appended(index: FaissIndex) -> None:
    index.add(10 * VECTORS[:5])
    assert index.size == 505
    assert index.search(VECTORS[2].astype(np.float32), 1)[0][0, 0] == 502


def test_saved_and_loaded(index: FaissIndex, tmp_path) -> None:
    index.save(tmp_path / "rows.faiss")
    loaded = FaissIndex.load(tmp_path / "rows.faiss")
    np.testing.assert_array_equal(loaded.search(QUERIES, 9)[0], index.search(QUERIES, 9)[0])
    assert loaded.size == 500 and loaded.precision == index.precision


def test_faults_are_named(index: FaissIndex, tmp_path) -> None:
    (tmp_path / "junk").write_bytes(b"not an index")
    with pytest.raises(InputError, match="is no FAISS index"):
        FaissIndex.load(tmp_path / "junk")
    with pytest.raises(InputError, match="do not fit an index of 24"):
        index.search(QUERIES[:, :5], 3)
    with pytest.raises(InputError, match="do not fit an index of 24"):
        index.add(VECTORS[:, :5])
    with pytest.raises(InputError, match="does not fit 500 rows"):
        index.search(QUERIES, 3, np.ones(3, dtype=bool))
    with pytest.raises(InputError, match="allowed: auto, faiss"):
        open_index(VECTORS, "annoy")
    with pytest.raises(InputError, match="build"):
        FaissIndex().search(QUERIES, 3)


def test_auto_is_exact_and_in_full_precision_while_small() -> None:
    index = open_index(VECTORS)
    np.testing.assert_array_equal(index.search(QUERIES, 5)[0], brute(5))
    assert type(index._index).__name__ == "IndexFlatIP"
