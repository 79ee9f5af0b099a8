"""The language model's side, over real HTTP against a loopback server: protocol, budgets and faults, never quality."""

from __future__ import annotations

import time

import pytest

from agent.language.reading import Context, Shown
from agent.llm.client import Budget, ModelClient, ModelFailure
from agent.llm.grounding import problems, sentences
from agent.llm.ledger import Ledger, price_of
from agent.llm.planner import ModelPlanner, to_plan
from agent.llm.schema import PlannedConstraint, PlannedTurn
from agent.loopback import ScriptedServer
from catalog.wish import PriceRange
from settings import load_settings

PLAN = {"thought": "navy, no stripes", "drops": [], "refers_to_items": [], "intent": "search", "count": None,
        "question": None, "constraints": [
            {"facet": "color", "op": "require", "value": "navy blue", "min_price": None, "max_price": None,
             "alternative_group": None, "from_vibe": False}]}


def planned(facet: str, op: str, value: str | None = None, low: float | None = None, high: float | None = None,
            vibe: bool = False, group: int | None = None) -> PlannedConstraint:
    return PlannedConstraint(facet=facet, op=op, value=value, min_price=low, max_price=high, alternative_group=group,
                             from_vibe=vibe)


def client(server: ScriptedServer, ledger: Ledger | None = None) -> ModelClient:
    settings = load_settings({}, openai_base_url=server.url, openai_api_key="k")
    return ModelClient(settings, ledger or Ledger(":memory:", 5.0))


def ask(model: ModelClient, seconds: float = 3.0, calls: int = 3) -> PlannedTurn:
    return model.structured([{"role": "user", "content": "navy"}], PlannedTurn, Budget(seconds, calls))


def test_a_plan_becomes_a_reading() -> None:
    with ScriptedServer([{"content": PLAN}]) as server:
        plan = ModelPlanner(client(server), vision=False).read("navy please", Context(), Budget(3.0))
    assert [(c.facet, c.op, c.value) for c in plan.reading.constraints] == [("color", "require", "navy")]
    assert server.requests[0]["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(("answer", "says"), [
    ({"status": 401}, "401"), ({"status": 403}, "403"), ({"status": 404}, "404"), ({"status": 429}, "429"),
    ({"status": 500}, "500"), ({"content": "{nope"}, "read"), ({"content": {"a": 1}}, "read"),
    ({"raw": "<html>"}, "read"),
    ({"content": PLAN, "cut": True}, "reached"), ({"content": PLAN, "delay": 1.5}, "too long")])
def test_every_fault_is_told_in_words_within_the_budget(answer: dict, says: str) -> None:
    start = time.monotonic()
    with ScriptedServer([answer]) as server, pytest.raises(ModelFailure, match=says):
        ask(client(server), seconds=0.8)
    assert time.monotonic() - start < 10


def test_retry_after_is_obeyed_once_when_it_is_short() -> None:
    with ScriptedServer([{"status": 429, "headers": {"retry-after": "0.05"}}, {"content": PLAN}]) as server:
        assert ask(client(server)).thought == "navy, no stripes"
    assert len(server.requests) == 2


def test_a_long_retry_after_is_not_waited_for() -> None:
    with ScriptedServer([{"status": 429, "headers": {"retry-after": "60"}}]) as server, pytest.raises(ModelFailure):
        ask(client(server))
    assert len(server.requests) == 1


def test_no_call_beyond_the_budget() -> None:
    with ScriptedServer([{"content": PLAN}]) as server, pytest.raises(ModelFailure, match="calls"):
        ask(client(server), calls=0)
    assert server.requests == []


def test_the_daily_cap_stops_calls_and_ends_with_the_day() -> None:
    day = ["2026-01-01"]
    ledger = Ledger(":memory:", 0.001, today=lambda: day[0])
    with ScriptedServer([{"content": PLAN}]) as server:
        model = client(server, ledger)
        ask(model)
        with pytest.raises(ModelFailure, match="cap"):
            ask(model)
        day[0] = "2026-01-02"
        ask(model)
    assert len(server.requests) == 2
    assert ledger.spent() > 0


def test_a_ledger_outlives_the_process(tmp_path) -> None:
    Ledger(tmp_path / "m.sqlite", 5.0).charge("gpt-4o", 1_000_000, 0)
    assert Ledger(tmp_path / "m.sqlite", 5.0).spent() == pytest.approx(2.5)


def test_an_unlisted_model_costs_the_dearest_price() -> None:
    assert price_of("some-new-model") == price_of("gpt-4o")
    assert price_of("gpt-4o-mini-2024-07-18") == (0.15, 0.60)


def test_a_cut_stream_is_a_failure_after_its_pieces() -> None:
    pieces = []
    with ScriptedServer([{"content": "one two three four. five six seven eight nine ten", "cut": True}]) as server, \
            pytest.raises(ModelFailure, match="cut off"):
        for piece in client(server).stream([{"role": "user", "content": "x"}], Budget(3.0)):
            pieces.append(piece)
    assert "".join(pieces).startswith("one two")


def test_what_names_nothing_is_left_out_openly() -> None:
    turn = PlannedTurn.model_validate({**PLAN, "constraints": [
        planned("color", "require", "blurple-ish"), planned("price", "require", None),
        planned("price", "require", high=50),
        planned("pattern", "exclude", "stripes"), planned("style", "require", "elegant", vibe=True),
        planned("length", "less", "length"), planned("brand", "require", "acme")], "refers_to_items": [2, 9]})
    shown = (Shown(id="a"), Shown(id="b"))
    plan = to_plan(turn, "x", Context(shown=shown, brands=("ACME",)))
    assert [(c.facet, c.op, c.value) for c in plan.reading.constraints] == [
        ("price", "require", PriceRange(max=50)), ("pattern", "exclude", "striped"), ("style", "prefer", "elegant"),
        ("length", "less", "length"), ("brand", "require", "ACME")]
    assert [m.item_id for m in plan.reading.mentions] == ["b"]
    assert len(plan.left_out) == 2


@pytest.mark.parametrize(("sentence", "found"), [
    ("The Breeze Shirt is navy and has no pockets.", []),
    ("It has pockets.", ["details pockets"]),
    ("A leather skirt by Acme for 12.", ["category skirt", "material leather", "number 12", "brand Acme"]),
    ("It costs 39.90 and is without stripes.", ["no pattern striped"])])
def test_grounding_names_what_the_facts_do_not_hold(sentence: str, found: list[str]) -> None:
    assert problems(sentence, {("color", "navy"), ("category", "shirt")}, {("details", "pockets")}, {39.9},
                    ["Breeze Shirt"], ["Acme"]) == found


def test_sentences_come_as_soon_as_they_are_whole() -> None:
    assert list(sentences(["One is. ", "Two", " is! Thr", "ee"])) == ["One is. ", "Two is! ", "Three"]
