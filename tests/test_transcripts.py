"""Recorded conversations through the real graph, with both planners.

The model's side runs over HTTP against a loopback server.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import Stylist
from agent.replay import player, transcripts
from agent.replay.comparison import differences
from errors import InputError

FOLDER = Path(__file__).parent / "transcripts"
FILES = transcripts.find([FOLDER])


@pytest.fixture(scope="module")
def encoder():
    from encoders import load_encoder

    return load_encoder()


def test_there_are_enough_of_both_planners() -> None:
    read = [transcripts.read(path) for path in FILES]
    assert len(read) >= 60
    assert sum(t.asks_model for t in read) >= 20
    assert sum(len(t.turns) > 1 for t in read) >= 50
    for kind in ("drift", "halting", "blindness", "follow_up", "correction", "vibe", "llm"):
        assert sum(t.path.stem.startswith(kind) for t in read) >= 2, kind


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_replay(path: Path, demo_dir: Path, encoder) -> None:
    transcript = transcripts.read(path)
    outcome = player.replay(
        transcript, lambda settings: Stylist.open(demo_dir, settings=settings, encoder=encoder)
    )
    assert not outcome.differences, "\n".join(outcome.differences)


def test_a_changed_reply_is_seen() -> None:
    """The comparison can fail: another id, another verdict, another word."""
    told = {"reply": "a", "items": [{"id": "x", "score": 0.5, "verdicts": []}], "unconfirmed": []}
    assert differences(told, told) == []
    assert differences(told, {**told, "items": [{"id": "x", "score": 0.51, "verdicts": []}]}) == []
    for other in (
        {**told, "reply": "b"},
        {**told, "items": []},
        {**told, "unconfirmed": ["y"]},
        {**told, "items": [{"id": "x", "score": 0.6, "verdicts": []}]},
    ):
        assert differences(told, other)


def test_a_broken_transcript_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text('{"transcript": "t", "catalog": {"items": 1, "seed": 1}}\n{"no": 1}\n')
    with pytest.raises(InputError, match=":2:"):
        transcripts.read(file)
