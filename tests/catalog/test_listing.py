"""What listings claim, table by table."""

from __future__ import annotations

import pytest

from catalog.listing.claims import Claim
from catalog.listing.reader import read_claims
from catalog.listing.statements import CONTRADICTED_TRUST, FIELD_TRUST, statements
from tests.guard.toy import item


def text_claims(title: str = "Thing", description: str = "", **attributes: str) -> set[str]:
    """Text claims as "+facet value" and "-facet value"."""
    return {
        f"{'+' if c.present else '-'}{c.facet} {c.value}"
        for c in read_claims(item(title, description, **attributes))
        if c.source == "text"
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No pockets.", {"-details pockets"}),
        ("Comes without a hood.", {"-details hood"}),
        ("Hoodless and unlined.", {"-details hood"}),
        (
            "A clean front without pockets, hood or zipper.",
            {"-details pockets", "-details hood", "-details zipper"},
        ),
        (
            "No pockets or buttons, but a hood.",
            {"-details pockets", "-details buttons", "+details hood"},
        ),
        ("No pockets and a hood.", {"-details pockets", "+details hood"}),
        ("Does not have any visible buttons.", {"-details buttons"}),
        ("Doesn't come with a belt.", {"-details belt"}),
        ("Pockets: none", {"-details pockets"}),
        ("Hood: No", {"-details hood"}),
        ("Logo-free.", {"-details logo"}),
        ("Collarless.", {"-neckline collar"}),
        ("No stripes, just colour.", {"-pattern striped"}),
        ("Buttons instead of a zip fastening.", {"+details buttons", "-details zipper"}),
        ("Not only striped but soft.", {"+pattern striped"}),
        ("No white stripes.", {"-pattern striped"}),
        ("No fuss, two side pockets.", {"+details pockets"}),
        ("With no-iron finish and a hood.", {"+details hood"}),
        ("Without sleeves.", {"+sleeve_length sleeveless"}),
        ("No pattern.", {"+pattern solid"}),
        ("No print.", {"-pattern patterned"}),
        ("Free from prints or logos.", {"-pattern patterned", "-details logo"}),
        ("Pockets were left out for a sleek line.", {"-details pockets"}),
        ("We left the pockets out.", {"-details pockets"}),
        ("Hood-less, w/o pockets.", {"-details hood", "-details pockets"}),
        ("It has neither pockets nor a hood.", {"-details pockets", "-details hood"}),
        ("Two front pockets and no back pockets.", {"+details pockets"}),
        ("Slips on without a zip or buttons.", {"-details zipper", "-details buttons"}),
        ("Sleeves: none", {"+sleeve_length sleeveless"}),
        ("Two pockets, zero buttons.", {"+details pockets", "-details buttons"}),
        ("Never a print, never a logo.", {"-pattern patterned", "-details logo"}),
    ],
)
def test_presence_and_negation(text: str, expected: set[str]) -> None:
    assert text_claims(description=text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sleeveless.", {"+sleeve_length sleeveless"}),
        ("V-neck.", {"+neckline v-neck"}),
        ("Round neck.", {"+neckline crew"}),
        ("Full sleeves.", {"+sleeve_length long"}),
        ("Short, puffed sleeves.", {"+sleeve_length short"}),
        ("3/4 length sleeves.", {"+sleeve_length three-quarter"}),
        ("Striped.", {"+pattern striped"}),
        ("Neckline: Round", {"+neckline crew"}),
        ("Sleeve length: Long", {"+sleeve_length long"}),
        ("Fit: Slim", {"+fit slim"}),
        ("Dark blue with a lighter hem.", {"+color dark", "+color blue"}),
        ("Lightweight.", set()),
        ("Falls just below the knee.", {"+length midi"}),
        ("Button-down collar.", {"+neckline collar"}),
        ("A kangaroo pocket.", {"+details pockets"}),
        ("Full zip.", {"+details zipper"}),
    ],
)
def test_values(text: str, expected: set[str]) -> None:
    assert text_claims(description=text, category="dress") == expected


@pytest.mark.parametrize(
    "text",
    [
        "Pairs well with a denim jacket.",
        "Wear it with a belt.",
        "Layer it under a hooded parka.",
        "Ideal over a striped shirt.",
        "Also available in navy and red.",
        "Five belt loops.",
        "Machine wash with dark colours.",
        "Fully lined.",
        "Belt not included.",
        "At a pocket-friendly price.",
        "Fits in your pocket.",
        "Check our size guide.",
        "Lace-up closure.",
        "Solid brass rivets.",
        "A bow tie finishes the look.",
        "Quality checked.",
        "A striped tee would look great underneath.",
        "Throw on a leather jacket.",
        "No more fussing with buttons.",
        "With a satin lining, soft on the skin.",
        "In other words, a favourite.",
    ],
)
def test_words_that_say_nothing_of_the_item(text: str) -> None:
    assert text_claims(description=text, category="trousers") == set()


def test_a_brand_is_not_a_colour() -> None:
    claims = read_claims(item("Red Tape Men Black Shirt", brand="Red Tape"))
    assert {c.value for c in claims if c.facet == "color"} == {"black"}
    assert "color" not in {
        c.facet for c in read_claims(item("Striped Silver Moon Dress", brand="Silver Moon"))
    }


def test_the_title_names_the_kind_only_where_no_field_does() -> None:
    assert Claim("category", "trousers", True, "text") in read_claims(
        item("Linen trousers with a belt")
    )
    kinds = [c for c in read_claims(item("Denim jacket", category="coat")) if c.facet == "category"]
    assert kinds == [Claim("category", "coat", True, "listing")]


def test_the_belt_of_a_belt_is_no_detail() -> None:
    assert not [c for c in read_claims(item("Leather belt")) if c.facet == "details"]


def test_a_claim_about_what_the_kind_cannot_have_is_left_out() -> None:
    assert text_claims("Silk scarf", "Long sleeves of the sea.") == {
        "+category scarf",
        "+material silk",
    }


def test_a_kind_implies_its_parts_unless_denied() -> None:
    assert "+details hood" in text_claims("Grey hoodie")
    assert "+details hood" not in text_claims("Grey hoodie", "No hood.")


def test_the_title_outweighs_the_description() -> None:
    assert text_claims("V-neck tee", "Crew neck.") >= {"+neckline v-neck"}
    assert "+neckline crew" not in text_claims("V-neck tee", "Crew neck.")


def test_a_field_wins_over_the_text_and_is_trusted_less() -> None:
    shirt = item("Checked shirt", pattern="solid")
    weighed = {
        (s.source, s.value): s
        for s in statements(shirt, read_claims(shirt))
        if s.facet == "pattern"
    }
    assert weighed["listing", "solid"].confidence == CONTRADICTED_TRUST
    assert not weighed["listing", "solid"].conflicting
    assert weighed["text", "checked"].conflicting


def test_a_finer_text_does_not_contradict_a_field() -> None:
    shirt = item("Navy shirt", color="blue", pattern="patterned")
    weighed = [s for s in statements(shirt, read_claims(shirt)) if s.facet == "color"]
    assert {s.value for s in weighed} == {"blue", "navy"}
    assert all(not s.conflicting for s in weighed)
    assert weighed[0].confidence == FIELD_TRUST


def test_two_texts_that_disagree_silence_each_other() -> None:
    tee = item("Tee")
    claims = (Claim("neckline", "crew", True, "text"), Claim("neckline", "v-neck", True, "text"))
    assert all(s.conflicting for s in statements(tee, claims))
