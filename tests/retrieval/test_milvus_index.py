"""The index in Milvus: what the server is asked for, and what the collection holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from catalog.sequences import StackedVectors
from errors import InputError
from retrieval import MilvusLocation, build_index
from retrieval.columns import Columns
from vocabulary.wish import Constraint, PriceRange

pytest.importorskip("milvus_lite", reason="requirements-milvus.txt is not installed")

import itertools

from retrieval import milvus_collection, milvus_index
from retrieval.milvus_collection import MilvusCollection
from retrieval.milvus_index import MilvusIndex
from retrieval.milvus_server import MilvusServer
from tests.retrieval.milvus_worlds import Listed, Moody, Standalone
from tests.retrieval.test_index_behaviour import QUERIES, VECTORS, brute


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> MilvusServer:
    """MILVUS_TEST_URI: a server without collections to run against instead of Milvus Lite."""
    return MilvusServer(
        os.environ.get("MILVUS_TEST_URI") or str(tmp_path_factory.mktemp("milvus") / "rows.db")
    )


@pytest.fixture(scope="module")
def index(lite: MilvusServer) -> MilvusIndex:
    index = MilvusIndex(lite, "plain", exact_rows=0)
    index.build(VECTORS)
    return index


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[Standalone]:
    server = Standalone(tmp_path / "standalone", Moody)
    yield server
    server.stop()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The row numbers that are sent to Milvus."""
    rows: list[int] = []
    upsert = MilvusCollection.upsert

    def noted(self, numbers, vectors, records) -> None:
        rows.extend(numbers)
        upsert(self, numbers, vectors, records)

    monkeypatch.setattr(MilvusCollection, "upsert", noted)
    return rows


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, str]]:
    """(queries, limit, expression) of every search that reaches the server."""
    searches: list[tuple[int, int, str]] = []
    search = MilvusCollection.search

    def noted(self, queries, limit, where):
        searches.append((len(queries), limit, where))
        return search(self, queries, limit, where)

    monkeypatch.setattr(MilvusCollection, "search", noted)
    return searches


def held(server: MilvusServer, name: str) -> int:
    """Rows in a collection, those sent or deleted just now counted."""
    return server.call("query", name, output_fields=["count(*)"], consistency_level="Strong")[0][
        "count(*)"
    ]


# -- what the server may answer


def test_ever_longer_answers_until_enough_rows_are_allowed(
    index: MilvusIndex, asked: list, monkeypatch
) -> None:
    monkeypatch.setattr(milvus_index, "MIN_FETCH", 24)
    mask = np.random.default_rng(1).random(500) < 0.2
    np.testing.assert_array_equal(index.search(QUERIES, 5, mask)[0], brute(5, mask))
    limits = [limit for _, limit, _ in asked]
    assert (
        limits[0] == 24
        and len(limits) > 1
        and all(b >= 4 * a for a, b in itertools.pairwise(limits))
    )
    assert asked[0][0] == 7 > asked[-1][0], "what was found is not asked for again"


def test_where_the_longest_answer_holds_too_few_the_rows_are_scored_here(
    index: MilvusIndex, asked: list, monkeypatch
) -> None:
    monkeypatch.setattr(milvus_index, "MAX_FETCH", 8)
    mask = np.random.default_rng(1).random(500) < 0.05
    np.testing.assert_array_equal(index.search(QUERIES, 9, mask)[0], brute(9, mask))
    assert {limit for _, limit, _ in asked} == {8}


def test_few_rows_need_no_server(lite: MilvusServer, asked: list) -> None:
    index = MilvusIndex(lite, "plain")
    index.open(VECTORS)
    np.testing.assert_array_equal(index.search(QUERIES, 9)[0], brute(9))
    assert not asked


def test_rows_of_equal_score_beyond_the_answer_are_fetched_too(
    lite: MilvusServer, asked: list
) -> None:
    index = MilvusIndex(lite, "alike", exact_rows=0)
    index.build(np.tile(VECTORS[:1], (300, 1)))
    mask = np.ones(300, dtype=bool)
    mask[:10] = False
    np.testing.assert_array_equal(
        index.search(QUERIES, 40, mask)[0], np.tile(np.arange(10, 50), (7, 1))
    )
    assert len(asked) > 1


def test_the_wish_reaches_the_server_and_the_mask_settles(lite: MilvusServer, asked: list) -> None:
    listed = Listed(500, seed=4)
    index = MilvusIndex(lite, "listed", Columns(listed), exact_rows=0)
    index.build(VECTORS)
    wish = (Constraint(facet="brand", op="require", value='He said "no"'),)
    mask = listed.facets.allowed([[wish[0]]]) & listed.available
    mask[:50] = False  # shown before: no expression knows that
    np.testing.assert_array_equal(index.search(QUERIES, 12, mask, wish)[0], brute(12, mask))
    assert asked[0][2] == 'available == true and brand in ["", "*", "he said \\"no\\""]'
    asked.clear()
    index.search(QUERIES, 12, mask | ~listed.available, wish)
    assert asked[0][2] == 'brand in ["", "*", "he said \\"no\\""]'
    index.add(VECTORS[:3])
    assert index.search(QUERIES, 503, np.append(mask, [True] * 3), wish)[0].max() == 502


def test_a_catalogue_after_updates_has_its_fresh_rows_beside_milvus(
    lite: MilvusServer, asked: list, sent: list, monkeypatch
) -> None:
    monkeypatch.setattr(milvus_index, "EXACT_ROWS", 0)
    listed = Listed(500, seed=4)
    index = build_index(
        StackedVectors([VECTORS[:400], VECTORS[400:]]),
        "milvus",
        milvus=MilvusLocation(lite.uri, None, "parted", listed),
    )
    wish = (Constraint(facet="price", op="require", value=PriceRange(max=150)),)
    mask = listed.facets.allowed([[wish[0]]]) & listed.available
    np.testing.assert_array_equal(index.search(QUERIES, 12, mask, wish)[0], brute(12, mask))
    assert (
        sent == list(range(400))
        and "price <= 150" in asked[0][2]
        and "available == true" in asked[0][2]
    )


