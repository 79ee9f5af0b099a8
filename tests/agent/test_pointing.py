"""One resolver of "that red one", for the reader's short items and the catalogue's alike."""

from __future__ import annotations

import pytest

from agent.language import Context, Mention, Shown, read
from agent.language.resolving import at_ordinal, resolve
from agent.language.tokens import contains_phrase
from agent.wish.pointing import as_shown, pointed
from catalog.item import Item
from tests.agent.test_merge import c


def item(id_: str, title: str, **fields: object) -> Item:
    return Item.model_validate({"id": id_, "title": title, **fields})


NAVY = item("navy", "Embroidered navy blouse")
RED = item("red", "Red blouse")


@pytest.mark.parametrize(("page", "ids"), [([NAVY, RED], ["red"]), ([NAVY], [])])
def test_a_colour_is_not_found_inside_another_word(page: list[Item], ids: list[str]) -> None:
    # "Embroidered" is not red
    reading = read("more like that red one", Context(shown=tuple(map(as_shown, page))))
    assert [m.item_id for m in reading.mentions] == (ids or [None])
    assert [hit.id for hit in pointed(reading.mentions, page)] == ids


@pytest.mark.parametrize(
    ("text", "phrase", "contained"),
    [
        ("Embroidered navy blouse", "red", False),
        ("Red blouse", "red", True),
        ("Off-white shirt", "white", False),
        ("Polka-dot skirt", "polka dot", True),
        ("Oversized tee", "size", False),
        ("Which  SIZE is it?", "size", True),
    ],
)
def test_phrases_are_found_as_whole_words(text: str, phrase: str, contained: bool) -> None:
    assert contains_phrase(text, phrase) is contained


def test_ordinals_count_from_one_and_from_the_end() -> None:
    assert [at_ordinal("abc", n) for n in (1, 3, 4, 0, -1, -3, -4)] == list("ac") + [
        None,
        None,
        "c",
        "a",
        None,
    ]


PAGE = [
    item("a", "Midi dress", price=30, attributes={"color": ("navy",)}),
    item("b", "Maxi dress", price=20, attributes={"color": ("red",)}),
    item("c", "Blue coat", price=90),
    item("d", "Scarf"),
]


@pytest.mark.parametrize(
    ("mention", "ids"),
    [
        (Mention(item_id="c"), ["c"]),
        (Mention(item_id="gone"), []),
        (Mention(ordinal=2), ["b"]),
        (Mention(ordinal=9), []),
        (Mention(constraints=(c("+color blue"),)), ["a"]),
        (Mention(constraints=(c("-color blue"),)), ["b"]),
        (Mention(constraints=(c("+color green"),)), []),
        (Mention(extreme=c("<price price")), ["b"]),
        (Mention(extreme=c(">price price"), among=2), ["a"]),
        (Mention(extreme=c(">price price"), constraints=(c("+color blue"),)), ["c"]),
        (Mention(extreme=c(">length length")), ["a"]),
        (Mention(), ["a"]),
    ],
)
def test_a_mention_is_resolved_the_same_for_items_and_their_short_forms(
    mention: Mention, ids: list[str]
) -> None:
    shown: list[Shown] = [as_shown(entry) for entry in PAGE]
    assert [hit.id for hit in resolve(mention, PAGE)] == ids
    assert [hit.id for hit in resolve(mention, shown)] == ids
