"""The language model's side over HTTP to a loopback server: protocol, budgets, faults."""

from __future__ import annotations

import re
import time

import pytest

from agent.language.reading import Context, Shown
from agent.llm.backend import read_phrase
from agent.llm.budget import PLAN as PLANNING
from agent.llm.budget import SPEAK, Budget, Limits, ModelFailureError
from agent.llm.cache import Cache
from agent.llm.calls import TOOLS
from agent.llm.client import ModelClient, response_format
from agent.llm.grounding import problems, sentences
from agent.llm.ledger import Ledger, price_of
from agent.llm.planner import to_plan
from agent.llm.schema import PlannedConstraint, PlannedTurn
from agent.replay.loopback import ScriptedServer
from agent.state import Clock
from settings import load_settings
from vocabulary.wish import PriceRange

PLAN = {
    "thought": "navy, no stripes",
    "drops": [],
    "keep": [],
    "refers_to_items": [],
    "intent": "search",
    "count": None,
    "question": None,
    "constraints": [
        {
            "facet": "color",
            "op": "require",
            "value": "navy blue",
            "min_price": None,
            "max_price": None,
            "alternative_group": None,
            "from_vibe": False,
        }
    ],
}


def planned(
    facet: str,
    op: str,
    value: str | None = None,
    low: float | None = None,
    high: float | None = None,
    vibe: bool = False,
    group: int | None = None,
) -> PlannedConstraint:
    return PlannedConstraint(
        facet=facet,
        op=op,
        value=value,
        min_price=low,
        max_price=high,
        alternative_group=group,
        from_vibe=vibe,
    )


def client(server: ScriptedServer, ledger: Ledger | None = None) -> ModelClient:
    settings = load_settings({}, openai_base_url=server.url, openai_api_key="k")
    return ModelClient(settings, ledger or Ledger(":memory:", 5.0))


def budget(seconds: float = 3.0, rounds: int = 3, tokens: int = 30_000, usd: float = 1.0) -> Budget:
    return Budget(Limits(rounds, tokens, seconds, usd), Clock(60.0))


def ask(
    model: ModelClient, spending: Budget | None = None, words: str = "navy"
) -> PlannedTurn | None:
    """The plan in the answer; SPEAK, so that all of the budget is there."""
    answer = model.ask(
        [{"role": "user", "content": words}], PlannedTurn, spending or budget(), SPEAK
    )
    return answer.parsed


def test_a_phrase_is_read_without_a_catalogue() -> None:
    with ScriptedServer([{"content": PLAN}]) as server:
        found = read_phrase("navy please", client(server), load_settings({}))
    assert [(c.facet, c.op, c.value) for c in found] == [("color", "require", "navy")]
    assert server.requests[0]["response_format"]["json_schema"]["strict"] is True
    assert "tools" not in server.requests[0]


@pytest.mark.parametrize("schema", [PlannedTurn, *TOOLS], ids=lambda schema: schema.__name__)
def test_schemas_are_what_strict_mode_wants(schema) -> None:
    def objects(node):
        if isinstance(node, dict):
            yield from ([node] if node.get("type") == "object" else [])
            node = list(node.values())
        for part in node if isinstance(node, list) else []:
            yield from objects(part)

    form = response_format(schema)["json_schema"]["schema"]
    found = list(objects(form))
    assert found
    for record in found:
        assert record["additionalProperties"] is False
        assert record["required"] == list(record["properties"])
        assert not any("default" in field for field in record["properties"].values())


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"status": 401}, "401"),
        ({"status": 403}, "403"),
        ({"status": 404}, "404"),
        ({"status": 429}, "429"),
        ({"status": 500}, "500"),
        ({"raw": "<html>"}, "read"),
        ({"raw": "{}"}, "read"),
        ({"content": PLAN, "cut": True}, "reached"),
        ({"content": PLAN, "delay": 1.5}, "too long"),
    ],
)
def test_every_fault_is_told_in_words_within_the_budget(answer: dict, says: str) -> None:
    start = time.monotonic()
    with ScriptedServer([answer]) as server, pytest.raises(ModelFailureError, match=says):
        ask(client(server), budget(seconds=0.8))
    assert time.monotonic() - start < 10


