"""Verdicts: the listing first, then the picture; any failure shows nothing."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.item import Item
from guard import Guard, read_claims, status
from guard.thresholds import Band, Thresholds
from guard.verdict import Verdict
from tests.guard.toy import ToyEncoder, item
from vocabulary.wish import Constraint, PriceRange

ENCODER = ToyEncoder()
CAREFUL = Thresholds({"exclude": Band(0.03, 0.6), "require": Band(0.1, 0.85)}, {})


def wish(text: str) -> Constraint:
    """ "exclude pattern striped"."""
    op, facet, value = text.split(" ", 2)
    return Constraint(facet=facet, op=op, value=value)


def verdict(constraint: str | Constraint, thing: Item, **shown: str) -> Verdict:
    constraint = wish(constraint) if isinstance(constraint, str) else constraint
    judged = Guard(ENCODER, CAREFUL).judge(
        [thing], ENCODER.picture(**shown)[None], [read_claims(thing)], [constraint]
    )
    assert judged.failed is None
    return judged[0][0]


@pytest.mark.parametrize(
    ("constraint", "attributes", "expected"),
    [
        ("exclude color blue", {"color": "navy"}, "broken"),
        ("exclude color blue", {"color": "white|navy"}, "broken"),
        ("exclude color blue", {"color": "red"}, "met"),
        ("require color blue", {"color": "light blue"}, "met"),
        ("require color white", {"color": "navy|white"}, "met"),
        ("require color red", {"color": "navy"}, "broken"),
        ("require color navy", {"color": "blue"}, "unknown"),
        ("require pattern patterned", {"pattern": "striped"}, "met"),
        ("require pattern patterned", {"pattern": "solid"}, "broken"),
        ("exclude pattern patterned", {"pattern": "floral"}, "broken"),
        ("exclude pattern striped", {"pattern": "solid"}, "met"),
        ("exclude pattern striped", {"pattern": "patterned"}, "unknown"),
        ("require category shoes", {"category": "boots"}, "met"),
        ("exclude category outerwear", {"category": "blazer"}, "broken"),
        ("require details straps", {"details": "spaghetti straps"}, "met"),
        ("exclude sleeve_length long", {"category": "belt"}, "met"),
        ("require sleeve_length long", {"category": "belt"}, "broken"),
        ("exclude details hood", {"category": "jeans"}, "met"),
        ("require color dark", {"color": "navy"}, "met"),
        ("require color dark", {"color": "dark|green"}, "met"),
        ("exclude color dark", {"color": "black"}, "broken"),
        ("require color light", {"color": "black"}, "broken"),
        ("require color light", {"color": "white"}, "met"),
        ("require color dark", {"color": "white|navy"}, "broken"),
        ("require color colorful", {"color": "red|yellow"}, "met"),
        ("require color dark", {"color": "blue"}, "unknown"),
        ("require style casual", {"style": "formal"}, "broken"),
        ("prefer color red", {"color": "navy"}, "broken"),
    ],
)
def test_by_the_listing(constraint: str, attributes: dict[str, str], expected: str) -> None:
    judged = verdict(constraint, item(**attributes))
    assert judged.verdict == expected
    assert (judged.source == "listing") == (expected != "unknown")


@pytest.mark.parametrize(
    ("constraint", "attributes", "shown", "expected"),
    [
        ("exclude pattern striped", {}, {"pattern": "striped"}, "broken"),
        ("exclude pattern striped", {}, {"pattern": "solid"}, "met"),
        ("exclude pattern patterned", {}, {"pattern": "floral"}, "broken"),
        ("require details hood", {"category": "coat"}, {"details": "hood"}, "met"),
        ("exclude details pockets", {"details": "hood"}, {"details": "hood"}, "met"),
        ("exclude details pockets", {"category": "jeans"}, {"details": "buttons"}, "met"),
        (
            "exclude details pockets",
            {"category": "jeans"},
            {"details": "pockets|buttons"},
            "broken",
        ),
        ("require color navy", {"color": "blue"}, {"color": "navy"}, "met"),
        ("require color navy", {"color": "blue"}, {"color": "light blue"}, "broken"),
        ("require sleeve_length long", {}, {"sleeve_length": "long", "category": "shirt"}, "met"),
        ("require sleeve_length long", {}, {"sleeve_length": "long", "category": "belt"}, "broken"),
        ("require color dark", {"color": "blue"}, {"color": "navy"}, "met"),
        ("exclude pattern striped", {}, {"pattern": "striped|solid"}, "unknown"),
        ("require gender women", {}, {}, "unknown"),
    ],
)
def test_by_the_picture_where_the_listing_is_silent(
    constraint: str, attributes: dict[str, str], shown: dict[str, str], expected: str
) -> None:
    judged = verdict(constraint, item(**attributes), **shown)
    assert judged.verdict == expected
    assert judged.source == ("none" if constraint.startswith("require gender") else "picture")


def test_an_unknown_verdict_has_the_probability_of_being_met() -> None:
    judged = verdict("exclude pattern striped", item(), pattern="striped|solid")
    assert (judged.verdict, judged.source, judged.confidence) == (
        "unknown",
        "picture",
        pytest.approx(0.5, abs=0.01),
    )


def test_a_field_stands_against_the_picture_and_a_text_does_not() -> None:
    hoodless = item(description="No hood.", category="coat")
    assert verdict("exclude details hood", hoodless, details="hood").verdict == "unknown"
    assert (
        verdict("exclude pattern striped", item(pattern="solid"), pattern="striped").verdict
        == "met"
    )


def test_a_colour_that_only_the_picture_shows_makes_a_no_doubtful() -> None:
    assert verdict("exclude color blue", item(color="white"), color="navy").verdict == "unknown"


def test_negation_in_the_text_is_evidence() -> None:
    judged = verdict("exclude details pockets", item("Jeans", "No pockets."))
    assert (judged.verdict, judged.source) == ("met", "text")
    assert verdict("require details pockets", item("Jeans", "No pockets.")).verdict == "broken"


@pytest.mark.parametrize(
    ("facet", "value", "expected"),
    [
        ("price", PriceRange(max=50), "met"),
        ("price", PriceRange(max=20), "broken"),
        ("size", "m", "met"),
        ("size", "L", "broken"),
        ("size", "XL", "broken"),
        ("brand", "NORTH", "met"),
        ("brand", "South", "broken"),
    ],
)
def test_price_size_and_brand_are_exact(facet: str, value: object, expected: str) -> None:
    thing = item(price=39.9, sizes={"M": 2, "L": 0}, brand="North")
    assert verdict(Constraint(facet=facet, op="require", value=value), thing).verdict == expected


@pytest.mark.parametrize(
    ("facet", "value"), [("price", PriceRange(max=50)), ("size", "M"), ("brand", "North")]
)
def test_what_the_listing_leaves_out_is_unknown(facet: str, value: object) -> None:
    assert verdict(Constraint(facet=facet, op="require", value=value), item()).verdict == "unknown"


@pytest.mark.parametrize(
    ("constraint", "thing", "anchor", "expected"),
    [
        ("less price price", item(price=20), item(price=30), "met"),
        ("less price price", item(price=30), item(price=30), "broken"),
        (
            "more length length",
            item(length="maxi", category="dress"),
            item(length="mini", category="dress"),
            "met",
        ),
        (
            "less sleeve_length length",
            item(sleeve_length="long", category="shirt"),
            item(sleeve_length="short", category="shirt"),
            "broken",
        ),
        ("more style formal", item(style="formal"), item(style="casual"), "met"),
        ("more style formal", item(style="formal"), None, "unknown"),
    ],
)
def test_more_and_less_compare_with_the_anchor(
    constraint: str, thing: Item, anchor: Item | None, expected: str
) -> None:
    judged = Guard(ENCODER).judge(
        [thing], ENCODER.picture()[None], [read_claims(thing)], [wish(constraint)], anchor=anchor
    )
    assert judged[0][0].verdict == expected
    assert judged.status(0) == "ok", "what only ranks never hides an item"


def test_more_and_less_compare_pictures() -> None:
    vectors = np.stack([ENCODER.picture(color="black"), ENCODER.picture(color="white")])
    judged = Guard(ENCODER).judge(
        [item(), item(id="b")],
        vectors,
        [(), ()],
        [wish("more color dark")],
        reference_vector=ENCODER.picture(color="grey"),
    )
    assert [row[0].verdict for row in judged] == ["met", "broken"]


def group(*outcomes: str, any: int | None = None, op: str = "require") -> list[Verdict]:
    return [Verdict("color", op, "red", outcome, "listing", 1.0, any) for outcome in outcomes]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "ok"),
        (group("met", "met"), "ok"),
        (group("met", "unknown"), "unconfirmed"),
        (group("unknown", "broken"), "broken"),
        (group("broken", "met", any=1), "ok"),
        (group("broken", "unknown", any=1), "unconfirmed"),
        (group("broken", "broken", any=1), "broken"),
        (group("broken", "met", any=1) + group("broken", any=2), "broken"),
        (group("broken", op="prefer") + group("met"), "ok"),
    ],
)
def test_status(verdicts: list[Verdict], expected: str) -> None:
    assert status(verdicts) == expected


class _Broken(ToyEncoder):
    def prototypes(self, facet: str):
        raise RuntimeError("no weights")


@pytest.mark.parametrize(
    ("encoder", "vector", "claims"),
    [
        (ToyEncoder(), np.full(ToyEncoder.dim, np.nan), [()]),
        (ToyEncoder(), np.full(ToyEncoder.dim, np.inf), [()]),
        (ToyEncoder(), np.zeros(3), [()]),
        (ToyEncoder(), ENCODER.picture(pattern="solid"), []),
        (_Broken(), ENCODER.picture(pattern="solid"), [()]),
    ],
)
def test_a_guard_that_fails_shows_nothing(
    encoder: ToyEncoder, vector: np.ndarray, claims: list
) -> None:
    judged = Guard(encoder).judge(
        [item(pattern="solid")], vector[None], claims, [wish("exclude pattern striped")]
    )
    assert judged.failed
    assert [(v.verdict, v.source) for v in judged[0]] == [("unknown", "none")]
    assert judged.status(0) == status(judged[0]) == "broken"


def test_a_guard_that_fails_without_constraints_shows_nothing_either() -> None:
    assert Guard(_Broken()).judge([item()], np.zeros((1, 3)), [()], []).status(0) == "broken"


def test_no_items_no_verdicts() -> None:
    assert (
        len(Guard(ENCODER).judge([], np.zeros((0, ENCODER.dim)), [], [wish("exclude color red")]))
        == 0
    )


def test_public_form() -> None:
    judged = verdict("exclude pattern striped", item(pattern="solid"))
    assert judged.public() == {
        "facet": "pattern",
        "op": "exclude",
        "value": "striped",
        "verdict": "met",
        "source": "listing",
        "confidence": 0.99,
    }
