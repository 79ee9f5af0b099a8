"""Bad input, switches, memory and threads through the real graph on a tiny shop."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image

from agent import Stylist
from errors import CatalogMissingError, EncoderMismatchError, InputError
from settings import load_settings
from tests.agent.told import ids, wish
from tests.agent.world import CodeBookEncoder
from vocabulary.wish import PriceRange


def test_a_hundred_thousand_characters_are_cut_with_a_note(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a red dress " + "x" * 100_000)
    assert any("100,012" in note for note in reply.notes)
    assert {"require red", "require dress"} <= wish(reply)


def test_a_bad_picture_is_told_and_the_words_are_answered(
    tiny: Stylist, session: str, tmp_path: Path
) -> None:
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


def test_a_guard_that_fails_shows_nothing(
    tiny: Stylist, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_forget_by_word_and_by_button(
    tiny: Stylist, session: str, codebook: CodeBookEncoder
) -> None:
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
    one.chat(
        "s", "a dress, no stripes", image=codebook.picture({"category": "dress", "color": "navy"})
    )
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
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=ask, args=(text,))
        for text in ("a red dress", "in navy", "no stripes", "cheaper") * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert [turn.turn for turn in tiny.history(session)] == list(range(1, 9))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"k": 0}, "allowed: 1 to"),
        ({"composer": "magic"}, "allowed: image"),
        ({"planner": "oracle"}, "unknown planner"),
    ],
)
def test_wrong_switches_are_refused(tiny: Stylist, session: str, given: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        tiny.chat(session, "a red dress", **given)
    assert tiny.history(session) == []


def test_without_a_key_the_model_is_replaced_with_a_note(tiny: Stylist, session: str) -> None:
    reply = tiny.chat(session, "a red dress", planner="llm")
    assert (
        reply.planner == "offline"
        and any("OPENAI_API_KEY" in note for note in reply.notes)
        and reply.items
    )


def test_no_catalogue_and_another_encoders_catalogue(tmp_path: Path, shop_dir: Path) -> None:
    with pytest.raises(CatalogMissingError, match="python -m catalog"):
        Stylist.open(tmp_path / "none", encoder=CodeBookEncoder())
    other = CodeBookEncoder()
    other.fingerprint = "codebook-2"
    with pytest.raises(EncoderMismatchError):
        Stylist.open(shop_dir, encoder=other)


def test_a_budget_is_one_constraint(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "dresses over 20")
    reply = tiny.chat(session, "under 50")
    assert [c.value for c in reply.constraints if c.facet == "price"] == [
        PriceRange(min=20, max=50)
    ]
