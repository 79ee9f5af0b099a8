"""The table of facets and values: what may be added to it, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

import vocabulary
from errors import InputError
from vocabulary.table import FILE, read_table


def extended(folder: Path, text: str) -> Path:
    file = folder / "further.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_further_file_adds_values_and_words(tmp_path: Path) -> None:
    further = extended(
        tmp_path,
        '[category]\n"poncho" = { of = "outerwear" }\n"coat" = { words = ["ulster"] }\n'
        '[color]\n"mauvette" = { of = "purple", darkness = 0.3 }\n[sizes]\none_size = ["UNI"]\n',
    )
    table = read_table(FILE, further)
    assert table.category["poncho"].of == "outerwear"
    assert {"ulster", "parka"} <= set(table.category["coat"].words)
    assert table.category["coat"].length_varies, "what the entry does not name stays"
    assert table.color["mauvette"].darkness == pytest.approx(0.3)
    assert {"UNI", "OS"} <= set(table.sizes.one_size)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[category]\n"poncho" = { sleeves = true }', "sleeves"),
        ('[category]\n"poncho" = { of = "overcoats" }', "no value 'overcoats'"),
        ('[category]\n"poncho" = { zone = "shoulders" }', "no zone 'shoulders'"),
        ('[category]\n"poncho" = { has = ["wings"] }', "neither a facet nor a detail"),
        ('[category]\n"poncho" = { implies = ["hood"] }', "no facet:value"),
        ('[category]\n"poncho" = { of = "poncho" }', "lead back to itself"),
        ('[style]\n"regal" = { opposite = ["shabby"] }', "no value 'shabby'"),
        ('[color]\n"mauvette" = { darkness = 3 }', "darkness"),
        ('[scent]\n"rose" = {}', "unknown table [scent]"),
        ("[category\n", "further.toml"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_table(FILE, extended(tmp_path, text))
    assert complaint in str(refusal.value)
    assert "further.toml" in str(refusal.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.toml"):
        read_table(FILE, tmp_path / "absent.toml")


def test_a_value_covers_its_children_alone() -> None:
    assert vocabulary.covers("color", "blue", "navy")
    assert not vocabulary.covers("color", "navy", "blue")
    assert vocabulary.descendants("category", "shoes") - {"shoes"} == vocabulary.FOOTWEAR


def test_zones_say_what_a_kind_can_have() -> None:
    assert vocabulary.applicable("sleeve_length", "jacket")
    assert not vocabulary.applicable("sleeve_length", "belt")
    assert not vocabulary.applicable("length", "underwear")
    assert vocabulary.applicable("details", "bag", "ruffle")
    assert not vocabulary.applicable("details", "backpack", "ruffle"), "lacks what its parent has"
    assert vocabulary.applicable("details", "belt", "buttons"), "what no zone names all can have"
    assert vocabulary.applicable("sleeve_length", "outerwear"), "as one of its kinds can"


def test_kinds_of_one_place_replace_each_other() -> None:
    assert vocabulary.place("skirt") == vocabulary.place("outerwear") == "body"
    assert vocabulary.place("shoes") == vocabulary.place("boots") == "feet"
    assert vocabulary.place("belt") == "belt"
    assert vocabulary.place("saree") == "saree"


def test_opposites_contrast_but_not_the_other_way_round() -> None:
    assert vocabulary.opposite("style", "formal", "casual")
    assert vocabulary.contrasting("style", "casual", "elegant")
    assert not vocabulary.opposite("style", "casual", "elegant")
    assert not vocabulary.contrasting("size", "S", "M")


def test_lengths_have_one_order() -> None:
    assert list(vocabulary.DEGREES["length"]) == ["cropped", "mini", "knee", "midi", "maxi"]
    steps = vocabulary.STEPS["length", "length"]
    assert sorted(steps, key=lambda value: (steps[value], vocabulary.DEGREES["length"][value])) == (
        list(vocabulary.DEGREES["length"])
    )


def test_plurals() -> None:
    assert [vocabulary.plural(kind) for kind in ("dress", "scarf", "jeans", "saree")] == [
        "dresses",
        "scarves",
        "jeans",
        "sarees",
    ]
    assert vocabulary.countable("dress") and not vocabulary.countable("jeans")
