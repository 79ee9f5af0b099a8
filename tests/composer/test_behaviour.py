"""One suite over every composer and every index, on a tiny catalogue with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from composer import KINDS, LEARNED, Query, compose, kinds_for
from retrieval import Retriever
from retrieval.faiss_index import FaissIndex
from tests.composer.lessons import tiny_weights
from tests.composer.tiny_world import TinyCatalogue, TinySpace, wish
from vocabulary.wish import Wish

SPACE = TinySpace()
CATALOGUE = TinyCatalogue(SPACE)
REFERENCE = next(
    iter(sorted(CATALOGUE.rows(category="shirt", pattern="striped", gender="men", color="red")))
)


@pytest.fixture(params=["fp32", "fp16"])
def index(request: pytest.FixtureRequest) -> FaissIndex:
    index = FaissIndex(request.param)
    index.build(CATALOGUE.vectors)
    return index


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def picture() -> np.ndarray:
    return CATALOGUE.vectors[REFERENCE].astype(np.float32)


def composed(kind: str, reference: np.ndarray | None, asked: Wish) -> Query:
    return compose(
        kind, reference, asked, None, SPACE, tiny_weights(kind) if kind in LEARNED else None
    )


def best(index: FaissIndex, kind: str, asked: Wish, k: int, with_picture: bool = True) -> list[int]:
    query = composed(kind, picture() if with_picture else None, asked)
    return [int(row) for row in index.search(query.vector, k)[0][0] if row >= 0]


def test_one_query_is_one_inner_product(index: FaissIndex, kind: str) -> None:
    query = composed(kind, picture(), wish("require color navy"))
    rows, scores = index.search(query.vector, 20)
    exact = CATALOGUE.vectors[rows[0]].astype(np.float32) @ query.vector
    np.testing.assert_allclose(scores[0], exact, atol=2e-3)
    assert query.vector.shape == (SPACE.dim,) and query.vector.dtype == np.float32
    lengths = [
        np.linalg.norm(query.vector[SPACE.layout.slice(name)]) for name in SPACE.layout.names
    ]
    np.testing.assert_allclose(list(query.weights.values()), lengths, atol=1e-6)


def test_a_picture_alone_finds_itself(index: FaissIndex, kind: str) -> None:
    if kind == "text":
        assert composed(kind, picture(), Wish()).total == 0  # it does not look at pictures
        return
    assert best(index, kind, Wish(), 1) == [REFERENCE]


def test_words_alone_find_what_they_name(index: FaissIndex, kind: str) -> None:
    wanted = CATALOGUE.rows(category="dress", color="black", pattern="solid")
    asked = wish("require category dress", "require color black", "require pattern solid")
    if kind == "image":
        assert composed(kind, None, asked).total == 0  # it does not read words
        return
    assert set(best(index, kind, asked, len(wanted), with_picture=False)) == wanted


def test_a_recoloured_reference_comes_first(index: FaissIndex, kind: str) -> None:
    wanted = CATALOGUE.rows(category="shirt", pattern="striped", gender="men", color="navy")
    found = best(index, kind, wish("require color navy"), len(wanted))
    if kind in ("image", "text"):
        assert set(found) != wanted  # half of the question is not enough
    else:
        assert set(found) == wanted


def test_a_mask_is_obeyed(index: FaissIndex, kind: str) -> None:
    mask = np.zeros(len(CATALOGUE), dtype=bool)
    mask[[3, 7, 50]] = True
    query = composed(kind, picture(), wish("require color navy"))
    rows, scores = index.search(query.vector, 5, mask)
    assert set(rows[0][:3]) == {3, 7, 50} and set(rows[0][3:]) == {-1}
    assert np.all(np.diff(scores[0][:3]) <= 0)


def test_the_retriever_keeps_what_a_recolour_leaves(index: FaissIndex, kind: str) -> None:
    """The whole ensemble: colour from the words, category and pattern from the picture."""
    asked = wish("require color navy", words="in navy")
    query = composed(kind, picture(), asked)
    hits = Retriever(CATALOGUE, SPACE, index).search(query, asked, 3)
    assert len({hit.id for hit in hits}) == len(hits) == 3
    if kind not in ("image", "text"):
        assert hits[0].row in CATALOGUE.rows(
            category="shirt", pattern="striped", gender="men", color="navy"
        )


def test_only_fitted_kinds_are_offered() -> None:
    """Nothing beside the room is fitted for the tiny space."""
    assert set(KINDS) - set(kinds_for(SPACE)) == set(LEARNED)
