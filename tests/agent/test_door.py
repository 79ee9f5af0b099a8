"""The door: JSON lines in and out, exit codes, the graph from the code."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from agent import Stylist
from agent import __main__ as door
from agent.graph import drawing
from agent.jsonl import answers
from agent.terminal import converse


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, *argv: str, stdin: str = ""
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["agent", *argv])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    with pytest.raises(SystemExit) as ended:
        door.main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_turns_are_answered_in_order_and_bad_lines_do_not_stop_them(tiny: Stylist) -> None:
    lines = [
        '{"session": "door", "text": "a red dress"}',
        "nonsense",
        "",
        '["a list"]',
        '{"text": "who?"}',
        '{"session": "door", "text": "in navy instead", "k": 3, "like": null, '
        '"image": null, "extra": 1}',
        '{"session": "door", "text": "x", "k": 0}',
    ]
    told = [(json.loads(line), usable) for line, usable in answers(tiny, lines)]
    assert [usable for _, usable in told] == [True, False, False, False, True, False]
    assert [record.get("turn") for record, _ in told] == [1, None, None, None, 2, None]
    assert told[1][0]["line"] == 2 and "not JSON" in told[1][0]["error"]
    assert "session" in told[3][0]["error"] and "allowed: 1 to" in told[5][0]["error"]


def test_chat_reads_lines_and_prints_replies(
    shop_dir: Path,
    tiny: Stylist,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("encoders.load_encoder", lambda *_: tiny.encoder)
    monkeypatch.setattr("agent.stylist.load_encoder", lambda *_: tiny.encoder)
    turns = '{"session": "s1", "text": "a red dress"}\n'
    memory = ("--memory", str(tmp_path / "m.sqlite"))
    code, out, _ = run(monkeypatch, capsys, "chat", str(shop_dir), "--jsonl", *memory, stdin=turns)
    assert code == 0 and json.loads(out)["turn"] == 1
    turns = '{"session": "s1", "text": "in navy"}\n'
    code, out, _ = run(monkeypatch, capsys, "chat", str(shop_dir), "--jsonl", *memory, stdin=turns)
    assert code == 0 and json.loads(out)["turn"] == 2
    code, out, err = run(monkeypatch, capsys, "chat", str(shop_dir), "--jsonl", stdin="nonsense\n")
    assert (
        code == 2 and "error" in json.loads(out) and err.count("\n") == err.strip().count("\n") + 1
    )


def test_a_missing_catalogue_is_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    code, out, err = run(monkeypatch, capsys, "chat", str(tmp_path / "none"), "--jsonl")
    assert code == 2 and out == "" and "python -m catalog" in err and "Traceback" not in err


def test_plan_needs_no_catalogue(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    code, out, _ = run(
        monkeypatch, capsys, "plan", "--jsonl", stdin='{"id": 7, "text": "no stripes"}\n'
    )
    assert code == 0
    assert json.loads(out) == {
        "id": 7,
        "constraints": [
            {
                "facet": "pattern",
                "op": "exclude",
                "value": "striped",
                "source": "words",
                "confidence": 1.0,
            }
        ],
    }


def test_the_graph_is_drawn_from_the_code() -> None:
    drawn = drawing()
    for arrow in (
        "thought -.-> action",
        "action --> critic",
        "critic -.-> action",
        "critic -.-> speak",
        "speak --> __end__",
    ):
        assert arrow in drawn


def test_the_terminal_chat_shows_picks_and_keeps(
    tiny: Stylist, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    said = iter(
        [
            "a navy dress, no stripes",
            "/save 1",
            "/like 9",
            "/nonsense",
            "in red instead",
            "/not 1",
            "/quit",
            "never read",
        ]
    )
    monkeypatch.setattr("rich.console.Console.input", lambda *_, **__: next(said))
    session = tiny.new_session()
    converse(tiny, session)
    out = capsys.readouterr().out
    assert "navy dress" in out and "€25" in out
    assert "give a number from 1 to 1" in out and "/photo FILE" in out
    assert [item.id for item in tiny.saved(session)] == ["I03"]
    assert tiny.memory.feedback(session)["I01"] == "not_this"
    assert next(said) == "never read"


def test_the_readme_shows_the_graph_as_it_is() -> None:
    readme = (Path(door.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{drawing().strip()}\n```" in readme


def test_the_readme_names_every_file_of_the_room() -> None:
    room = Path(door.__file__).parent
    readme = (room / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in room.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert {name for name in files if f"`{name}`" not in readme} == set()
