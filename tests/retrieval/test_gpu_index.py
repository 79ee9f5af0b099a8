"""The GPU index, with a stand-in for the flat index on any machine, and the real one on a GPU."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from errors import InputError
from retrieval.faiss_index import FaissIndex
from retrieval.gpu_index import MAX_GPU_HITS, GpuIndex, flat_gpu_index, has_gpu

RNG = np.random.default_rng(5)
VECTORS = RNG.standard_normal((3000, 16)).astype(np.float16)
QUERIES = RNG.standard_normal((5, 16)).astype(np.float32)


class StandIn:
    """A flat index that knows no filter and counts its searches, as on a GPU."""

    def __init__(self, vectors: np.ndarray) -> None:
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors.astype(np.float32))
        self.ntotal, self.d, self.fetched = len(vectors), vectors.shape[1], []

    def search(self, queries: np.ndarray, k: int):
        assert k <= MAX_GPU_HITS
        self.fetched.append(k)
        return self._index.search(queries, k)

    def add(self, vectors: np.ndarray) -> None:
        self._index.add(vectors)
        self.ntotal = self._index.ntotal


def exact() -> FaissIndex:
    index = FaissIndex("fp32")
    index.build(VECTORS)
    return index


@pytest.fixture
def index() -> GpuIndex:
    return GpuIndex(exact(), StandIn(VECTORS))


@pytest.mark.parametrize(
    ("share", "by_gpu"), [(1.0, True), (0.5, True), (0.05, True), (0.002, False)]
)
def test_filtered_searches_are_exact(index: GpuIndex, share: float, by_gpu: bool) -> None:
    mask = RNG.random(len(VECTORS)) < share if share < 1 else None
    rows, scores = index.search(QUERIES, 20, mask)
    expected, theirs = exact().search(QUERIES, 20, mask)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(scores, theirs, rtol=1e-5)
    assert bool(index.flat.fetched) is by_gpu


def test_a_filter_against_the_query_falls_back(index: GpuIndex) -> None:
    """The best rows are just those that the filter takes out: too few of the fetched ones pass."""
    mask = np.zeros(len(VECTORS), dtype=bool)
    mask[exact().search(QUERIES[:1], len(VECTORS))[0][0, -1500:]] = True
    np.testing.assert_array_equal(
        index.search(QUERIES[:1], 10, mask)[0], exact().search(QUERIES[:1], 10, mask)[0]
    )
    assert index.flat.fetched


def test_more_than_a_gpu_returns(index: GpuIndex) -> None:
    np.testing.assert_array_equal(index.search(QUERIES, 2500)[0], exact().search(QUERIES, 2500)[0])
    assert not index.flat.fetched


def test_rows_are_appended_and_faults_told(index: GpuIndex) -> None:
    index.add(10 * VECTORS[:3])
    assert index.size == 3003 and index.search(VECTORS[1].astype(np.float32), 1)[0][0, 0] == 3001
    with pytest.raises(InputError, match="dimensions"):
        index.search(QUERIES[:, :5], 3)
    with pytest.raises(InputError, match="mask of shape"):
        index.search(QUERIES, 3, np.ones(7, dtype=bool))
    with pytest.raises(InputError, match="10 rows on the GPU"):
        GpuIndex(exact(), StandIn(VECTORS[:10]))


@pytest.mark.gpu
@pytest.mark.skipif(not has_gpu(), reason="no GPU, or faiss was built without")
def test_the_real_gpu_agrees_with_the_cpu() -> None:
    index = GpuIndex(exact(), flat_gpu_index(VECTORS))
    for mask in (None, RNG.random(len(VECTORS)) < 0.3):
        np.testing.assert_array_equal(
            index.search(QUERIES, 10, mask)[0], exact().search(QUERIES, 10, mask)[0]
        )
