"""The fast path's benchmark: shares over recorded turns, and that missing recordings are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from errors import InputError
from evaluation import fast_path


def test_plain_turns_are_counted_and_the_model_is_asked_for_the_rest(
        tmp_path: Path, demo_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_path, "FIRST_S", 0.0)
    monkeypatch.setattr(fast_path, "FURTHER_S", 0.0)
    turns = [{"transcript": "t", "catalog": {"items": 1, "seed": 1}}, {"ask": {"text": "red dresses"}},
             {"ask": {"text": "whatever zorgs the blorf, if it does"}}, {"ask": {"remove": ["color", "require", "red"]}}]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, turns)), encoding="utf-8")
    result = fast_path.run(catalog=demo_dir, turns=tmp_path)
    assert result["turns"] == 2 and result["offline_share"] == 0.5 and "not quality" in result["note"]


def test_no_recorded_turns_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no recorded turns"):
        fast_path.run(turns=tmp_path)