def test_retry_after_is_obeyed_once_when_it_is_short() -> None:
    with ScriptedServer(
        [{"status": 429, "headers": {"retry-after": "0.05"}}, {"content": PLAN}]
    ) as server:
        assert ask(client(server)).thought == "navy, no stripes"
    assert len(server.requests) == 2


def test_a_long_retry_after_is_not_waited_for() -> None:
    with (
        ScriptedServer([{"status": 429, "headers": {"retry-after": "60"}}]) as server,
        pytest.raises(ModelFailureError),
    ):
        ask(client(server))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"rounds": 0}, "rounds"),
        ({"seconds": 0.1}, "time"),
        ({"tokens": 120}, "tokens"),
        ({"usd": 1e-6}, "money"),
    ],
)
def test_no_call_beyond_the_budget(limit: dict[str, float], says: str) -> None:
    with (
        ScriptedServer([{"content": PLAN}]) as server,
        pytest.raises(ModelFailureError, match=says),
    ):
        ask(client(server), budget(**limit))  # its clock runs from here
    assert server.requests == []


def test_planning_leaves_a_round_and_time_to_speak() -> None:
    spending = budget(rounds=3, seconds=9.0)
    assert (spending.rounds_left(PLANNING), spending.rounds_left(SPEAK)) == (2, 3)
    assert spending.seconds_left(PLANNING) < spending.seconds_left(SPEAK) <= 9.0
    assert budget(rounds=1).rounds_left(PLANNING) == 1


def test_what_a_turn_spent_is_told() -> None:
    spending = budget(rounds=4, tokens=20_000, seconds=10.0, usd=0.05)
    with ScriptedServer([{"content": PLAN}]) as server:
        ask(client(server), spending)
    assert re.fullmatch(
        r"model: 1 of 4 rounds, 1\.1k of 20k tokens, \d\.\d of 10 s, \$0\.00\d+ of \$0\.05",
        spending.line(),
    )


def test_a_turn_near_its_limits_asks_for_a_short_answer() -> None:
    with ScriptedServer([{"content": PLAN}]) as server:
        ask(client(server), budget(tokens=1_100))
    assert 100 <= server.requests[0]["max_completion_tokens"] < 500


def test_an_identical_call_is_made_once_and_costs_nothing() -> None:
    ledger, again = Ledger(":memory:", 5.0), budget()
    with ScriptedServer([{"content": PLAN}]) as server:
        model = client(server, ledger)
        first = ask(model)
        spent = ledger.spent()
        assert ask(model, again) == first
        assert ledger.spent() == spent
        assert "1 of 3 rounds (1 from the cache), 0 of 30k tokens" in again.line()
        ask(model, words="green")
        model.cache.clear()
        ask(model)
    assert len(server.requests) == 3


def test_what_could_not_be_used_is_not_cached() -> None:
    with ScriptedServer([{"content": "{nope"}, {"content": {"a": 1}}, {"content": PLAN}]) as server:
        model = client(server)
        assert [ask(model) is None for _ in range(3)] == [True, True, False]


def test_the_cache_is_bounded_and_keeps_what_is_used() -> None:
    cache = Cache(max_answers=2)
    for name in "ab":
        cache.put(name, name)
    assert cache.get("a") == "a"
    cache.put("c", "c")
    assert (len(cache), cache.get("b"), cache.get("a")) == (2, None, "a")
    assert Cache.key({"x": 1, "y": 2}) == Cache.key({"y": 2, "x": 1}) != Cache.key({"x": 1, "y": 3})


