"""The plan of the drawn shop: what it holds, what its listings say and keep to themselves."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

import vocabulary
from demo import Drawn, plan_items, wording
from demo.assortment import BASICS, EVERYDAY
from demo.listings import brands


@pytest.fixture(scope="module")
def plan() -> list[Drawn]:
    return plan_items(2400, seed=0)


def test_the_same_seed_plans_the_same_shop() -> None:
    assert plan_items(120, seed=5) == plan_items(120, seed=5)
    assert plan_items(120, seed=5) != plan_items(120, seed=6)


@pytest.mark.parametrize("items", [1, 46, 200, 777])
def test_as_many_items_as_asked_for(items: int) -> None:
    assert len(plan_items(items)) == items


def test_a_shop_of_2400_holds_what_a_shopper_expects(plan: list[Drawn]) -> None:
    kinds = Counter(drawn.design.category for drawn in plan)
    assert len(plan) == 2400 and len(kinds) >= 30
    assert (
        len({drawn.item.id for drawn in plan}) == len({drawn.item.image for drawn in plan}) == 2400
    )
    assert 0.62 < sum(kinds[name] for name in EVERYDAY) / 2400 < 0.7
    assert len(brands()) >= 20 and len({drawn.item.brand for drawn in plan}) >= 20


def test_everyday_kinds_have_ten_plain_designs_in_every_basic_colour(plan: list[Drawn]) -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for drawn in plan:
        if drawn.truth["pattern"] == ["solid"]:
            found[drawn.design.category, drawn.truth["color"][0]].add(drawn.design.id)
    lacking = {
        (kind, color): len(found[kind, color])
        for kind in EVERYDAY
        for color in BASICS
        if len(found[kind, color]) < 10
    }
    assert not lacking


@pytest.mark.parametrize(
    "facet",
    [
        "pattern",
        "sleeve_length",
        "length",
        "neckline",
        "fit",
        "material",
        "details",
        "style",
        "gender",
    ],
)
def test_every_value_of_the_vocabulary_is_drawn(plan: list[Drawn], facet: str) -> None:
    drawn = {value for one in plan for value in one.truth.get(facet, ())}
    assert set(vocabulary.leaf_values(facet)) - drawn == set()


def test_truths_use_the_vocabulary_and_only_facets_that_apply(plan: list[Drawn]) -> None:
    for drawn in plan:
        for facet, values in drawn.truth.items():
            assert vocabulary.applicable(facet, drawn.design.category), (drawn.item.id, facet)
            assert set(values) <= set(vocabulary.values(facet)), (drawn.item.id, facet, values)
        for detail in drawn.truth["details"]:
            assert vocabulary.applicable("details", drawn.design.category, detail), (
                drawn.item.id,
                detail,
            )


def test_a_listing_states_nothing_untrue(plan: list[Drawn]) -> None:
    for drawn in plan:
        for facet, values in drawn.item.attributes.items():
            assert set(values) <= set(drawn.truth[facet]), (drawn.item.id, facet)
        for detail, phrases in wording.ABSENT.items():
            if any(phrase in drawn.item.description for phrase in phrases):
                assert detail not in drawn.truth["details"], (drawn.item.id, detail)


WORDED = {
    "sleeve_length": wording.SLEEVES,
    "neckline": wording.NECKS,
    "length": wording.LENGTHS,
    "fit": wording.FITS,
    "pattern": wording.PRINTS,
    "material": wording.CLOTHS,
}


def told(drawn: Drawn, facet: str) -> bool:
    """Whether a field or a sentence of the listing states the facet."""
    said = (
        phrase in drawn.item.description
        for value in drawn.truth[facet]
        for phrase in WORDED[facet][value]
    )
    return facet in drawn.item.attributes or any(said)


def test_about_a_third_of_the_listings_are_silent_on_something(plan: list[Drawn]) -> None:
    assert 0.28 < sum(drawn.silent for drawn in plan) / len(plan) < 0.4
    kept = [
        sum(not told(drawn, facet) for facet in WORDED if drawn.truth.get(facet))
        for drawn in plan
        if drawn.silent
    ]
    assert sum(count >= 1 for count in kept) / len(kept) > 0.85
    assert all(
        told(drawn, facet)
        for drawn in plan
        if not drawn.silent
        for facet in ("sleeve_length", "neckline")
        if drawn.truth.get(facet)
    )


def test_sentences_are_understood_as_the_value_that_they_are_for() -> None:
    for facet, table in WORDED.items():
        words = vocabulary.words(facet)
        for value, phrases in table.items():
            for phrase in phrases:
                text = f" {phrase.lower().translate(str.maketrans('.,', '  '))} "
                named = {words[word] for word in words if f" {word} " in text}
                assert not named or any(vocabulary.covers(facet, name, value) for name in named), (
                    facet,
                    value,
                    phrase,
                    named,
                )


def test_colourways_of_a_design_share_a_group_and_differ_in_colour(plan: list[Drawn]) -> None:
    groups: dict[str, list[Drawn]] = defaultdict(list)
    for drawn in plan:
        groups[drawn.item.item_group_id].append(drawn)
    several = [group for group in groups.values() if len(group) > 1]
    assert len(several) > 0.9 * len(groups)
    for group in several:
        assert len({drawn.design for drawn in group}) == 1
        assert len({drawn.colourway.name for drawn in group}) == len(group)
        assert len({drawn.item.price for drawn in group}) == 1


def test_prices_sizes_and_grades_are_plausible(plan: list[Drawn]) -> None:
    for drawn in plan:
        item = drawn.item
        assert (
            4 < item.price < 700
            and item.sizes
            and item.sustainability in "ABCDE"
            and 0.3 <= item.margin <= 0.7
        )
        assert all(0 <= stock < 40 for stock in item.sizes.values()) and item.available == any(
            item.sizes.values()
        )
        assert item.tags and len(item.title) < 120 and item.description
