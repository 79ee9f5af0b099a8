"""The turn's clock: stages that sum to the turn."""

from __future__ import annotations

import time

import pytest

from agent import Stylist
from agent.state import Clock


def test_a_stage_within_a_stage_counts_once() -> None:
    clock = Clock(1.0)
    with clock.stage("outer"):
        time.sleep(0.01)
        with clock.stage("inner"):
            time.sleep(0.03)
        with clock.stage("inner"), clock.stage("innermost"):
            time.sleep(0.02)
    with clock.stage("outer"):
        pass
    assert clock.ms["outer"] >= 10 and clock.ms["inner"] >= 30 and clock.ms["innermost"] >= 20
    assert clock.ms["outer"] < clock.ms["inner"], "the inner stages are not counted again"
    assert sum(clock.ms.values()) <= clock.total()["total"]


def test_a_stage_that_fails_is_counted_and_closed() -> None:
    clock = Clock(1.0)
    with pytest.raises(ValueError), clock.stage("outer"), clock.stage("inner"):
        raise ValueError
    with clock.stage("next"):
        time.sleep(0.01)
    assert set(clock.ms) == {"outer", "inner", "next"} and clock.ms["next"] >= 10


def test_a_reply_tells_every_stage_and_its_total(stylist: Stylist) -> None:
    events = list(stylist.stream(stylist.new_session(), "a blue dress, not striped"))
    ms = events[-1].reply.ms
    assert {
        "plan",
        "encode",
        "compose",
        "search",
        "guard",
        "critic",
        "speak",
        "memory",
        "total",
    } <= set(ms)
    assert sum(value for stage, value in ms.items() if stage != "total") <= ms["total"]


def test_words_come_once_and_before_their_reply(stylist: Stylist) -> None:
    events = list(stylist.stream(stylist.new_session(), "a blue dress"))
    kinds = [event.kind for event in events]
    assert "".join(event.text for event in events if event.kind == "text") == events[-1].reply.reply
    assert kinds[-1] == "reply" and kinds.index("text") < len(kinds) - 1
