"""The known ways to fail, through the whole chat: drift, halting, attribute blindness."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from agent import Stylist

BLIND = [
    ("a dress without pockets", "details", "pockets"),
    ("a shirt, not striped", "pattern", "striped"),
    ("a jacket without a hood", "details", "hood"),
    ("trousers, nothing black", "color", "black"),
    ("a top that is not sleeveless", "sleeve_length", "sleeveless"),
    ("skirts, no floral please", "pattern", "floral"),
]


@pytest.fixture(scope="module")
def truth(demo_dir: Path) -> dict[str, dict[str, list[str]]]:
    return {
        r["id"]: r["truth"]
        for r in map(json.loads, (demo_dir / "truth.jsonl").read_text().splitlines())
    }


@pytest.mark.parametrize(("text", "facet", "value"), BLIND)
def test_blindness_an_explicit_no_is_seen(
    stylist: Stylist, truth: dict, text: str, facet: str, value: str
) -> None:
    reply = stylist.chat(stylist.new_session(), text)
    assert any((c.facet, c.op, c.value) == (facet, "exclude", value) for c in reply.constraints)
    assert reply.cards, "nothing to judge"
    broken = [card.id for card in reply.items if value in truth[card.id].get(facet, ())]
    assert not broken


def test_blindness_the_no_outlives_other_wishes(stylist: Stylist, truth: dict) -> None:
    session = stylist.new_session()
    for text in ("a dress without pockets", "in blue", "cheaper", "show more", "in red instead"):
        reply = stylist.chat(session, text)
        assert any(
            (c.facet, c.op, c.value) == ("details", "exclude", "pockets") for c in reply.constraints
        ), text
        assert not [
            card.id for card in reply.items if "pockets" in truth[card.id].get("details", ())
        ]


def test_drift_the_rest_of_the_reference_stays(stylist: Stylist, truth: dict) -> None:
    """Another colour, the same garment: hits are closer to the reference than words alone find."""
    layout, vectors = stylist.encoder.layout, np.asarray(stylist.catalog.vectors, dtype=np.float32)
    kept = [layout.slice(name) for name in ("category", "silhouette", "pattern")]

    def closeness(ids: list[str], anchor: str) -> float:
        at = vectors[stylist.catalog.row(anchor)]
        return float(
            np.mean([[vectors[stylist.catalog.row(i)][s] @ at[s] for s in kept] for i in ids])
        )

    first = stylist.chat(stylist.new_session(), "a black dress").items[0].id
    like = [c.id for c in stylist.chat(stylist.new_session(), "this in blue", like=first).cards][:5]
    words = [c.id for c in stylist.chat(stylist.new_session(), "something blue").cards][:5]
    assert like and all(
        "dress" in truth[i]["category"][0] or truth[i]["category"][0] == "gown" for i in like
    )
    assert closeness(like, first) > closeness(words, first)


@pytest.mark.parametrize(
    "text",
    [
        "a leather backpack with long sleeves",
        "a dress by Zanzibarrissimo",
        "a coat under 1 euro",
        "a transparent fur watch, not a watch",
        "everything but nothing blue red green black white",
    ],
)
def test_halting_a_wish_that_cannot_be_met_ends(stylist: Stylist, text: str) -> None:
    reply = stylist.chat(stylist.new_session(), text)
    assert reply.steps[-1] == "speak"
    assert reply.steps.count("action") <= 3
    assert reply.reply


def test_replies_are_the_same_without_the_truth(
    demo_dir: Path, stylist: Stylist, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(demo_dir, bare)
    (bare / "truth.jsonl").unlink()
    other = Stylist.open(bare, memory=":memory:", encoder=stylist.encoder)
    for text in ("a red dress without pockets", "cheaper", "why this one?"):
        a, b = (s.chat("same", text).public() for s in (stylist, other))
        assert {**a, "ms": None} == {**b, "ms": None}
    stylist.forget("same")
