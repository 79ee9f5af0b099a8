"""What every index does, against brute force: FAISS, lists, and Milvus if it is installed."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from errors import InputError
from retrieval import BuildableIndex, build_index
from retrieval.faiss_index import FaissIndex
from retrieval.ivf_index import IvfIndex

RNG = np.random.default_rng(3)
# Multiples of 1/16 and 1/256, so that every inner product is exact in float32 whatever the order of
# its sum, and no test depends on a processor's rounding.
VECTORS = (np.round(RNG.standard_normal((500, 24)) * 16) / 16).astype(np.float16)
QUERIES = (np.round(RNG.standard_normal((7, 24)) * 256) / 256).astype(np.float32)
KINDS = [
    "fp32",
    "fp16",
    "ivf",
    pytest.param(
        "milvus",
        marks=pytest.mark.skipif(
            not (find_spec("pymilvus") and find_spec("milvus_lite")),
            reason="requirements-milvus.txt is not installed",
        ),
    ),
]


def brute(k: int, mask: np.ndarray | None = None) -> np.ndarray:
    scores = QUERIES @ VECTORS.astype(np.float32).T
    if mask is not None:
        scores[:, ~mask] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


@pytest.fixture(scope="module", params=KINDS)
def make(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], BuildableIndex]:
    """An empty index. MILVUS_TEST_URI: a server to run against instead of Milvus Lite."""
    if request.param in ("fp32", "fp16"):
        return lambda: FaissIndex(request.param)
    if request.param == "ivf":
        return IvfIndex
    from retrieval.milvus_index import MilvusIndex
    from retrieval.milvus_server import MilvusServer

    server = MilvusServer(
        os.environ.get("MILVUS_TEST_URI") or str(tmp_path_factory.mktemp("milvus") / "rows.db")
    )
    numbers = count()
    return lambda: MilvusIndex(server, f"behaviour_{next(numbers)}", exact_rows=0)


@pytest.fixture(scope="module")
def index(make: Callable[[], BuildableIndex]) -> BuildableIndex:
    index = make()
    index.build(VECTORS)
    return index


def test_it_is_exact(index: BuildableIndex) -> None:
    np.testing.assert_array_equal(index.search(QUERIES, 20)[0], brute(20))


def test_masked_search_is_exact(index: BuildableIndex) -> None:
    mask = RNG.random(500) < 0.1
    np.testing.assert_array_equal(index.search(QUERIES, 20, mask)[0], brute(20, mask))


def test_fewer_rows_than_asked_for(index: BuildableIndex) -> None:
    nothing = np.zeros(500, dtype=bool)
    assert (index.search(QUERIES, 3, nothing)[0] == -1).all()
    rows, scores = index.search(QUERIES, 600)
    assert (
        (rows[:, :500] >= 0).all()
        and (rows[:, 500:] == -1).all()
        and np.isneginf(scores[:, 500:]).all()
    )


def test_faults_are_named(index: BuildableIndex, make: Callable[[], BuildableIndex]) -> None:
    with pytest.raises(InputError, match="do not fit an index of 24"):
        index.search(QUERIES[:, :5], 3)
    with pytest.raises(InputError, match="do not fit an index of 24"):
        index.add(VECTORS[:, :5])
    with pytest.raises(InputError, match="does not fit 500 rows"):
        index.search(QUERIES, 3, np.ones(3, dtype=bool))
    with pytest.raises(InputError, match="build"):
        make().search(QUERIES, 3)


def test_it_can_be_saved(index: BuildableIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "rows")
    np.testing.assert_array_equal(index.search(QUERIES, 5)[0], brute(5))


def test_rows_are_appended(make: Callable[[], BuildableIndex]) -> None:
    index = make()
    index.build(VECTORS)
    index.add(10 * VECTORS[:5])
    assert index.size == 505
    assert index.search(VECTORS[2].astype(np.float32), 1)[0][0, 0] == 502


def test_equal_scores_come_by_row(make: Callable[[], BuildableIndex]) -> None:
    index = make()
    index.build(VECTORS)
    index.build(np.tile(VECTORS[:1], (40, 1)))
    np.testing.assert_array_equal(index.search(QUERIES, 40)[0], np.tile(np.arange(40), (7, 1)))


def test_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="allowed: auto, faiss, ivf, milvus"):
        build_index(VECTORS, "annoy")
