"""Turns through the real graph on the tiny shop, whose every right answer is known."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image

from agent import Stylist
from agent.replies import Reply
from catalog.wish import PriceRange
from errors import CatalogMissing, EncoderMismatch, InputError
from settings import load_settings
from tests.agent.world import CodeBookEncoder


def ids(reply: Reply) -> list[str]:
    return [card.id for card in reply.items]


def wish(reply: Reply) -> set[str]:
    return {f"{c.op} {c.value}" for c in reply.constraints if c.source != "photo"}


def test_a_wish_brings_what_fits_and_nothing_else(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "red, no stripes")
    assert set(ids(reply)) == {"I01", "I09", "I17"}
    assert reply.turn == 1 and reply.steps == ("thought", "action", "critic", "speak") and reply.planner == "offline"
    assert all(v.verdict == "met" for card in reply.items for v in card.verdicts)
    assert "3" in reply.reply


def test_the_public_form_is_the_contracts(tiny: Stylist, session: str) -> None:
    said = tiny.chat(session, "a red dress under 20, no stripes").public()
    assert {"session", "turn", "reply", "items", "unconfirmed", "constraints", "question", "relaxed", "steps", "planner",
            "ms"} <= set(said)
    budget = {"facet": "price", "op": "require", "value": {"max": 20.0}, "source": "words", "confidence": 1.0}
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
    assert "did not" in tiny.chat(session, "yes").reply or tiny.chat(session, "yes").cards == ()  # asked once, answered once


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
    assert not set(shown) & {card.id for card in tiny.chat(session, "shirts or dresses", k=16).cards}


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
    assert reply.reference_id == "I11" and "I11" not in ids(reply) and set(ids(reply)) <= {"I09", "I13", "I15"}


def test_the_second_one_but_cheaper(tiny: Stylist, session: str) -> None:
    second = tiny.chat(session, "striped shirts or dresses").items[1]
    reply = tiny.chat(session, "the second one but cheaper")
    assert reply.reference_id == second.id
    assert all(card.price < second.price for card in reply.items)


def test_a_photo_gives_soft_wishes_and_a_kind(tiny: Stylist, session: str, codebook: CodeBookEncoder) -> None:
    photo = codebook.picture({"category": "dress", "color": "navy", "pattern": "striped", "sleeve_length": "short",
                              "gender": "women"})
    reply = tiny.chat(session, "like this but in red, no stripes", image=photo)
    by_facet = {(c.facet, c.op): c for c in reply.constraints}
    assert by_facet["category", "require"].source == "photo" and by_facet["category", "require"].confidence > 0.95
    assert by_facet["color", "require"].value == "red" and ("color", "prefer") not in by_facet
    assert ("pattern", "prefer") not in by_facet  # the words took it away
    assert ids(reply) == ["I01"]
    assert reply.photo["category"]["dress"] > 0.9
    follow = tiny.chat(session, "in green instead")
    assert ids(follow) == ["I07"]  # still a dress like the photo's, still no stripes


def test_a_known_photo_is_not_embedded_again(tiny: Stylist, session: str, codebook: CodeBookEncoder) -> None:
    photo = codebook.picture({"category": "shirt", "color": "green"})
    tiny.chat(session, "like this", image=photo)
    before = codebook.embedded
    tiny.chat(session, "cheaper")
    tiny.chat(session, "like this", image=photo)
    assert codebook.embedded == before


def test_a_corrected_photo_counts_as_corrected(tiny: Stylist, session: str, codebook: CodeBookEncoder) -> None:
    photo = codebook.picture({"category": "dress", "color": "navy", "pattern": "striped"})
    tiny.chat(session, "like this", image=photo)
    reply = tiny.correct_photo(session, "category", "shirt")
    assert any((c.facet, c.op, c.value, c.source) == ("category", "require", "shirt", "button") for c in reply.constraints)
    assert all("shirt" in card.title for card in reply.items)
    reply = tiny.correct_photo(session, "pattern", None)
    assert not any(c.facet == "pattern" for c in reply.constraints)
    with pytest.raises(InputError, match="cannot be"):
        tiny.correct_photo(session, "color", "blurple")


def test_a_new_photo_takes_the_old_ones_place(tiny: Stylist, session: str, codebook: CodeBookEncoder) -> None:
    tiny.chat(session, "like this, no stripes, under 200", image=codebook.picture({"category": "dress", "color": "navy"}))
    reply = tiny.chat(session, "like this", image=codebook.picture({"category": "shirt", "color": "red", "gender": "women"}))
    assert [c.value for c in reply.constraints if c.source == "photo" and c.facet in ("category", "color", "gender")] == [
        "shirt", "red", "women"]
    assert wish(reply) == {"exclude striped", "require at most 200"}


def test_two_photos_are_one_reference(tiny: Stylist, session: str, codebook: CodeBookEncoder) -> None:
    photos = [codebook.picture({"category": "shirt", "color": c, "pattern": "solid"}) for c in ("red", "black")]
    reply = tiny.chat(session, "like these", image=photos)
    assert len(tiny.history(session)[0].photos) == 2
    assert "shirt" in reply.items[0].title
    assert "shirt" in tiny.chat(session, "cheaper").items[0].title


def test_a_chip_tapped_away(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "a red dress under 20, no stripes")
    reply = tiny.remove(session, "price", "require", {"max": 20.0})
    assert "require at most 20" not in wish(reply)
    reply = tiny.remove(session, "color", "require", "red")
    assert wish(reply) == {"require dress", "exclude striped"} and len(reply.items) == 4
    with pytest.raises(InputError, match="has no constraint"):
        tiny.remove(session, "color", "require", "red")
    assert tiny.history(session)[-1].text.startswith("(removed")


def test_what_the_shop_lacks_is_said_and_the_nearest_kind_shown(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "sandals, no stripes")
    assert reply.relaxed == ("category: sandals",)
    assert "no sandals" in reply.reply
    assert {card.title.split()[-1] for card in reply.items} == {"boots"}
    assert {"exclude striped", "prefer sandals"} == wish(reply)
    assert "require sandals" in {f"{c.op} {c.value}" for c in tiny.memory.load(session).wish.constraints}
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


@pytest.mark.parametrize(("text", "says"), [
    ("thanks!", "welcome"), ("hello", "Hello"), ("", "empty"), ("   ", "empty"), ("asdfgh qwertz", "asdfgh")])
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


def test_a_hundred_thousand_characters_are_cut_with_a_note(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a red dress " + "x" * 100_000)
    assert any("100,012" in note for note in reply.notes)
    assert {"require red", "require dress"} <= wish(reply)


def test_a_bad_picture_is_told_and_the_words_are_answered(tiny: Stylist, session: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"not a picture")
    reply = tiny.chat(session, "a red dress", image=bad)
    assert any("bad.jpg" in note for note in reply.notes) and {"I01", "I02"} == set(ids(reply))
    huge = Image.new("1", (11_000, 10_000))
    reply = tiny.chat(session, "", image=huge)
    assert any("megapixels" in note for note in reply.notes) and reply.cards == ()
    assert wish(reply) == {"require red", "require dress"}


def test_pointing_at_nothing_is_told(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "a red dress, no stripes")
    assert "which one you mean" in tiny.chat(session, "the ninth one").reply


def test_an_unknown_item_to_like_is_told(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a red dress", like="nope")
    assert any("nope" in note for note in reply.notes) and reply.items


def test_the_guard_may_be_switched_off(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a navy dress, no stripes", k=10, guard=False)
    assert all(card.verdicts == () for card in reply.items) and "unchecked" in reply.reply


def test_a_guard_that_fails_shows_nothing(tiny: Stylist, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise FloatingPointError("out of order")

    monkeypatch.setattr(tiny.tools.guard, "_judged", broken)
    reply = tiny.chat(session, "a red dress")
    assert reply.cards == () and "could not check" in reply.reply


def test_events_come_in_order_and_end_with_the_reply(tiny: Stylist, session: str) -> None:
    events = list(tiny.stream(session, "a red dress"))
    assert [e.step for e in events if e.kind == "step"] == ["thought", "action", "critic", "speak"]
    assert events[-1].kind == "reply" and events[-1].reply is not None
    assert "".join(e.text for e in events if e.kind == "text") == events[-1].reply.reply


def test_forget_by_word_and_by_button(tiny: Stylist, session: str, codebook: CodeBookEncoder) -> None:
    tiny.chat(session, "like this", image=codebook.picture({"category": "dress"}))
    tiny.feedback(session, "I01", "save")
    kept = [Path(p) for p in tiny.history(session)[0].photos]
    assert kept and kept[0].exists() and tiny.saved(session)[0].id == "I01"
    said = tiny.chat(session, "forget everything about me")
    assert "deleted" in said.reply and said.constraints == () and said.cards == ()
    assert tiny.history(session) == [] and tiny.saved(session) == [] and not kept[0].exists()
    tiny.chat(session, "a red dress")
    tiny.forget(session)
    assert tiny.export(session)["turns"] == []


def test_a_restart_loses_nothing(shop_dir: Path, codebook: CodeBookEncoder, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "memory.sqlite"
    one = Stylist.open(shop_dir, file, load_settings({}), codebook)
    one.chat("s", "a dress, no stripes", image=codebook.picture({"category": "dress", "color": "navy"}))
    one.feedback("s", "I03", "save")
    one.memory.close()
    two = Stylist.open(shop_dir, file, load_settings({}), codebook)
    assert [t.text for t in two.history("s")] == ["a dress, no stripes"]
    assert two.saved("s")[0].id == "I03"
    assert ids(two.chat("s", "in red instead")) == ["I01"]
    assert two.history("s")[-1].turn == 2


def test_sessions_do_not_see_one_another(tiny: Stylist) -> None:
    one, other = tiny.new_session(), tiny.new_session()
    tiny.chat(one, "a red dress")
    assert tiny.chat(other, "thanks").constraints == ()
    assert one != other and len(one) >= 20


def test_many_threads_in_one_session_take_turns(tiny: Stylist, session: str) -> None:
    failures: list[BaseException] = []

    def ask(text: str) -> None:
        try:
            tiny.chat(session, text)
        except BaseException as error:  # noqa: BLE001 (told by the assertion below)
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(text,)) for text in ("a red dress", "in navy", "no stripes", "cheaper") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert [turn.turn for turn in tiny.history(session)] == list(range(1, 9))


@pytest.mark.parametrize(("given", "says"), [
    ({"k": 0}, "allowed: 1 to"), ({"composer": "magic"}, "allowed: image"), ({"planner": "oracle"}, "unknown planner")])
def test_wrong_switches_are_refused(tiny: Stylist, session: str, given: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        tiny.chat(session, "a red dress", **given)
    assert tiny.history(session) == []


def test_without_a_key_the_model_is_replaced_with_a_note(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a red dress", planner="llm")
    assert reply.planner == "offline" and any("OPENAI_API_KEY" in note for note in reply.notes) and reply.items


def test_no_catalogue_and_another_encoders_catalogue(tmp_path: Path, shop_dir: Path) -> None:
    with pytest.raises(CatalogMissing, match="python -m catalog"):
        Stylist.open(tmp_path / "none", encoder=CodeBookEncoder())
    other = CodeBookEncoder()
    other.fingerprint = "codebook-2"
    with pytest.raises(EncoderMismatch):
        Stylist.open(shop_dir, encoder=other)


def test_a_budget_is_one_constraint(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "dresses over 20")
    reply = tiny.chat(session, "under 50")
    assert [c.value for c in reply.constraints if c.facet == "price"] == [PriceRange(min=20, max=50)]
