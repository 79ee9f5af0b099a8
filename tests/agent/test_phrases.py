"""Constraints in a person's words."""

from __future__ import annotations

import pytest

import vocabulary
from agent.wording.money import money
from agent.wording.photos import describe_look, describe_photo
from agent.wording.phrases import listing, phrase
from agent.wording.wishes import caption, describe
from tests.agent.test_merge import c, w
from vocabulary import plural
from vocabulary.wish import Constraint, Wish


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("+color navy", "navy"),
        ("-pattern striped", "no stripes"),
        ("+pattern solid", "plain"),
        ("-details pockets", "no pockets"),
        ("+details hood", "with a hood"),
        ("+sleeve_length long", "long sleeves"),
        ("+sleeve_length sleeveless", "sleeveless"),
        ("-sleeve_length sleeveless", "with sleeves"),
        ("+length knee", "knee-length"),
        ("<length length", "shorter"),
        (">sleeve_length length", "longer sleeves"),
        (">color dark", "darker"),
        ("<price price", "cheaper"),
        (">style formal", "more formal"),
        ("+price ..50", "at most €50"),
        ("+price 20..", "at least €20"),
        ("+price 19.9..50", "from €19.90 to €50"),
        ("+size M", "in size M"),
        ("+brand acme", "by Acme"),
        ("+gender women", "for women"),
        ("-category cardigan", "no cardigans"),
        ("-material leather", "no leather"),
        ("-color blue", "not blue"),
        ("+fit slim", "slim fit"),
    ],
)
def test_one_constraint(given: str, said: str) -> None:
    assert phrase(c(given)) == said


def test_a_wish_reads_as_a_noun_phrase() -> None:
    wish = w(
        "+category dress",
        "+color navy",
        "+length midi",
        "+details pockets",
        "-pattern striped",
        "+price ..50",
    )
    assert describe(wish) == "navy midi dresses with pockets, without stripes, at most €50"
    assert describe(()) == "items"
    wish = w(
        "+category shirt",
        "+sleeve_length long",
        "+neckline collar",
        "-details pockets",
        "-pattern checked",
        "-fit slim",
    )
    assert (
        describe(wish)
        == "shirts with long sleeves and collar, without checks or pockets, not slim fit"
    )
    assert (
        describe(w("+sleeve_length sleeveless", "+gender women", "+size M"))
        == "sleeveless items for women in size M"
    )


def test_alternatives_are_joined_by_or() -> None:
    wish = (
        c("+color grey", any=1),
        c("+color navy", any=1),
        c("+category shirt", any=2),
        c("+category blouse", any=2),
    )
    assert describe(wish) == "grey or navy shirts or blouses"
    sleeves = (
        c("+sleeve_length sleeveless", any=1),
        c("+sleeve_length short", any=1),
        c("+category dress"),
    )
    assert describe(sleeves) == "dresses, sleeveless or short sleeves"


def test_the_caption_holds_what_is_wanted_and_nothing_else() -> None:
    constraints = w(
        "+category dress", "+color navy", "-pattern striped", "+price ..50", "<length length"
    )
    wish = Wish(constraints=constraints, words="wrap")
    assert caption(wish) == "navy dress" and caption(wish, whole=True) == "navy dress wrap"
    assert caption(Wish(words="wrap")) == "wrap" and caption(Wish()) == ""


@pytest.mark.parametrize("facet", vocabulary.ATTRIBUTE_FACETS)
def test_every_value_has_words_for_every_op(facet: str) -> None:
    for value in vocabulary.values(facet):
        said = {
            op: phrase(Constraint(facet=facet, op=op, value=value))
            for op in ("require", "exclude", "more", "less")
        }
        assert (
            all(said.values())
            and said["require"] != said["exclude"]
            and said["more"] != said["less"]
        )


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (20, "EUR", "€20"),
        (19.9, "USD", "$19.90"),
        (20, "CHF", "20 CHF"),
        (1000, "GBP", "£1,000"),
        (1299.5, "SEK", "1,299.50 SEK"),
        (1299, "INR", "₹1,299"),
        (49.999, "EUR", "€50"),
        (1000, "JPY", "¥1,000"),
        (None, "EUR", ""),
    ],
)
def test_money(amount: float | None, currency: str, said: str) -> None:
    assert money(amount, currency) == said


def test_lists_and_plurals() -> None:
    assert [listing(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [plural(x) for x in ("dress", "jeans", "scarf", "t-shirt", "jewellery")] == [
        "dresses",
        "jeans",
        "scarves",
        "t-shirts",
        "jewellery",
    ]


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (
            {
                "category": {"shirt": 0.9},
                "pattern": {"striped": 0.8},
                "sleeve_length": {"long": 0.7},
                "color": {"blue": 0.9},
            },
            "a blue striped shirt with long sleeves",
        ),
        ({"category": {"jeans": 0.9}, "color": {"blue": 0.6}}, "blue jeans"),
        ({"category": {"dress": 0.9}, "color": {"orange": 0.6}}, "an orange dress"),
        ({"category": {"shirt": 0.5}, "color": {"red": 0.6}}, "perhaps a red shirt"),
        ({"category": {"dress": 0.2}, "color": {"red": 0.6}}, "a red piece"),
        ({"category": {"dress": 0.2}}, ""),
        ({}, ""),
    ],
)
def test_probabilities_read_as_a_description(
    photo: dict[str, dict[str, float]], words: str
) -> None:
    assert describe_look(photo) == words


def test_what_a_photo_shows_reads_as_a_noun_phrase() -> None:
    seen = w(
        "~category dress",
        "~color navy",
        "~pattern striped",
        "~sleeve_length short",
        "~details hood",
        "~gender women",
    )
    assert describe_photo(seen) == "a navy striped dress with short sleeves and a hood"
    unsure = (
        Constraint(facet="category", op="prefer", value="jeans", source="photo", confidence=0.5),
    )
    assert describe_photo(unsure) == "perhaps jeans"
    assert describe_photo(()) == ""
    assert (
        describe_photo(w("~category dress", "~sleeve_length sleeveless", "~neckline high"))
        == "a sleeveless dress with high neckline"
    )


def test_a_no_that_the_kind_cannot_break_is_not_worth_a_word() -> None:
    refused = w("-sleeve_length sleeveless", "-details hood", "-pattern striped")
    assert describe((*w("+category cap"), *refused)) == "caps, without stripes"
    assert (
        describe((*w("+category dress"), *refused))
        == "dresses, without stripes or hood, with sleeves"
    )
