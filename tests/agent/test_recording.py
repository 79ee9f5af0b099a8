"""Conversations are written down as they went, replay to the same, and hold no secret."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agent import Stylist
from agent.jsonl import asks
from agent.llm.schema import PlannedTurn
from agent.replay import player, transcripts
from agent.replay.comparison import differences
from agent.replay.loopback import MODEL, ScriptedServer
from agent.replay.pictures import pictures_of
from agent.replay.recording import record
from errors import InputError
from settings import load_settings

KEY = "sk-very-secret"


def planned(**given: object) -> dict:
    base = {
        "thought": "",
        "constraints": [],
        "drops": [],
        "keep": [],
        "refers_to_items": [],
        "intent": "search",
        "count": None,
        "question": None,
    }
    return PlannedTurn(**{**base, **given}).model_dump()


RED = {
    "facet": "color",
    "op": "require",
    "value": "red",
    "min_price": None,
    "max_price": None,
    "alternative_group": None,
    "from_vibe": False,
}


def again(path: Path, folder: Path, encoder) -> player.Outcome:
    return player.replay(
        transcripts.read(path),
        lambda settings: Stylist.open(folder, settings=settings, encoder=encoder),
    )


def test_an_offline_conversation_replays_to_the_same(demo_dir: Path, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    out = tmp_path / "talk.jsonl"
    turns = [
        {"text": "red dresses"},
        {"text": "something like this", "image": "photo.png"},
        {"feedback": ["$1", "save"]},
    ]
    done = list(record(demo_dir, out, turns, load_settings({}, planner="offline")))
    assert len(done) == 3 and len(done[1]["pictures"]) == 1
    header = json.loads(out.read_text().splitlines()[0])
    assert header["catalog"].keys() == {"items", "seed"} and header["versions"]["encoder"]
    outcome = again(out, demo_dir, None)
    assert outcome.differences == [] and outcome.remarks == []
    Image.fromarray(pixels[::-1]).save(tmp_path / "photo.png")
    assert any("other pictures" in line for line in again(out, demo_dir, None).differences)
    with pytest.raises(InputError, match="exists"):
        next(record(demo_dir, out, turns, load_settings({}, planner="offline")))


def test_a_model_is_recorded_through_the_proxy_and_replays_from_it(
    demo_dir: Path, tmp_path: Path
) -> None:
    search = {"tool_calls": [{"name": "memory_lookup", "arguments": {"topic": "color"}}]}
    answers = [
        search,
        {"content": planned(constraints=[RED])},
        {"content": "Here is something red."},
    ]
    out = tmp_path / "model.jsonl"
    with ScriptedServer(answers) as real:
        settings = load_settings(
            {}, planner="llm", openai_api_key=KEY, openai_base_url=real.url, openai_model=MODEL
        )
        turn = next(record(demo_dir, out, [{"text": "something red"}], settings))
        assert all(KEY not in json.dumps(request) for request in real.requests)
    assert turn["expect"]["planner"] == "llm"
    assert [call["answer"].get("tool_calls", [{}])[0].get("name") for call in turn["model"]][
        :2
    ] == ["memory_lookup", None]
    text = out.read_text()
    assert KEY not in text and "Bearer" not in text and "127.0.0.1" not in text
    assert again(out, demo_dir, None).differences == []
    changed = json.loads(text.splitlines()[1])
    changed["model"][0]["request"]["messages"][-1]["content"] = "something else"
    out.write_text("\n".join([text.splitlines()[0], json.dumps(changed)]) + "\n")
    assert any("recorded request" in line for line in again(out, demo_dir, None).differences)


def test_a_failing_model_is_recorded_as_what_it_answered(demo_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "fault.jsonl"
    with ScriptedServer([{"status": 401}]) as real:
        settings = load_settings(
            {}, planner="llm", openai_api_key=KEY, openai_base_url=real.url, openai_model=MODEL
        )
        turn = next(record(demo_dir, out, [{"text": "red dresses"}], settings))
    assert turn["model"][0]["answer"] == {"status": 401} and turn["expect"]["planner"] == "offline"
    assert again(out, demo_dir, None).differences == []


def expected(*cards: tuple[str, float]) -> dict:
    return {"items": [{"id": id_, "score": score, "verdicts": []} for id_, score in cards]}


def test_near_ties_may_change_places_and_nothing_else_may() -> None:
    recorded = expected(("c", 0.9), ("b", 0.501), ("a", 0.5), ("d", 0.1))
    swapped = expected(("c", 0.9), ("a", 0.501), ("b", 0.5), ("d", 0.1))
    assert differences(recorded, swapped) == []
    for other in (
        expected(("c", 0.9), ("b", 0.501), ("d", 0.1), ("a", 0.5)),
        expected(("b", 0.501), ("c", 0.9), ("a", 0.5), ("d", 0.1)),
        expected(("c", 0.9), ("a", 0.503), ("b", 0.5), ("d", 0.1)),
        expected(("c", 0.9), ("b", 0.501), ("a", 0.5)),
        expected(("c", 0.9), ("b", 0.501), ("a", 0.5), ("e", 0.1)),
    ):
        assert differences(recorded, other), other


def test_a_drawing_is_named_by_its_subject_and_a_file_by_its_pixels(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    (tmp_path / "note.png").write_text("no picture")
    images = ["drawn:11", "red.png", "note.png"]
    drawing, file, broken = pictures_of({"image": images}, tmp_path)["pictures"]
    assert drawing == "drawn:11 burgundy t-shirt, tie-dye"
    assert len(file) == 16 and int(file, 16) and broken == "unreadable"
    assert pictures_of({"text": "red dresses"}, tmp_path) == {}


def test_other_versions_are_a_remark(demo_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "talk.jsonl"
    list(record(demo_dir, out, [{"text": "hello"}], load_settings({}, planner="offline")))
    lines = out.read_text().splitlines()
    head = json.loads(lines[0])
    head["versions"]["numpy"] = "0.1"
    out.write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n")
    outcome = again(out, demo_dir, None)
    assert outcome.differences == [] and any("numpy was 0.1" in line for line in outcome.remarks)


def test_asks_are_turns_or_buttons() -> None:
    assert list(asks(['{"text": "hi"}', "", '{"remove": ["color", "require", "red"]}'])) == [
        {"text": "hi"},
        {"remove": ["color", "require", "red"]},
    ]
    with pytest.raises(InputError, match="line 1: a turn holds"):
        list(asks(['{"say": "hi"}']))
