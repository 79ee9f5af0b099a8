"""A Milvus that is away, refuses, or is not installed: what is said, and that it is found again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from errors import InputError, WorkError
from retrieval import MilvusLocation, build_index

pytest.importorskip("milvus_lite", reason="requirements-milvus.txt is not installed")

from retrieval import milvus_collection, milvus_index, milvus_server
from retrieval.milvus_index import MilvusIndex
from retrieval.milvus_server import MilvusServer
from tests.conftest import ROOT
from tests.retrieval.milvus_worlds import Guarded, Moody, Standalone, free_port
from tests.retrieval.test_index_behaviour import QUERIES, VECTORS, brute


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> MilvusServer:
    """MILVUS_TEST_URI: a server without collections to run against instead of Milvus Lite."""
    return MilvusServer(
        os.environ.get("MILVUS_TEST_URI") or str(tmp_path_factory.mktemp("milvus") / "rows.db")
    )


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[Standalone]:
    server = Standalone(tmp_path / "standalone", Moody)
    yield server
    server.stop()


def test_no_server_is_said_at_once_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus_server, "CONNECT_SECONDS", 0.5)
    port = free_port()
    start = time.monotonic()
    told = rf"no answer from Milvus at http://127.0.0.1:{port} .*start it.*MILVUS_URI.*INDEX=auto"
    with pytest.raises(WorkError, match=told) as no:
        build_index(
            VECTORS, "milvus", milvus=MilvusLocation(f"http://root:secret@127.0.0.1:{port}")
        )
    assert time.monotonic() - start < 10
    assert "secret" not in str(no.value)


def test_a_server_that_went_away_is_told_in_a_shoppers_words_and_found_again(
    standalone: Standalone, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(milvus_collection, "SEARCH_SECONDS", 0.5)
    index = MilvusIndex(MilvusServer(standalone.uri), "away", exact_rows=0)
    index.build(VECTORS)
    standalone.stop()
    with pytest.raises(WorkError) as away:
        index.search(QUERIES, 5)
    assert (
        str(away.value) == milvus_index.SEARCH_AWAY and "127.0.0.1" not in milvus_index.SEARCH_AWAY
    )
    assert f"no answer from Milvus at {standalone.uri}" in caplog.text
    standalone.start()
    monkeypatch.setattr(milvus_collection, "SEARCH_SECONDS", 10)
    index.open(VECTORS)  # Lite on a port forgets what was loaded; a server of one's own does not
    np.testing.assert_array_equal(index.search(QUERIES, 5)[0], brute(5))


def test_what_passes_by_itself_is_tried_again(standalone: Standalone) -> None:
    index = MilvusIndex(MilvusServer(standalone.uri), "moody", exact_rows=0)
    index.build(VECTORS)
    standalone.servicer.failures = 2
    np.testing.assert_array_equal(index.search(QUERIES, 5)[0], brute(5))
    assert standalone.servicer.failures == 0


def test_a_refused_token_is_named(tmp_path: Path) -> None:
    guarded = Standalone(tmp_path / "guarded", Guarded)
    try:
        with pytest.raises(WorkError, match="refuses the token: set MILVUS_TOKEN"):
            build_index(
                VECTORS, "milvus", milvus=MilvusLocation(guarded.uri, SecretStr("root:wrong"))
            )
    finally:
        guarded.stop()


def test_a_refusal_is_told_as_one(lite: MilvusServer) -> None:
    with pytest.raises(WorkError, match=r"refuses describe_collection: .*nowhere"):
        lite.call("describe_collection", "nowhere")


def test_an_address_that_is_none_is_named() -> None:
    for uri in ("milvus:19530", "data/vectors.sqlite", ""):
        with pytest.raises(InputError, match="allowed: the address of a server"):
            MilvusServer(uri)
    with pytest.raises(InputError, match="set MILVUS_URI"):
        build_index(VECTORS, "milvus")


def test_a_file_that_another_process_has_open_is_named(tmp_path: Path) -> None:
    lite = MilvusServer(str(tmp_path / "mine.db"))
    assert lite.version.startswith(milvus_collection.LITE_VERSION_PREFIX)
    code = (
        "from retrieval import MilvusLocation, build_index\nimport numpy as np\n"
        "from errors import WorkError\n"
        "try: build_index(np.ones((3, 4)), 'milvus', milvus=MilvusLocation(%r))\n"
        "except WorkError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code % lite.uri],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "serves one process" in done.stdout and "Traceback" not in done.stderr, done.stderr


def test_a_file_in_milvus_uri_does_not_stop_the_client_from_loading(tmp_path: Path) -> None:
    code = (
        "from retrieval.milvus_server import pymilvus\nimport os\n"
        "print(pymilvus().__name__, os.environ['MILVUS_URI'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={"MILVUS_URI": "data/milvus.db", "PATH": ""},
    )
    assert done.stdout.split() == ["pymilvus", "data/milvus.db"], done.stderr


def test_without_the_client_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    milvus_server.pymilvus.cache_clear()
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(InputError, match=r"pip install -r requirements-milvus\.txt"):
        build_index(VECTORS, "milvus", milvus=MilvusLocation("http://127.0.0.1:19530"))
    monkeypatch.undo()
    milvus_server.pymilvus.cache_clear()
