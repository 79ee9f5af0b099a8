"""The whole agent over Milvus: the replies of FAISS, and a clear word if the server is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import Stylist
from errors import InputError, WorkError
from settings import load_settings

pytest.importorskip("milvus_lite", reason="requirements-milvus.txt is not installed")

from retrieval import milvus_index
from retrieval.milvus_collection import MilvusCollection

DEPTH = 20
"""Few candidates of 200 items; if all rows were wanted, no index would be asked for the best."""
TURNS = (
    ("one", "anything but black, for women"),
    ("one", "cheaper"),
    ("one", "no stripes"),
    ("one", "show more"),
    ("two", "a navy dress with long sleeves"),
    ("three", "something for a garden wedding"),
)


@pytest.fixture(scope="module")
def over_milvus(
    demo_dir: Path, stylist: Stylist, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stylist]:
    file = tmp_path_factory.mktemp("milvus") / "shop.db"
    settings = load_settings(
        {"INDEX": "milvus", "MILVUS_URI": str(file), "MILVUS_TOKEN": "root:secret"}
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(milvus_index, "EXACT_ROWS", 0)
        patched.setattr(stylist.retriever, "depth", DEPTH)
        opened = Stylist.open(
            demo_dir, memory=":memory:", settings=settings, encoder=stylist.encoder
        )
        opened.retriever.depth = DEPTH
        yield opened


def test_replies_are_those_of_the_exact_index(
    over_milvus: Stylist, stylist: Stylist, monkeypatch
) -> None:
    asked: list[str] = []
    search = MilvusCollection.search
    monkeypatch.setattr(
        MilvusCollection,
        "search",
        lambda self, queries, limit, where: (
            asked.append(where),
            search(self, queries, limit, where),
        )[1],
    )
    for session, text in TURNS:
        ours, theirs = (
            one.chat(f"both {session}", text, k=3).public() for one in (over_milvus, stylist)
        )
        assert {**ours, "ms": None} == {**theirs, "ms": None}
    for session in {session for session, _ in TURNS}:
        stylist.forget(f"both {session}")
    assert "secret" not in repr(over_milvus.settings)
    assert any('color not in ["black"]' in where for where in asked), "no wish reached Milvus"


def test_a_server_that_is_away_leaves_the_conversation_as_it_was(
    over_milvus: Stylist, monkeypatch
) -> None:
    over_milvus.chat("patient", "something blue", k=3)

    def away(self, queries, limit, where):
        raise WorkError("no answer from Milvus at http://milvus:19530")

    with (
        monkeypatch.context() as patched,
        pytest.raises(WorkError, match="Please send that again in a minute") as told,
    ):
        patched.setattr(MilvusCollection, "search", away)
        over_milvus.chat("patient", "not black", k=3)
    assert "19530" not in str(told.value)
    assert len(over_milvus.history("patient")) == 1
    assert over_milvus.chat("patient", "not black", k=3).cards


def test_milvus_lite_serves_one_process() -> None:
    assert (
        load_settings({"INDEX": "milvus"}).workers
        == load_settings({"INDEX": "milvus", "WORKERS": "auto"}).workers
        == 1
    )
    with pytest.raises(InputError, match="serves one process"):
        load_settings({"INDEX": "milvus", "WORKERS": "2"})
    assert (
        load_settings(
            {"INDEX": "milvus", "MILVUS_URI": "http://milvus:19530", "WORKERS": "2"}
        ).workers
        == 2
    )