def test_a_cut_call_is_booked_as_estimated() -> None:
    """Nobody knows what the service counted; a cap that counts nothing would not close."""
    ledger = Ledger(":memory:", 5.0)
    with (
        ScriptedServer([{"content": PLAN, "cut": True}]) as server,
        pytest.raises(ModelFailureError),
    ):
        ask(client(server, ledger))
    assert ledger.spent() > 0
    with ScriptedServer([{"status": 401}]) as server, pytest.raises(ModelFailureError):
        ask(client(server, refused := Ledger(":memory:", 5.0)))
    assert refused.spent() == 0


def test_the_daily_cap_stops_calls_and_ends_with_the_day() -> None:
    day = ["2026-01-01"]
    ledger = Ledger(":memory:", 0.001, today=lambda: day[0])
    with ScriptedServer([{"content": PLAN}]) as server:
        model = client(server, ledger)
        ask(model)
        with pytest.raises(ModelFailureError, match="cap"):
            ask(model, words="green")
        day[0] = "2026-01-02"
        ask(model, words="green")
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
    with (
        ScriptedServer(
            [{"content": "one two three four. five six seven eight nine ten", "cut": True}]
        ) as server,
        pytest.raises(ModelFailureError, match="cut off"),
    ):
        # extend keeps the pieces that came before the failure
        pieces.extend(client(server).stream([{"role": "user", "content": "x"}], budget()))
    assert "".join(pieces).startswith("one two")


def test_what_names_nothing_is_left_out_openly() -> None:
    turn = PlannedTurn.model_validate(
        {
            **PLAN,
            "constraints": [
                planned("color", "require", "blurple-ish"),
                planned("price", "require", None),
                planned("price", "require", high=50),
                planned("pattern", "exclude", "stripes"),
                planned("style", "require", "elegant", vibe=True),
                planned("length", "less", "length"),
                planned("brand", "require", "acme"),
                planned("brand", "require", "Chanel"),
                planned("size", "require", "M"),
            ],
            "refers_to_items": [2, 9],
            "keep": ["color"],
        }
    )
    shown = (Shown(id="a"), Shown(id="b"))
    plan = to_plan(turn, "in size M", Context(shown=shown, brands=("ACME",)))
    assert [(c.facet, c.op, c.value) for c in plan.reading.constraints] == [
        ("price", "require", PriceRange(max=50)),
        ("pattern", "exclude", "striped"),
        ("style", "prefer", "elegant"),
        ("length", "less", "length"),
        ("brand", "require", "ACME"),
        ("size", "require", "M"),
    ]
    assert [m.item_id for m in plan.reading.mentions] == ["b"]
    assert plan.reading.keep == ("color",)
    assert plan.left_out == (
        "color require blurple-ish",
        "price require None",
        "brand require Chanel",
    )


def test_a_question_asks_and_wishes_nothing() -> None:
    turn = PlannedTurn.model_validate(
        {**PLAN, "intent": "question", "refers_to_items": [1], "question": "Free shipping?"}
    )
    plan = to_plan(turn, "is the first one navy?", Context(shown=(Shown(id="a"),)))
    assert plan.reading.constraints == ()
    assert [c.value for c in plan.reading.intents[0].constraints] == ["navy"]
    assert plan.question is None  # it promised something


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The Breeze Shirt is navy and has no pockets.", []),
        ("It has pockets.", ["details pockets"]),
        (
            "A leather skirt by Acme for 12.",
            ["category skirt", "material leather", "number 12", "brand Acme"],
        ),
        ("It costs 39.90 and is without stripes.", ["no pattern striped"]),
    ],
)
def test_grounding_names_what_the_facts_do_not_hold(sentence: str, found: list[str]) -> None:
    assert (
        problems(
            sentence,
            {("color", "navy"), ("category", "shirt")},
            {("details", "pockets")},
            {39.9},
            ["Breeze Shirt"],
            ["Acme"],
        )
        == found
    )


def test_sentences_come_as_soon_as_they_are_whole() -> None:
    assert list(sentences(["One is. ", "Two", " is! Thr", "ee"])) == [
        "One is. ",
        "Two is! ",
        "Three",
    ]
