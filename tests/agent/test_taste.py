"""Taste: feedback as a direction that the next search leans to."""

from __future__ import annotations

import numpy as np

from agent import Stylist
from agent.memory import Memory
from agent.taste import Taste


def test_likes_pull_and_dislikes_push(tiny: Stylist) -> None:
    memory = Memory()
    taste = Taste(memory, tiny.catalog, tiny.encoder.layout)
    assert taste.vector("s") is None
    memory.judge("s", "I04", "not_this")  # navy striped dress
    assert taste.vector("s") is None  # a dislike alone names no direction
    memory.judge("s", "I01", "save")  # red plain dress
    vector = taste.vector("s")
    assert vector is not None
    color = tiny.encoder.layout.slice("color")
    red, navy = (np.asarray(tiny.catalog.vectors[tiny.catalog.row(i)], np.float32)[color] for i in ("I01", "I03"))
    assert vector[color] @ red > 0.5 > 0 > vector[color] @ navy - red @ navy
    for name in tiny.encoder.layout.names:
        length = float(np.linalg.norm(vector[tiny.encoder.layout.slice(name)]))
        assert length < 1e-6 or abs(length - 1) < 1e-5


def test_what_was_taken_back_and_what_is_gone_do_not_count(tiny: Stylist) -> None:
    memory = Memory()
    taste = Taste(memory, tiny.catalog, tiny.encoder.layout)
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
