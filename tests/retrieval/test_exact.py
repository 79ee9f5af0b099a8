"""Exact scores of what an index proposes."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.exact import rescore_exact


def test_the_best_come_first_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    vectors, queries = (
        rng.standard_normal((90, 8)).astype(np.float16),
        rng.standard_normal((2, 8)).astype(np.float32),
    )
    proposed = [rng.permutation(90)[:50], np.array([3])]
    monkeypatch.setattr("retrieval.exact.ROWS_PER_BLOCK", 7)
    rows, scores = rescore_exact(vectors, queries, proposed, 4)
    wanted = vectors[proposed[0]].astype(np.float32) @ queries[0]
    np.testing.assert_array_equal(rows[0], proposed[0][np.argsort(-wanted)[:4]])
    np.testing.assert_allclose(scores[0], np.sort(wanted)[::-1][:4], rtol=1e-5)
    assert rows[1].tolist() == [3, -1, -1, -1] and np.isneginf(scores[1, 1:]).all()


@pytest.mark.parametrize("size", [7, 301, 1003])
def test_equal_vectors_have_equal_scores_wherever_they_stand(size: int) -> None:
    rng = np.random.default_rng(1)
    alike = np.tile(rng.standard_normal((1, 256)).astype(np.float16), (size, 1))
    rows, scores = rescore_exact(
        alike, rng.standard_normal((1, 256)).astype(np.float32), [np.arange(size)[::-1]], size
    )
    assert len(np.unique(scores)) == 1
    np.testing.assert_array_equal(rows[0], np.arange(size))
