"""Session memory: nothing lost, nothing kept that was to be forgotten."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlite_utils import Database

from agent.memory.migrations import ladder
from agent.memory.session import Point, Session
from agent.memory.store import Memory
from agent.replies import Card, Check, Reply
from errors import WorkError
from settings import ROOT
from vocabulary.wish import Constraint, PriceRange, Wish

BUDGET = Constraint(facet="price", op="require", value=PriceRange(max=50))


def reply(turn: int, *ids: str) -> Reply:
    check = Check(
        facet="price", op="require", value=PriceRange(max=50), verdict="met", source="listing"
    )
    return Reply(
        session="s",
        turn=turn,
        reply="here",
        constraints=(BUDGET,),
        items=tuple(Card(id=i, title=i, score=0.5, verdicts=(check,)) for i in ids),
    )


def filled(memory: Memory) -> Memory:
    memory.remember("s", "abc", Image.new("RGB", (3000, 1500), "red"), "fp", np.ones(4))
    memory.record(
        Session(id="s", turn=1, wish=Wish(constraints=(BUDGET,))),
        "under 50",
        ("abc",),
        reply(1, "a", "b"),
    )
    memory.judge("s", "a", "save")
    return memory


def test_what_goes_in_comes_out() -> None:
    memory = filled(Memory())
    assert memory.load("s").wish.constraints == (BUDGET,)
    turn = memory.turns("s")[0]
    assert (turn.text, turn.reply.items[0].verdicts[0].value) == ("under 50", PriceRange(max=50))
    with Image.open(turn.photos[0]) as stored:
        assert max(stored.size) == 1024
    assert memory.feedback("s") == {"a": "save"}
    upload = memory.upload("s", "abc")
    assert upload is not None and upload.vector.tolist() == [1, 1, 1, 1]
    assert memory.upload("other", "abc") is None  # a picture belongs to its session


def test_a_new_session_is_empty() -> None:
    assert Memory().load("nobody") == Session(id="nobody")


def test_the_newest_feedback_counts() -> None:
    memory = filled(Memory())
    memory.judge("s", "b", "not_this")
    memory.judge("s", "a", "unsave")
    assert memory.feedback("s") == {"a": "unsave", "b": "not_this"}


def test_forgetting_takes_everything_of_that_session_alone(tmp_path: Path) -> None:
    memory = filled(Memory(tmp_path / "m.sqlite"))
    memory.record(
        Session(id="t", turn=1), "secret words", (), reply(1).model_copy(update={"session": "t"})
    )
    assert memory.forget("s") == 6
    assert (
        memory.turns("s") == []
        and memory.feedback("s") == {}
        and memory.load("s") == Session(id="s")
    )
    assert list((tmp_path / "m.sqlite.uploads").iterdir()) == []
    assert [t.text for t in memory.turns("t")] == ["secret words"]
    memory.forget("t")
    memory.close()
    assert all(
        b"secret words" not in file.read_bytes()
        for file in tmp_path.glob("m.sqlite*")
        if file.is_file()
    )


def test_export_tells_all(tmp_path: Path) -> None:
    told = filled(Memory(tmp_path / "m.sqlite")).export("s")
    assert [t["text"] for t in told["turns"]] == ["under 50"]
    assert told["feedback"][0]["kind"] == "save" and told["uploads"][0]["hash"] == "abc"
    assert [s["item"] for s in told["seen"]] == ["a", "b"]


def test_a_file_outlives_the_process(tmp_path: Path) -> None:
    filled(Memory(tmp_path / "m.sqlite")).close()
    again = Memory(tmp_path / "m.sqlite")
    assert again.load("s").turn == 1 and len(again.turns("s")) == 1


def test_file_names_do_not_tell_the_session(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    memory.remember("my-secret-token", "abc", Image.new("RGB", (30, 30)), "fp", np.ones(4))
    assert not [path for path in tmp_path.rglob("*") if "my-secret-token" in str(path)]


def test_an_older_memory_climbs_the_ladder(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite"
    ladder.apply(Database(file), stop_before="corrections")
    old = Database(file)
    old["sessions"].insert(
        {
            "id": "s",
            "state": Session(id="s", turn=4).model_dump_json(),
            "created": "",
            "updated": "",
        }
    )
    old.close()
    memory = Memory(file)
    assert memory.load("s").turn == 4
    memory.remember("s", "abc", Image.new("RGB", (30, 30)), "fp", np.ones(4))
    memory.correct("s", "abc", "color", None)
    upload = memory.upload("s", "abc")
    assert upload is not None and upload.corrections == {"color": None}


def test_a_memory_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(WorkError, match="another one"):
        Memory(tmp_path / "file" / "m.sqlite")
    (tmp_path / "garbage.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(WorkError):
        Memory(tmp_path / "garbage.sqlite")


def test_a_failed_record_leaves_nothing_half(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    broken = reply(1, "a").model_copy(
        update={"items": (Card(id="a", title="a", score=0.1),), "turn": "no number"}
    )
    with pytest.raises((sqlite3.Error, ValueError, TypeError)):
        memory.record(Session(id="s", turn=1), "x", (object(),), broken)  # type: ignore[arg-type]
    assert memory.load("s") == Session(id="s") and memory.turns("s") == []


def test_many_threads_write(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    threads = [
        threading.Thread(
            target=memory.record,
            args=(
                Session(id=f"s{n}", turn=1),
                "x",
                (),
                reply(1, "a").model_copy(update={"session": f"s{n}"}),
            ),
        )
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(memory.turns(f"s{n}")) == 1 for n in range(20))


WRITER = """
import sys
from agent.memory.store import Memory
from agent.replies import Reply
from agent.memory.session import Session
from PIL import Image
memory, name = Memory(sys.argv[1]), sys.argv[2]
for turn in range(1, 31):
    shared = Session(id="shared", turn=turn)
    memory.record(shared, name, (), Reply(session="shared", turn=turn, reply=name))
    memory.record(Session(id=name, turn=turn), name, (), Reply(session=name, turn=turn, reply=name))
    memory.judge("shared", f"{name}-{turn}", "save")
    memory.remember(name, f"photo-{turn}", Image.new("RGB", (30, 30)), "fp", [1.0])
    if turn % 10 == 0:
        gone = Session(id=f"gone-{name}", turn=1)
        memory.record(gone, "secret", (), Reply(session=gone.id, turn=1, reply="x"))
        memory.forget(f"gone-{name}")
