"""The whole agent over Milvus: the same replies as over FAISS, and a clear word when the server is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import Stylist
from errors import WorkError
from settings import load_settings

pytest.importorskip("milvus_lite", reason="requirements-milvus.txt is not installed")

from retrieval import milvus_index  # noqa: E402
from retrieval.milvus_collection import MilvusCollection  # noqa: E402

TURNS = ("a navy dress with long sleeves", "cheaper", "no pockets, under 80", "show more", "something for a garden wedding")


@pytest.fixture(scope="module")
def over_milvus(demo_dir: Path, stylist: Stylist, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stylist]:
    file = tmp_path_factory.mktemp("milvus") / "shop.db"
    settings = load_settings({"INDEX": "milvus", "MILVUS_URI": str(file), "MILVUS_TOKEN": "root:secret"})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(milvus_index, "EXACT_ROWS", 0)
        yield Stylist.open(demo_dir, memory=":memory:", settings=settings, encoder=stylist.encoder)


def test_replies_are_those_of_the_exact_index(over_milvus: Stylist, stylist: Stylist, monkeypatch) -> None:
    asked: list[str] = []
    search = MilvusCollection.search
    monkeypatch.setattr(MilvusCollection, "search", lambda self, queries, limit, where: (
        asked.append(where), search(self, queries, limit, where))[1])
    for text in TURNS:
        ours, theirs = (one.chat("same over both", text).public() for one in (over_milvus, stylist))
        assert {**ours, "ms": None} == {**theirs, "ms": None}
    stylist.forget("same over both")
    assert "secret" not in repr(over_milvus.settings)
    assert asked, "nothing was asked of Milvus"


def test_a_server_that_is_away_leaves_the_conversation_as_it_was(over_milvus: Stylist, monkeypatch) -> None:
    over_milvus.chat("patient", "something blue")

    def away(self, queries, limit, where):
        raise WorkError("no answer from Milvus at http://milvus:19530")

    with monkeypatch.context() as patched, pytest.raises(WorkError, match="Please send that again in a minute") as told:
        patched.setattr(MilvusCollection, "search", away)
        over_milvus.chat("patient", "something blue, not striped")
    assert "19530" not in str(told.value)
    assert len(over_milvus.history("patient")) == 1
    assert over_milvus.chat("patient", "something blue, not striped").cards
