"""Wishes put together from several pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent import Stylist
from agent.language import Context, Shown, read
from agent.wish.references import item_ids, photo_hashes
from settings import load_settings
from tests.agent.world import CodeBookEncoder

TWO_PHOTOS = Context(has_photo=True, photos=2)
PAGE = Context(shown=(Shown(id="a"), Shown(id="b"), Shown(id="c")))


def parts(text: str, context: Context) -> list[tuple]:
    return [(part.facets, part.of.kind, part.of.ordinal) for part in read(text, context).parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "the shape of the first photo in the colour of the second",
            [((), "photo", 1), (("color",), "photo", 2)],
        ),
        (
            "The cut of this one in the color of that one please",
            [((), "photo", 1), (("color",), "photo", 2)],
        ),
        ("first one but with the pattern of the second", [(("pattern",), "photo", 2)]),
        (
            "the shape of the first with the colour and pattern of the last",
            [((), "photo", 1), (("color", "pattern"), "photo", -1)],
        ),
        ("the first one in the colour of the other", [(("color",), "photo", 0)]),
    ],
)
def test_of_two_photos(text: str, expected: list[tuple]) -> None:
    assert parts(text, TWO_PHOTOS) == expected


def test_of_shown_items() -> None:
    reading = read("the second one in the colour of the third", PAGE)
    assert [(part.facets, part.of.kind, part.of.ordinal) for part in reading.parts] == [
        (("color",), "shown", 3)
    ]
    assert reading.mentions[0].item_id == "b"
    assert not reading.constraints


@pytest.mark.parametrize(
    "text",
    [
        "the style of the second one but cheaper",
        "something in the colour of sand",
        "like the first photo",
        "no pattern on the sleeves",
        "the length of a mini skirt",
        "the print on the second one is too loud",
    ],
)
def test_other_wishes_are_left_alone(text: str) -> None:
    assert not parts(text, PAGE)


@pytest.mark.parametrize(
    ("text", "garment"),
    [
        ("like the jeans in this photo but black", "jeans"),
        ("I love the skirt she is wearing", "skirt"),
        ("this, but the jeans", "jeans"),
        ("this but just the blue shirt please", "shirt"),
        ("like this but in navy", None),
        ("the same but as shoes", None),
        ("this shirt in red", None),
    ],
)
def test_one_garment_of_several(text: str, garment: str | None) -> None:
    assert read(text, TWO_PHOTOS).garment == garment


def test_shape_of_one_photo_in_the_colour_of_the_other(
    tiny: Stylist, codebook: CodeBookEncoder
) -> None:
    boots = codebook.picture({"category": "boots", "color": "red", "pattern": "solid"})
    shirt = codebook.picture({"category": "shirt", "color": "green", "pattern": "solid"})
    reply = tiny.chat(
        "two", "the shape of the first photo in the colour of the second", image=[boots, shirt], k=4
    )
    assert "green boots" in reply.items[0].title
    assert {card.title.split()[-1] for card in reply.items} == {"boots"}
    again = tiny.chat(
        "two", "under 200 please", k=4
    )  # the reference is found again in the next turn
    assert "green boots" in again.items[0].title
    swapped = tiny.chat(
        "three",
        "the shape of the second photo in the colour of the first",
        image=[boots, shirt],
        k=4,
    )
    assert "red shirt" in swapped.items[0].title


def test_a_photo_that_comes_later_is_the_second(tiny: Stylist, codebook: CodeBookEncoder) -> None:
    tiny.chat(
        "later",
        "like this",
        image=codebook.picture({"category": "boots", "color": "red", "pattern": "solid"}),
        k=4,
    )
    shirt = codebook.picture({"category": "shirt", "color": "green", "pattern": "solid"})
    reply = tiny.chat("later", "this one in the colour of the first photo", image=shirt, k=4)
    assert "red shirt" in reply.items[0].title


def test_the_colour_of_what_a_photo_is_of(tiny: Stylist, codebook: CodeBookEncoder) -> None:
    tiny.chat("kind", "a navy shirt", k=4)
    tiny.chat(
        "kind",
        "like this",
        image=codebook.picture({"category": "boots", "color": "green", "pattern": "solid"}),
        k=4,
    )
    reply = tiny.chat("kind", "no, I meant the shirt, in the colour of the boots", k=4)
    assert reply.items[0].title == "green shirt"
    assert {card.title.split()[-1] for card in reply.items} == {"shirt"}
    assert (
        not read("the colour of the sea", TWO_PHOTOS).parts
        and not read("in the colour of the boots").parts
    )


def test_shape_of_one_shown_item_in_the_colour_of_another(tiny: Stylist) -> None:
    page = tiny.chat("page", "something red or navy", k=8).items
    dress = next(n for n, card in enumerate(page, 1) if "dress" in card.title)
    boots = next(n for n, card in enumerate(page, 1) if "boots" in card.title)
    names = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
    reply = tiny.chat(
        "page",
        f"the shape of the {names[dress - 1]} one in the colour of the {names[boots - 1]} one",
        k=4,
    )
    assert "navy dress" in reply.items[0].title
    assert not {page[dress - 1].id, page[boots - 1].id} & {card.id for card in reply.items}


def test_a_part_that_points_nowhere_is_said(tiny: Stylist, codebook: CodeBookEncoder) -> None:
    boots = codebook.picture({"category": "boots", "color": "red", "pattern": "solid"})
    reply = tiny.chat("nowhere", "this in the colour of the fourth photo", image=boots, k=4)
    assert any("first photo" in note for note in reply.notes)
    assert reply.items


def test_names_of_references() -> None:
    assert photo_hashes("a,b;color=c;pattern=item:x") == ("a", "b", "c")
    assert item_ids("item:y;color=c;pattern=item:x") == ("y", "x")
    assert photo_hashes(None) == () == item_ids("a")


class AskedEncoder(CodeBookEncoder):
    """Sees green boots where it is asked for boots, else what the picture shows as a whole."""

    may_ask = True

    def encode_images(self, images: list, garments: list[str | None] | None = None) -> np.ndarray:
        whole = super().encode_images(images)
        boots = self._vector({"category": "boots", "color": "green", "pattern": "solid"})
        return np.stack(
            [
                boots if kind == "boots" else v
                for kind, v in zip(garments or [None] * len(images), whole, strict=True)
            ]
        )


def test_the_named_garment_of_a_photo_is_looked_at(shop_dir: Path) -> None:
    encoder = AskedEncoder()
    photo = encoder.picture({"category": "shirt", "color": "red", "pattern": "solid"})
    stylist = Stylist.open(
        shop_dir, settings=load_settings({}, turn_seconds=600.0), encoder=encoder
    )
    reply = stylist.chat("asked", "the boots in this photo", image=photo, k=4)
    assert reply.items[0].title == "green boots"
    assert stylist.chat("asked", "under 200 please", k=4).items[0].title == "green boots"
    assert stylist.chat("whole", "like this", image=photo, k=4).items[0].title == "red shirt"