"""


def test_several_processes_create_one_file_and_write_at_once(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file), name],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c")
    ]
    said = [writer.communicate(timeout=120)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], said
    memory = Memory(file)
    assert all([turn.text for turn in memory.turns(name)] == [name] * 30 for name in "abc")
    assert len(memory.turns("shared")) == 30 and len(memory.saved("shared")) == 90
    assert all(memory.upload(name, "photo-30").path.exists() for name in "abc")
    assert memory.turns("gone-a") == []


def test_the_log_is_emptied_of_forgotten_words_though_another_process_was_reading(
    tmp_path: Path,
) -> None:
    file = tmp_path / "m.sqlite"
    memory = filled(Memory(file))
    memory._storage.db.execute("pragma busy_timeout = 1")
    memory.record(
        Session(id="t", turn=1), "secret words", (), reply(1).model_copy(update={"session": "t"})
    )
    reader = sqlite3.connect(file)
    reader.execute("begin")
    reader.execute("select count(*) from turns").fetchone()
    memory.forget("t")
    reader.close()
    memory.judge("s", "c", "save")  # the next write empties what could not be emptied then
    assert all(
        b"secret words" not in part.read_bytes()
        for part in tmp_path.glob("m.sqlite*")
        if part.is_file()
    )


def test_undo_walks_back_wish_by_wish() -> None:
    red, blue = (
        Wish(constraints=(Constraint(facet="color", op="require", value=v),))
        for v in ("red", "blue")
    )
    session = Session(id="s").moved(Point(wish=red)).after(("a", "b")).moved(Point(wish=blue))
    assert session.seen == () and session.shown == ("a", "b")
    back = session.undone()
    assert back is not None and back.wish == red
    empty = back.undone()
    assert empty is not None and empty.wish == Wish() and empty.undone() is None
    assert session.moved(session.point) is session  # the same wish is no step
