"""Turns through the real graph on a tiny shop: what is shown, said, kept and given up."""

from __future__ import annotations

import pytest

from agent import Stylist
from errors import InputError
from tests.agent.told import ids, wish


def test_a_wish_brings_what_fits_and_nothing_else(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "red, no stripes")
    assert set(ids(reply)) == {"I01", "I09", "I17"}
    assert (
        reply.turn == 1
        and reply.steps == ("thought", "action", "critic", "speak")
        and reply.planner == "offline"
    )
    assert all(v.verdict == "met" for card in reply.items for v in card.verdicts)
    assert "3" in reply.reply


def test_the_public_form_is_the_contracts(tiny: Stylist, session: str) -> None:
    said = tiny.chat(session, "a red dress under 20, no stripes").public()
    assert {
        "session",
        "turn",
        "reply",
        "items",
        "unconfirmed",
        "constraints",
        "question",
        "relaxed",
        "steps",
        "planner",
        "ms",
    } <= set(said)
    budget = {
        "facet": "price",
        "op": "require",
        "value": {"max": 20.0},
        "source": "words",
        "confidence": 1.0,
    }
    assert budget in said["constraints"]
    first = said["items"][0]
    assert {"id", "title", "score", "verdicts"} <= set(first)
    assert {"facet", "op", "value", "verdict", "source", "confidence"} == set(first["verdicts"][0])
    assert said["ms"]["total"] > 0


def test_follow_ups_keep_the_no_and_the_budget(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "a red dress under 60, no stripes")
    reply = tiny.chat(session, "in navy instead")
    assert wish(reply) == {"require dress", "exclude striped", "require at most 60", "require navy"}
    assert ids(reply) == ["I03"]
    reply = tiny.chat(session, "boots")
    assert {"exclude striped", "require at most 60", "require boots"} == wish(reply)
    assert reply.cards == () and reply.relaxed == ()  # a budget is never given up
    assert "€95" in reply.question  # but what it would take is said
    agreed = tiny.chat(session, "yes please")
    assert "require at most 95" in wish(agreed) and ids(agreed) == ["I17"]
    assert (
        "did not" in tiny.chat(session, "yes").reply or tiny.chat(session, "yes").cards == ()
    )  # asked once, answered once


def test_cheaper_is_cheaper_than_the_first_shown(tiny: Stylist, session: str) -> None:
    first = tiny.chat(session, "navy shirts").items[0]
    reply = tiny.chat(session, "any colour, but cheaper")
    assert reply.items and all(card.price < first.price for card in reply.items)
    assert "less price" in wish(reply)


def test_nothing_cheaper_is_said_and_the_cheapest_comes_first(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "a red dress, no stripes")
    reply = tiny.chat(session, "cheaper")
    assert ids(reply) == ["I01"] and "cheaper than" in reply.reply


def test_undo_goes_back_and_start_over_clears(tiny: Stylist, session: str) -> None:
    first = tiny.chat(session, "a red dress")
    tiny.chat(session, "in navy instead")
    undone = tiny.chat(session, "undo")
    assert ids(undone) == ids(first) and wish(undone) == wish(first)
    assert tiny.chat(session, "start over").constraints == ()
    assert wish(tiny.chat(session, "undo")) == wish(first)


def test_undo_with_nothing_to_undo_says_so(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "undo")
    assert "nothing to undo" in reply.reply and reply.items == ()


def test_show_more_continues_to_the_end_and_says_so(tiny: Stylist, session: str) -> None:
    seen: list[str] = []
    reply = tiny.chat(session, "dresses", k=3)
    while reply.cards:
        seen += [card.id for card in reply.cards]
        reply = tiny.chat(session, "show more", k=3)
    assert len(seen) == len(set(seen)) == 8
    assert "That was all" in reply.reply and reply.relaxed == ()


def test_not_these_do_not_come_back(tiny: Stylist, session: str) -> None:
    shown = ids(tiny.chat(session, "dresses", k=3))
    assert not set(shown) & {card.id for card in tiny.chat(session, "not these", k=3).cards}
    assert not set(shown) & {
        card.id for card in tiny.chat(session, "shirts or dresses", k=16).cards
    }


def test_undo_brings_refused_items_back(tiny: Stylist, session: str) -> None:
    first = ids(tiny.chat(session, "dresses", k=3))
    tiny.chat(session, "not these", k=3)
    assert ids(tiny.chat(session, "undo", k=3)) == first
    tiny.feedback(session, first[0], "not_this")
    assert ids(tiny.chat(session, "undo", k=3)) == first


def test_a_refused_card_is_replaced_and_stays_away(tiny: Stylist, session: str) -> None:
    first = ids(tiny.chat(session, "dresses, no stripes", k=3))
    reply = tiny.feedback(session, first[0], "not_this")
    assert reply is not None and first[0] not in ids(reply) and "exclude striped" in wish(reply)
    assert len(reply.items) == 3


