"""Simulated shoppers name true differences, none twice; designs decide whether one succeeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from evaluation.dialogue.run import _within, cast, converse, retrieval_page, turn_page
from evaluation.dialogue.shopper import MORE, Shopper, Wordings, differences, load_wordings
from evaluation.dialogue.worlds import World, values


def truth(**facets: str) -> dict[str, frozenset[str]]:
    return {facet: frozenset(values.split(",")) for facet, values in facets.items()}


WORLD = World(
    "tiny",
    ("a", "b", "c", "d"),
    (
        truth(
            category="dress",
            color="navy,dark",
            pattern="solid",
            sleeve_length="long",
            details="pockets,belt",
            gender="women",
        ),
        truth(
            category="dress",
            color="red",
            pattern="striped",
            sleeve_length="short",
            details="belt",
            gender="women",
        ),
        truth(
            category="dress",
            color="navy",
            pattern="solid",
            sleeve_length="long",
            details="pockets",
            gender="women",
        ),
        truth(
            category="coat",
            color="navy",
            pattern="solid",
            sleeve_length="long",
            details="hood",
            gender="women",
        ),
    ),
    ("A", "B", "A", "D"),
    np.array([50.0, 20.0, 48.0, float("nan")]),
    (0, 1),
)
SAY = Wordings(
    {
        "open": ["{category} in {value}"],
        "open_plain": ["a {category}"],
        "photo": ["this but {change}"],
        "pick": ["the {ordinal} one but {change}"],
    },
    {
        (facet, op, ""): [f"{op} {facet} {{value}}"]
        for facet in ("color", "pattern", "details", "price", "sleeve_length")
        for op in ("require", "exclude", "more", "less")
    }
    | {("sleeve_length", "more", "length"): ["longer sleeves"]},
)


def shopper(target: int = 0, start: int | None = None) -> Shopper:
    return Shopper(WORLD, SAY, target, start, np.random.default_rng(0))


def test_differences_hold_for_the_target_and_not_for_the_other() -> None:
    known = set(differences(WORLD, 0, 1))
    assert {
        ("color", "require", "navy"),
        ("pattern", "exclude", "striped"),
        ("sleeve_length", "more", "length"),
        ("details", "require", "pockets"),
        ("price", "more", "price"),
        ("price", "require", "56"),
    } == known - {
        ("pattern", "require", "solid"),
        ("color", "exclude", "red"),
        ("sleeve_length", "require", "long"),
    }
    assert not any(value in ("dark", "belt") for _, _, value in known)  # a shade; what both have
    assert {
        difference for difference in differences(WORLD, 3, 0) if difference[0] == "price"
    } == set()  # no price is known


def test_a_shopper_never_repeats_and_says_the_kind_once() -> None:
    one = shopper()
    answers = [one.answer([1])[0] for _ in range(12)]
    changes = [
        text.removeprefix("the first one but ") for text in answers if text != "show me more"
    ]
    assert len(set(changes)) == len(changes) > 5 and answers[-1] == "show me more"
    other = shopper()
    assert other.answer([3]) == ("a dress", None)
    assert other.answer([3])[0] != "a dress"


def test_openings_name_the_kind_or_one_difference_from_the_photo() -> None:
    assert shopper().opening() == "dress in navy"
    assert shopper(start=1).opening().startswith("this but ")


def test_a_session_ends_with_the_design_or_after_five_turns() -> None:
    pages = iter([[1], [3], [2]])
    assert (
        converse(shopper(), lambda text, pointed: next(pages)) == 3
    )  # another colourway of the design
    messages: list[str] = []

    def never(text: str, pointed: int | None) -> list[int]:
        messages.append(text)
        return [1]

    assert converse(shopper(), never) is None and len(messages) == 5
    assert _within([1, 3, None, 5], 3) == [1.0, 1.0, 0.0, 0.0]


def test_shoppers_are_reproducible() -> None:
    people = cast(WORLD, SAY, 4, seed=3)
    assert [make().opening() for make in people] == [make().opening() for make in people]
    starts = [make().start for make in people]
    assert starts[0] is starts[2] is None and all(
        WORLD.designs[s] != WORLD.designs[people[n]().target]
        for n, s in enumerate(starts)
        if s is not None
    )


def test_shipped_wordings_cover_the_facets_and_typed_ones_are_optional(tmp_path: Path) -> None:
    wordings = load_wordings(tmp_path / "missing")
    assert wordings.typed == {} and len(wordings.say) > 50
    rng = np.random.default_rng(0)
    for change in (
        ("color", "require", "navy"),
        ("details", "exclude", "hood"),
        ("price", "less", "price"),
        ("length", "more", "length"),
        ("sleeve_length", "require", "sleeveless"),
    ):
        text = wordings.change(change, rng)
        assert text and "{" not in text
    assert wordings.change(("brand", "less", "x"), rng) is None


def test_shades_are_not_named_as_values() -> None:
    assert values(WORLD.truth[0], "color") == {"navy"}


def test_typed_phrases_are_used_where_they_fit() -> None:
    typed = replace(SAY, typed={("color", "require", "navy"): ["is navy, as typed"]})
    texts = {
        typed.change(("color", "require", "navy"), np.random.default_rng(n)) for n in range(12)
    }
    assert texts == {"is navy, as typed", "require color navy"}


@pytest.mark.parametrize("row", [0, 1])
def test_found_goes_by_design(row: int) -> None:
    assert shopper(target=row).found([row]) and not shopper(target=row).found([3])


class Letters:
    """An encoder of texts as counts of the letters a to d."""

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.array([[text.count(letter) for letter in "abcd"] for text in texts], dtype=float)


def many(rows: int) -> tuple[SimpleNamespace, World]:
    """Return a stylist and a world of `rows` items, each its own design.

    The items are less and less like "a", and the last one is like "b".
    """
    vectors = np.zeros((rows, 4), dtype=np.float16)
    vectors[:, 0], vectors[-1, 1] = np.linspace(1, 0.5, rows), 9
    names = tuple(str(row) for row in range(rows))
    world = World("many", names, ({},) * rows, names, np.full(rows, np.nan), tuple(range(rows)))
    return SimpleNamespace(encoder=Letters(), catalog=SimpleNamespace(vectors=vectors)), world


def test_show_more_continues_the_ranking_without_the_item_pointed_at() -> None:
    shop, world = many(25)
    page = retrieval_page(shop, world, None)
    assert page("a", None) == list(range(10))
    assert page(MORE, None) == list(range(10, 20)) and page(MORE, None) == list(range(20, 25))
    assert page("a", 3) == [0, 1, 2, *range(4, 11)]


def test_retrieval_uses_all_turns_or_the_last_alone() -> None:
    shop, world = many(12)
    for way, first in ((retrieval_page, 11), (turn_page, 0)):
        page = way(shop, world, None)
        page("b", None)
        assert page("a", None)[0] == first


def test_every_design_is_a_target_before_one_repeats() -> None:
    world = replace(WORLD, targets=(0, 1, 2, 3))
    people = [make() for make in cast(world, SAY, 6, seed=1)]
    assert {world.designs[one.target] for one in people[:3]} == {"A", "B", "D"}
    assert {one.target for one in people[:4]} == {0, 1, 2, 3}