def test_a_server_with_many_rows_gets_a_graph(lite: MilvusServer, asked: list, monkeypatch) -> None:
    monkeypatch.setattr(milvus_collection, "HNSW_FROM_ROWS", 500)
    monkeypatch.setattr(milvus_collection, "LITE_VERSION_PREFIX", "no such server")
    index = MilvusIndex(lite, "graph", exact_rows=0)
    index.build(VECTORS)
    assert lite.call("describe_index", "graph", "vector")["index_type"] == "HNSW"
    mask = np.random.default_rng(2).random(500) < 0.5
    rows, _ = index.search(QUERIES, 10, mask)
    assert (
        np.mean([len(set(a) & set(b)) / 10 for a, b in zip(rows, brute(10, mask), strict=True)])
        >= 0.95
        and asked
    )


def test_a_server_that_refuses_an_index_chooses_its_own(lite: MilvusServer, monkeypatch) -> None:
    done = MilvusServer.try_call
    monkeypatch.setattr(
        MilvusServer,
        "try_call",
        lambda self, call, *a, **k: call != "create_index" and done(self, call, *a, **k),
    )
    index = MilvusIndex(lite, "own_choice", exact_rows=0)
    index.build(VECTORS)
    assert lite.call("describe_index", "own_choice", "vector")["index_type"] == "AUTOINDEX"


# -- what it holds


def test_a_collection_that_is_whole_is_used_as_it_is(
    index: MilvusIndex, lite: MilvusServer, sent: list
) -> None:
    again = build_index(VECTORS, "milvus", milvus=MilvusLocation(lite.uri, collection="plain"))
    np.testing.assert_array_equal(again.search(QUERIES, 9)[0], index.search(QUERIES, 9)[0])
    assert (again.kind, again.size) == ("milvus", 500) and not sent


@pytest.mark.parametrize("stop_at", [0, 200, 499])
def test_an_import_that_was_killed_goes_on(
    lite: MilvusServer, sent: list, stop_at: int, monkeypatch
) -> None:
    monkeypatch.setattr(milvus_index, "ROWS_PER_REQUEST", 100)
    noted = MilvusCollection.upsert

    def killed(self, rows, vectors, records) -> None:
        if stop_at in rows:
            raise KeyboardInterrupt
        noted(self, rows, vectors, records)

    name = f"killed_{stop_at}"
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(MilvusCollection, "upsert", killed)
        MilvusIndex(lite, name, exact_rows=0).open(VECTORS)
    before = len(sent)
    index = MilvusIndex(lite, name, exact_rows=0)
    index.open(VECTORS)
    assert sorted(sent[before:]) == list(range(stop_at // 100 * 100, 500)) and len(set(sent)) == 500
    np.testing.assert_array_equal(index.search(QUERIES, 500)[0], brute(500))


def test_an_import_that_was_killed_before_its_index_goes_on(
    lite: MilvusServer, sent: list, monkeypatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(
            MilvusCollection, "finish", lambda self, size: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        MilvusIndex(lite, "no_index", exact_rows=0).open(VECTORS)
    index = MilvusIndex(lite, "no_index", exact_rows=0)
    index.open(VECTORS)
    assert len(sent) == 500
    np.testing.assert_array_equal(index.search(QUERIES, 9)[0], brute(9))


def test_rows_sent_twice_are_there_once_and_rows_beyond_go(lite: MilvusServer) -> None:
    first = MilvusIndex(lite, "twice", exact_rows=0)
    first.open(VECTORS)
    first._collection.upsert(range(100), VECTORS[:100], None)
    assert held(lite, "twice") == 500
    shorter = MilvusIndex(lite, "twice", exact_rows=0)
    shorter.open(VECTORS[:300])
    mask = np.arange(500) < 300
    np.testing.assert_array_equal(shorter.search(QUERIES, 20)[0], brute(20, mask))
    assert held(lite, "twice") == 300


@pytest.mark.parametrize("exact_rows", [0, 2000])
def test_deleted_rows_are_never_found_until_the_catalogue_is_opened_again(
    lite: MilvusServer, exact_rows: int
) -> None:
    index = MilvusIndex(lite, f"deleted_{exact_rows}", exact_rows=exact_rows)
    index.build(VECTORS)
    gone = brute(3).ravel()
    index.delete(gone)
    mask = np.ones(500, dtype=bool)
    mask[gone] = False
    np.testing.assert_array_equal(index.search(QUERIES, 20)[0], brute(20, mask))
    np.testing.assert_array_equal(
        index.search(QUERIES, 20, np.ones(500, dtype=bool))[0], brute(20, mask)
    )
    assert held(lite, f"deleted_{exact_rows}") == mask.sum()
    with pytest.raises(InputError, match="no rows 7 to 500 in an index of 500 rows"):
        index.delete([7, 500])
    index.open(VECTORS)
    np.testing.assert_array_equal(index.search(QUERIES, 20)[0], brute(20))


def test_anothers_collection_is_left_alone(lite: MilvusServer, index: MilvusIndex) -> None:
    with pytest.raises(InputError, match=r"collection plain .* drop it"):
        MilvusIndex(lite, "plain").open(VECTORS[:, :8])
    with pytest.raises(InputError, match="other columns"):
        MilvusIndex(lite, "plain", Columns(Listed(500))).open(VECTORS)
    np.testing.assert_array_equal(index.search(QUERIES, 5)[0], brute(5))
