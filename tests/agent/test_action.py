"""A round: order, grouping, and the fingerprint that keeps a search from being made twice."""

from __future__ import annotations

import pytest

from agent.action import fingerprint
from agent.ordering import designs_first, in_order
from agent.replies import Card, Check
from agent.state import Reference, Request
from tests.agent.test_merge import c, w
from vocabulary.wish import Wish


def card(
    name: str, *checks: tuple[str, str, str, str], price: float | None = None, group: str = ""
) -> Card:
    verdicts = tuple(
        Check(facet=f, op=o, value=v, verdict=said, source="listing") for f, o, v, said in checks
    )
    return Card(id=name, title=name, score=0.5, verdicts=verdicts, price=price, group=group or name)


def names(cards: object) -> str:
    return "".join(shown.id for shown in cards)


def test_what_meets_the_comparatives_comes_first_else_rank_counts() -> None:
    longer = ("length", "more", "length")
    verdicts = {"a": "broken", "b": "unknown", "c": "met", "d": "met"}
    cards = [card(name, (*longer, verdict)) for name, verdict in verdicts.items()]
    assert names(in_order(cards, Wish(constraints=w(">length length")))) == "cdba"


def test_where_nothing_is_cheaper_the_cheapest_comes_first() -> None:
    cheaper = ("price", "less", "price")
    cards = [
        card("a", (*cheaper, "broken"), price=30.0),
        card("b", (*cheaper, "broken"), price=20.0),
    ]
    assert names(in_order(cards, Wish(constraints=w("<price price")))) == "ba"


def test_soft_wishes_of_the_words_come_before_rank_those_of_a_photo_do_not() -> None:
    floral = ("pattern", "prefer", "floral")
    cards = [card("a", (*floral, "broken")), card("b", (*floral, "met"))]
    assert names(in_order(cards, Wish(constraints=(c("~pattern floral", "vibe"),)))) == "ba"
    assert names(in_order(cards, Wish(constraints=(c("~pattern floral", "photo"),)))) == "ab"


def test_one_of_each_design_first_then_its_colourways_as_far_as_there_is_room() -> None:
    cards = [card("a", group="x"), card("b", group="x"), card("c", group="y"), card("d", group="x")]
    assert names(designs_first(cards, 2)) == "ac"
    assert names(designs_first(cards, 3)) == "acb"
    assert designs_first(cards, 0) == ()


def test_another_search_has_another_name() -> None:
    one = fingerprint(Wish(constraints=w("+color red")), Reference(), Request(), frozenset())
    assert one == fingerprint(
        Wish(constraints=w("+color red")), Reference(), Request(), frozenset()
    )
    others = {
        fingerprint(Wish(constraints=w("+color blue")), Reference(), Request(), frozenset()),
        fingerprint(Wish(constraints=w("+color red")), Reference(), Request(k=5), frozenset()),
        fingerprint(Wish(constraints=w("+color red")), Reference(), Request(), frozenset({1})),
    }
    assert len(others | {one}) == 4


@pytest.mark.parametrize("screened", [60, 4_000])
@pytest.mark.parametrize(
    "text", ["a striped dress", "a dress, not blue", "sneakers under 60, not white"]
)
def test_a_large_catalogue_is_searched_in_steps_to_the_same_end(
    stylist, monkeypatch, text: str, screened: int
) -> None:
    """What fits must be found though only a part of what is allowed is fetched at each step."""
    whole = stylist.chat(stylist.new_session(), text, k=8)
    monkeypatch.setattr("agent.action.FETCH_FACTOR", 1)
    monkeypatch.setattr("agent.action.MAX_SCREENED", screened)
    steps = stylist.chat(stylist.new_session(), text, k=8)
    assert len(steps.items) == len(whole.items) and {c.id for c in steps.items[:1]} & {
        c.id for c in whole.items
    }
    assert all(
        check.verdict == "met"
        for card in steps.items
        for check in card.verdicts
        if check.op in ("require", "exclude")
    )
