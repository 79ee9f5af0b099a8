"""Taste: feedback as a direction that the next search leans to."""

from __future__ import annotations

import numpy as np

from agent import Stylist
from agent.memory.store import Memory
from agent.wish.taste import Taste, packed, unpacked


def test_likes_pull_and_dislikes_push(tiny: Stylist) -> None:
    memory = Memory()
    taste = Taste(memory, tiny.catalog, tiny.encoder)
    assert taste.vector("s") is None
    memory.judge("s", "I04", "not_this")  # navy striped dress
    assert taste.vector("s") is None  # a dislike alone names no direction
    memory.judge("s", "I01", "save")  # red plain dress
    vector = taste.vector("s")
    assert vector is not None
    color = tiny.encoder.layout.slice("color")
    red, navy = (
        np.asarray(tiny.catalog.vectors[tiny.catalog.row(i)], np.float32)[color]
        for i in ("I01", "I03")
    )
    assert vector[color] @ red > 0.5 > 0 > vector[color] @ navy - red @ navy
    for name in tiny.encoder.layout.names:
        length = float(np.linalg.norm(vector[tiny.encoder.layout.slice(name)]))
        assert length < 1e-6 or abs(length - 1) < 1e-5


def test_what_was_taken_back_and_what_is_gone_do_not_count(tiny: Stylist) -> None:
    memory = Memory()
    taste = Taste(memory, tiny.catalog, tiny.encoder)
    memory.judge("s", "I01", "save")
    memory.judge("s", "I01", "unsave")
    memory.judge("s", "sold-last-year", "save")
    assert taste.vector("s") is None


def test_a_saved_item_pulls_the_next_search(tiny: Stylist, session: str) -> None:
    before = [c.id for c in tiny.chat(session, "dresses, no stripes").items]
    last = before[-1]
    tiny.feedback(session, last, "save")
    after = [c.id for c in tiny.chat(session, "dresses, no stripes").items]
    assert set(after) == set(before) and after.index(last) < before.index(last)


def test_asking_for_more_like_it_is_a_like_and_keeps_the_save(tiny: Stylist, session: str) -> None:
    tiny.chat(session, "dresses")
    tiny.feedback(session, "I01", "save")
    tiny.chat(session, like="I01")
    assert tiny.memory.feedback(session)["I01"] == "more_like"
    assert [item.id for item in tiny.saved(session)] == ["I01"]


def test_what_is_left_alone_while_other_things_change_counts_more(
    tiny: Stylist, session: str
) -> None:
    taste = Taste(tiny.memory, tiny.catalog, tiny.encoder)
    tiny.chat(session, "red dresses")
    assert (
        taste.emphasis(tiny.memory.load(session)) == {}
    )  # one search says nothing of what is kept
    for text in ("with long sleeves", "no, sleeveless", "make it short sleeves"):
        tiny.chat(session, text)
    factors = taste.emphasis(tiny.memory.load(session))
    assert factors["color"] > 1 > factors["silhouette"]
    assert len(tiny.memory.load(session).rounds) == 4
    tiny.chat(session, "start over")
    assert (
        tiny.memory.load(session).rounds == () and taste.emphasis(tiny.memory.load(session)) == {}
    )


def test_feedback_moves_the_slices_and_a_rebuilt_catalogue_may_have_lost_items(
    tiny: Stylist, session: str
) -> None:
    taste = Taste(tiny.memory, tiny.catalog, tiny.encoder)
    shown = tiny.chat(session, "dresses like this", like="I01").cards
    tiny.feedback(session, shown[0].id, "save")
    factors = taste.emphasis(tiny.memory.load(session))
    assert factors and 0.5 <= min(factors.values()) < max(factors.values()) <= 2
    state = tiny.memory.load(session)
    gone = state.model_copy(
        update={
            "rounds": tuple(
                r.model_copy(update={"shown": ("sold-last-year",)}) for r in state.rounds
            )
        }
    )
    assert taste.emphasis(gone) == {}


def test_a_query_survives_its_packing() -> None:
    query = np.linspace(-1, 1, 256, dtype=np.float32)
    assert np.allclose(unpacked(packed(query)), query, atol=1e-3)
