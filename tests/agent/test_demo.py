"""Turns on the drawn catalogue with the built-in encoder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from agent import Stylist
from agent.replies import Reply
from demo import render_training

ASKED = ("a navy dress, no stripes", "cheaper", "in red instead", "show more", "why this one?")


def told(reply: Reply) -> dict:
    return {**reply.public(), "ms": None, "session": None}


def test_replies_are_the_same_without_the_truth(
    stylist: Stylist, demo_dir: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(demo_dir, bare, copy_function=os.link)
    (bare / "truth.jsonl").unlink()
    other = Stylist.open(bare, encoder=stylist.encoder)
    one, two = stylist.new_session(), other.new_session()
    photo = render_training(np.random.default_rng(5))[0]
    assert told(stylist.chat(one, "like this", image=photo)) == told(
        other.chat(two, "like this", image=photo)
    )
    for text in ASKED:
        assert told(stylist.chat(one, text)) == told(other.chat(two, text))


@pytest.mark.parametrize(
    "text",
    [
        "a shirt, nothing striped",
        "a dress without pockets",
        "not black, under 60",
        "no floral skirts",
    ],
)
def test_nothing_shown_is_listed_as_what_was_refused(stylist: Stylist, text: str) -> None:
    session = stylist.new_session()
    for words in (text, "cheaper", "show more"):
        reply = stylist.chat(session, words)
        hard = [c for c in reply.constraints if c.hard]
        rows = stylist.tools.rows(card.id for card in reply.cards)
        assert stylist.catalog.allowed_rows(hard)[rows].all()
        assert all(v.verdict == "met" for card in reply.items for v in card.verdicts if v.hard)
        assert not any(
            v.verdict == "broken" for card in reply.cards for v in card.verdicts if v.hard
        )


def test_sold_out_items_are_not_shown(stylist: Stylist) -> None:
    session, seen = stylist.new_session(), []
    for words in ("jackets or coats", "show more", "show more", "show more"):
        seen += [card.id for card in stylist.chat(session, words, k=30).cards]
    assert seen and stylist.catalog.available[stylist.tools.rows(seen)].all()
