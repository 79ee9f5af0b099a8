"""The fast path's benchmark: shares over recorded turns, and the error for missing recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.language import Context, Shown, read
from agent.llm.planner import to_plan
from errors import InputError
from evaluation.language import fast_path


def test_plain_turns_are_counted_and_the_model_is_asked_for_the_rest(
    tmp_path: Path, demo_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_path, "FIRST_S", 0.0)
    monkeypatch.setattr(fast_path, "FURTHER_S", 0.0)
    turns = [
        {"transcript": "t", "catalog": {"items": 1, "seed": 1}},
        {"ask": {"text": "red dresses"}},
        {"ask": {"text": "whatever zorgs the blorf, if it does"}},
        {"ask": {"remove": ["color", "require", "red"]}},
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, turns)), encoding="utf-8")
    result = fast_path.run(catalog=demo_dir, turns=tmp_path)
    assert (
        result["turns"] == 2 and result["offline_share"] == 0.5 and "not quality" in result["note"]
    )


def test_missing_recordings_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no recorded turns"):
        fast_path.run(turns=tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "a navy dress without pockets",
        "grey or black, under 50",
        "any colour",
        "the second one in blue",
    ],
)
def test_the_loopback_plans_what_the_offline_reader_reads(text: str) -> None:
    context = Context(shown=(Shown(id="a"), Shown(id="b")))
    planned, wanted = to_plan(fast_path.planned(text), text, context).reading, read(text, context)
    assert [(*c.key, c.any) for c in planned.constraints] == [
        (*c.key, c.any) for c in wanted.constraints
    ]
    assert planned.drop == wanted.drop
    assert [m.ordinal for m in planned.mentions] == [m.ordinal for m in wanted.mentions]