def test_more_like_a_card_keeps_the_no_and_takes_the_kind(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "no stripes")
    reply = tiny.chat(session, like="I11")
    assert {"exclude striped", "require shirt"} <= wish(reply)
    assert (
        reply.reference_id == "I11"
        and "I11" not in ids(reply)
        and set(ids(reply)) <= {"I09", "I13", "I15"}
    )


def test_the_second_one_but_cheaper(tiny: Stylist, session: str) -> None:
    second = tiny.chat(session, "striped shirts or dresses").items[1]
    reply = tiny.chat(session, "the second one but cheaper")
    assert reply.reference_id == second.id
    assert all(card.price < second.price for card in reply.items)


def test_a_chip_tapped_away(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "a red dress under 20, no stripes")
    reply = tiny.remove(session, "price", "require", {"max": 20.0})
    assert "require at most 20" not in wish(reply)
    reply = tiny.remove(session, "color", "require", "red")
    assert wish(reply) == {"require dress", "exclude striped"} and len(reply.items) == 4
    with pytest.raises(InputError, match="has no constraint"):
        tiny.remove(session, "color", "require", "red")
    assert tiny.history(session)[-1].text.startswith("(removed")


def test_what_the_shop_lacks_is_said_and_the_nearest_kind_shown(
    tiny: Stylist, session: str
) -> None:
    reply = tiny.chat(session, "sandals, no stripes")
    assert reply.relaxed == ("category: sandals",)
    assert "no sandals" in reply.reply
    assert {card.title.split()[-1] for card in reply.items} == {"boots"}
    assert {"exclude striped", "prefer sandals"} == wish(reply)
    assert "require sandals" in {
        f"{c.op} {c.value}" for c in tiny.memory.load(session).wish.constraints
    }
    back = tiny.remove(session, "category", "prefer", "sandals")
    assert wish(back) == {"exclude striped"}


def test_a_kind_without_kin_shows_nothing_and_asks(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "watches")
    assert reply.cards == () and reply.question and "no watches" in reply.reply


def test_an_explicit_no_is_never_given_up(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a dress that is not red, not navy, not black, not green")
    assert reply.cards == () and reply.question
    assert all(not name.startswith("color") for name in reply.relaxed)


def test_no_search_is_made_twice_and_rounds_end(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a paisley yellow sandal by Alder in size XXL under 1")
    assert reply.steps.count("action") <= 3
    assert reply.steps[-1] == "speak"


def test_sizes_and_stock_are_respected(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "dresses in a medium")
    assert reply.items and all("M" in card.sizes for card in reply.items)


def test_why_this_one_names_listing_and_picture(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "a navy dress, no stripes")
    said = tiny.chat(session, "why this one?").reply
    assert "listing says" in said and "picture shows no stripes" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("thanks!", "welcome"),
        ("hello", "Hello"),
        ("", "empty"),
        ("   ", "empty"),
        ("asdfgh qwertz", "asdfgh"),
    ],
)
def test_small_talk_in_one_line(tiny: Stylist, session: str, text: str, says: str) -> None:
    tiny.chat(session, "a red dress")
    reply = tiny.chat(session, text)
    assert says in reply.reply and "\n" not in reply.reply and reply.cards == ()
    assert wish(reply) == {"require red", "require dress"}  # nothing is lost


def test_a_question_about_an_item_is_answered_from_its_listing(tiny: Stylist, session: str) -> None:
    first = tiny.chat(session, "a red dress, no stripes").items[0]
    assert "€15" in tiny.chat(session, "how much is the first one?").reply
    assert "S, M and L" in tiny.chat(session, "what sizes does it come in?").reply
    said = tiny.chat(session, "is it striped?")
    assert "no" in said.reply and first.title in said.reply
    assert wish(said) == {"require red", "require dress", "exclude striped"}


def test_a_mood_brings_its_kind_only_where_nothing_else_tells_one(
    tiny: Stylist, session: str
) -> None:
    said = tiny.chat(session, "something for a garden wedding").constraints
    assert ("category", "prefer", "dress") in {c.key for c in said}
    other = tiny.new_session()
    tiny.chat(other, "skirts")
    said = tiny.chat(other, "for a garden wedding").constraints
    assert {c.key for c in said if c.facet == "category"} == {("category", "require", "skirt")}
    named = tiny.chat(
        tiny.new_session(), "for a garden wedding", like=tiny.catalog.ids[0]
    ).constraints
    assert not any(c.facet == "category" and c.op == "prefer" for c in named)


def test_a_number_alone_shows_so_many(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "dresses")
    assert len(tiny.chat(session, "show me two").items) == 2
