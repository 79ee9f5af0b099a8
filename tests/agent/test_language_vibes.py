"""Vibes: the lexicon holds together, explicit words win, the unknown is named."""

from __future__ import annotations

import pytest
from notation import said

from agent.language import read
from agent.language.vibes import lexicon
from vocabulary import ATTRIBUTE_FACETS, values

ENTRIES = {entry.name: entry for entry in lexicon().values()}


def vibe(text: str) -> dict[tuple[str, str], float]:
    """What is preferred because of a vibe: (facet, value) -> weight."""
    return {
        (c.facet, str(c.value)): c.weight
        for c in read(text).constraints
        if c.source == "vibe" and c.op == "prefer"
    }


def test_at_least_120_of_every_kind_and_every_want_is_in_the_vocabulary() -> None:
    assert len(ENTRIES) >= 120
    assert {entry.kind for entry in ENTRIES.values()} == {
        "aesthetic",
        "occasion",
        "weather",
        "dress_code",
    }
    for entry in ENTRIES.values():
        assert entry.reason and entry.wants
        for facet, value, weight in entry.wants:
            assert facet in ATTRIBUTE_FACETS and value in values(facet), (entry.name, facet, value)
            assert 0 < weight <= 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bridgerton vibes", "regencycore"),
        ("quiet luxury", "quiet luxury"),
        ("cottagecore", "cottagecore"),
        ("something Y2K", "y2k"),
        ("dark academia", "dark academia"),
        ("old money style", "old money"),
        ("something for a garden wedding in June", "garden wedding"),
        ("first day at a law firm", "first day at a law firm"),
        ("rainy festival", "rainy festival"),
        ("black tie event", "black tie"),
        ("a winter coat", "winter"),
        ("I have a job interview", "job interview"),
        ("for the beach", "beach"),
        ("cotagecore vibes", "cottagecore"),
    ],
)
def test_known(text: str, name: str) -> None:
    reading = read(text)
    assert name in [v.name for v in reading.vibes]
    assert all(c.op == "prefer" and c.reason for c in reading.constraints if c.source == "vibe")
    assert reading.unknown_vibes == ()


@pytest.mark.parametrize(
    "text",
    [
        "a black tie",
        "black tie dye",
        "a work shirt in blue",
        "no sleeves",
        "vintage",
        "a cold shoulder top",
        "royal blue",
    ],
)
def test_what_is_no_vibe(text: str) -> None:
    assert read(text).vibes == ()


def test_words_win_over_a_vibe() -> None:
    assert ("pattern", "checked") in vibe("dark academia") and ("pattern", "checked") not in vibe(
        "dark academia but no plaid"
    )
    assert ("color", "brown") not in vibe("dark academia in red") and said(
        "dark academia in red"
    ) == {"require color:red"}
    assert ("length", "midi") not in vibe("garden wedding, mini")


def test_a_refused_vibe_is_less_of_it() -> None:
    constraints = read("not too preppy").constraints
    assert [(c.op, c.source) for c in constraints] == [("less", "vibe")]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("zorblax vibes", "zorblax"),
        ("something for a quidditch match", "quidditch match"),
        ("wobblecore", "wobblecore"),
    ],
)
def test_the_unknown_is_named(text: str, unknown: str) -> None:
    assert unknown in read(text).unknown_vibes


def test_the_tie_of_black_tie_is_no_garment() -> None:
    constraints = read("a black tie event").constraints
    assert not any(c.facet == "category" and c.op == "require" for c in constraints)
    assert ("style", "formal") in {(c.facet, c.value) for c in constraints}
