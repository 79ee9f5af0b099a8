"""Language benchmark: counts, skips without data, and names a bad label."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.llm.schema import PlannedConstraint, PlannedTurn
from agent.replay.loopback import ScriptedServer
from errors import InputError
from evaluation.language.run import LABELS, run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "fashioniq_captions"
    folder.mkdir()
    captions = [{"captions": ["no stripes", "longer and in navy"]}]
    (folder / "cap.dress.train.json").write_text(json.dumps(captions), encoding="utf-8")
    return tmp_path


def labelled(
    tmp_path: Path, *rows: tuple[int, int, list[tuple[str, str, str]]], parts: tuple[str, ...] = ()
) -> Path:
    path = tmp_path / "labels.jsonl"
    lines = [
        json.dumps(
            {
                "file": "cap.dress.train.json",
                "index": index,
                "caption": caption,
                "part": part,
                "constraints": [{"facet": f, "op": o, "value": v} for f, o, v in wanted],
            }
        )
        for (index, caption, wanted), part in zip(
            rows, parts or ("blind",) * len(rows), strict=True
        )
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_counts_hits_misses_and_extras(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = labelled(
        tmp_path,
        (0, 0, [("pattern", "exclude", "striped")]),
        (0, 1, [("color", "require", "navy"), ("fit", "require", "slim")]),
    )
    result = run(data=data, labels=labels)
    assert (result["phrases"], result["labelled"], result["exact"]) == (2, 3, 0.5)
    assert result["precision"] == result["recall"] == pytest.approx(2 / 3, abs=1e-4)
    assert result["by_op"]["exclude"]["f1"] == 1.0 and result["by_op"]["more"]["precision"] == 0.0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == result


def test_parts_are_scored_separately_and_two_annotators_compared(
    data: Path, tmp_path: Path
) -> None:
    stripes, navy = [("pattern", "exclude", "striped")], [("color", "require", "navy")]
    labels = labelled(
        tmp_path,
        (0, 0, stripes),
        (0, 1, navy),
        (0, 0, stripes),
        (0, 1, [*navy, ("length", "more", "length")]),
        parts=("blind", "first", "blind_again", "blind_again"),
    )
    assert [
        run(data=data, labels=labels, part=p)["phrases"] for p in ("blind", "first", "all")
    ] == [1, 1, 2]
    assert run(data=data, labels=labels)["agreement"] == {"phrases": 1, "f1": 1.0, "exact": 1.0}
    with pytest.raises(InputError, match=r"'third'.*blind, blind_again, first"):
        run(data=data, labels=labels, part="third")


def test_misread_phrases_of_the_blind_part_are_never_shown(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [("color", "require", "red")]
    labels = labelled(tmp_path, (0, 0, wrong), (0, 1, wrong), parts=("blind", "first"))
    run(data=data, labels=labels, part="all", errors=10)
    shown = capsys.readouterr().out
    assert "longer and in navy" in shown and "no stripes" not in shown


def test_a_model_reads_through_its_own_protocol(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = labelled(tmp_path, (0, 0, [("pattern", "exclude", "striped")]))
    with pytest.raises(InputError, match="OPENAI_API_KEY"):
        run(data=data, labels=labels, planner="llm")
    striped = PlannedConstraint(
        facet="pattern",
        op="exclude",
        value="striped",
        min_price=None,
        max_price=None,
        alternative_group=None,
        from_vibe=False,
    )
    planned = PlannedTurn(
        thought="",
        constraints=[striped],
        drops=[],
        keep=[],
        refers_to_items=[],
        intent="search",
        count=None,
        question=None,
    ).model_dump()
    with ScriptedServer([{"content": planned}]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("MEMORY", ":memory:")
        assert run(data=data, labels=labels, planner="llm")["f1"] == 1.0
        assert server.requests


def test_skips_without_the_phrases(tmp_path: Path) -> None:
    assert "DATA_DIR" in run(data=tmp_path)["skipped"]


def test_a_label_without_a_phrase_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1"):
        run(data=data, labels=labelled(tmp_path, (7, 0, [])))


def test_the_shipped_labels_hold_keys_and_no_text() -> None:
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    again = [r for r in rows if r["part"] == "blind_again"]
    assert (
        len({(r["file"], r["index"], r["caption"]) for r in rows}) == len(rows) - len(again) >= 400
    )
    assert {key for row in rows for key in row} == {
        "file",
        "index",
        "caption",
        "part",
        "constraints",
    }
