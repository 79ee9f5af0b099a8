"""The language benchmark: counts, skips, names a bad label."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from errors import InputError
from evaluation.language import LABELS, run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "fashioniq_captions"
    folder.mkdir()
    captions = [{"captions": ["no stripes", "longer and in navy"]}]
    (folder / "cap.dress.train.json").write_text(json.dumps(captions), encoding="utf-8")
    return tmp_path


def labelled(tmp_path: Path, *rows: tuple[int, int, list[tuple[str, str, str]]]) -> Path:
    path = tmp_path / "labels.jsonl"
    lines = [json.dumps({"file": "cap.dress.train.json", "index": index, "caption": caption,
                         "constraints": [{"facet": f, "op": o, "value": v} for f, o, v in wanted]})
             for index, caption, wanted in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_counts_hits_misses_and_extras(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = labelled(tmp_path, (0, 0, [("pattern", "exclude", "striped")]),
                      (0, 1, [("color", "require", "navy"), ("fit", "require", "slim")]))
    result = run(data=data, labels=labels)
    assert (result["phrases"], result["labelled"], result["exact"]) == (2, 3, 0.5)
    assert result["precision"] == result["recall"] == pytest.approx(2 / 3, abs=1e-4)
    assert result["by_op"]["exclude"]["f1"] == 1.0 and result["by_op"]["more"]["precision"] == 0.0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == result


def test_skips_without_the_phrases(tmp_path: Path) -> None:
    assert "DATA_DIR" in run(data=tmp_path)["skipped"]


def test_a_label_of_no_phrase_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1"):
        run(data=data, labels=labelled(tmp_path, (7, 0, [])))


def test_the_shipped_labels_hold_keys_and_no_text() -> None:
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    assert len({(r["file"], r["index"], r["caption"]) for r in rows}) == len(rows) >= 60
    assert {key for row in rows for key in row} == {"file", "index", "caption", "part", "constraints"}
