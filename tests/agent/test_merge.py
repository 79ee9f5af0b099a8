"""The newest words win; noes and budget stay."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.wish.merge import merge
from vocabulary.wish import Constraint, PriceRange


def c(text: str, source: str = "words", any: int | None = None) -> Constraint:
    """ "+color red" requires, "-" excludes, "~" prefers, ">" more, "<" less."""
    op = {"+": "require", "-": "exclude", "~": "prefer", ">": "more", "<": "less"}[text[0]]
    facet, value = text[1:].split(" ", 1)
    if facet == "price" and op == "require":
        low, high = value.split("..")
        value = PriceRange(min=float(low) if low else None, max=float(high) if high else None)
    elif facet == "price":
        value = "price"
    return Constraint(facet=facet, op=op, value=value, source=source, any=any)


def w(*texts: str) -> tuple[Constraint, ...]:
    return tuple(c(t) for t in texts)


def shown(constraints) -> list[str]:
    sign = {"require": "+", "exclude": "-", "prefer": "~", "more": ">", "less": "<"}
    return [f"{sign[x.op]}{x.facet} {x.value}" for x in constraints]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["+category dress", "+color blue"], ["+color red"], ["+category dress", "+color red"]),
        (["+color blue", "+color dark"], ["+color light"], ["+color blue", "+color light"]),
        (["+color blue", "+color dark"], ["+color red"], ["+color red"]),
        (["-color blue"], ["+color navy"], ["+color navy"]),
        (["-color navy"], ["+color blue"], ["-color navy", "+color blue"]),
        (["+color navy"], ["-color blue"], ["-color blue"]),
        (["+pattern striped"], ["-pattern striped"], ["-pattern striped"]),
        (["+details pockets"], ["+details hood"], ["+details pockets", "+details hood"]),
        (["+style casual", "+style fun"], ["+style formal"], ["+style fun", "+style formal"]),
        (["+length maxi"], ["<length length"], ["<length length"]),
        (["<length length"], [">length length"], [">length length"]),
        ([">length length"], ["+length mini"], ["+length mini"]),
        (["+fit loose"], [">fit slim"], [">fit slim"]),
        (["+price ..50"], ["<price price"], ["+price at most 50", "<price price"]),
        (["+price 20.."], ["+price ..50"], ["+price 20 to 50"]),
        (["+price 60.."], ["+price ..50"], ["+price at most 50"]),
        (
            ["-pattern striped", "+price ..50", "+gender women"],
            ["+color red"],
            ["-pattern striped", "+price at most 50", "+gender women", "+color red"],
        ),
    ],
    ids=str,
)
def test_the_newest_words_win(old: list[str], new: list[str], expected: list[str]) -> None:
    assert shown(merge(w(*old), w(*new))) == expected


def test_another_garment_keeps_the_colour_and_loses_the_shape() -> None:
    old = w(
        "+category dress",
        "+color red",
        "+length midi",
        "+neckline v-neck",
        "-details belt",
        "+price ..50",
        "+gender women",
    )
    assert shown(merge(old, w("+category skirt"))) == [
        "+color red",
        "-details belt",
        "+price at most 50",
        "+gender women",
        "+category skirt",
    ]


def test_shoes_after_a_dress_keep_only_what_lasts() -> None:
    old = w(
        "+category dress",
        "+color red",
        "+size M",
        "-pattern floral",
        "+price ..50",
        "+gender women",
    )
    assert shown(merge(old, w("+category shoes"))) == [
        "-pattern floral",
        "+price at most 50",
        "+gender women",
        "+category shoes",
    ]


def test_a_narrower_kind_keeps_the_shape() -> None:
    old = w("+category top", "+sleeve_length long")
    assert shown(merge(old, w("+category shirt"))) == ["+sleeve_length long", "+category shirt"]


@pytest.mark.parametrize(
    ("drop", "left"),
    [
        (
            ("color", None),
            ["-color pink", "+pattern striped", "-details hood", "+price at most 50"],
        ),
        (
            ("pattern", "striped"),
            ["+color red", "-color pink", "-details hood", "+price at most 50"],
        ),
        (
            ("pattern", "patterned"),
            ["+color red", "-color pink", "-details hood", "+price at most 50"],
        ),
        (
            ("details", "hood"),
            ["+color red", "-color pink", "+pattern striped", "+price at most 50"],
        ),
        (("price", None), ["+color red", "-color pink", "+pattern striped", "-details hood"]),
    ],
    ids=str,
)
def test_what_is_taken_back_goes(drop: tuple, left: list[str]) -> None:
    old = w("+color red", "-color pink", "+pattern striped", "-details hood", "+price ..50")
    assert shown(merge(old, (), [SimpleNamespace(facet=drop[0], value=drop[1])])) == left


def test_alternatives_get_a_number_of_their_own() -> None:
    old = (c("+brand A", any=1), c("+brand B", any=1))
    merged = merge(old, (c("+color grey", any=1), c("+color navy", any=1)))
    assert [x.any for x in merged] == [1, 1, 2, 2]
    assert shown(merged)[2:] == ["+color grey", "+color navy"]


def test_saying_it_twice_changes_nothing() -> None:
    old = w("+color red", "-pattern striped", "+price ..50")
    assert merge(old, old) == old


def test_words_take_the_place_of_what_the_photo_said() -> None:
    old = (c("~color blue", "photo"), c("~pattern striped", "photo"), c("+category shirt", "photo"))
    merged = merge(old, w("+color navy", "-pattern striped", "+category blouse"))
    assert shown(merged) == ["+color navy", "-pattern striped", "+category blouse"]


@pytest.mark.parametrize("source", ["vibe", "photo", "memory"])
def test_a_no_outweighs_what_is_only_leant_towards(source: str) -> None:
    told = w("-sleeve_length sleeveless", "-color blue")
    leant = (
        c("~sleeve_length sleeveless", source),
        c("~color navy", source),
        c("~material cotton", source),
    )
    assert shown(merge(told, leant)) == [
        "-sleeve_length sleeveless",
        "-color blue",
        "~material cotton",
    ]
    assert "+sleeve_length sleeveless" in shown(merge(told, w("+sleeve_length sleeveless")))
