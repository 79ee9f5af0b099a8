"""What a photo asks for: softly, unless the words say otherwise."""

from __future__ import annotations

import numpy as np

from agent.photo_reader import blend, likely_kinds, wishes
from agent.state import Seen
from agent.wish.apply import leaning
from encoders.layout import BUILTIN_LAYOUT
from tests.agent.test_merge import shown, w
from vocabulary.wish import Constraint, Wish

LOOK = {
    "category": {"shirt": 0.97, "blouse": 0.03},
    "color": {"navy": 0.7, "black": 0.3},
    "pattern": {"striped": 0.9, "solid": 0.1},
    "sleeve_length": {"long": 0.45, "short": 0.4},
    "gender": {"men": 0.8},
    "details": {"pockets": 0.95, "hood": 0.93, "bow": 0.91, "text": 0.99, "slit": 0.1},
}


def seen(look: dict | None = None, corrections: dict | None = None, vector: float = 1.0) -> Seen:
    return Seen(
        "h", np.full(BUILTIN_LAYOUT.dim, vector, np.float32), look or LOOK, corrections or {}
    )


def test_likely_values_are_preferred_and_a_sure_kind_is_required() -> None:
    found = wishes(seen(), ())
    assert shown(found) == [
        "+category shirt",
        "~color navy",
        "~pattern striped",
        "~details pockets",
        "~details hood",
        "~gender men",
    ]
    assert all(c.source == "photo" for c in found)
    assert next(c for c in found if c.facet == "color").confidence == 0.7


def test_a_kind_that_is_not_sure_is_only_preferred() -> None:
    found = wishes(seen({"category": {"shirt": 0.95, "blouse": 0.05}}), ())
    assert shown(found) == ["~category shirt"]


def test_the_words_win_over_the_photo() -> None:
    said = w(
        "+color red",
        "-pattern patterned",
        "<sleeve_length length",
        "-details hood",
        "+category skirt",
    )
    assert shown(wishes(seen(), said)) == ["~details pockets", "~gender men"]


def test_what_the_kind_cannot_have_is_not_asked_for() -> None:
    found = wishes(
        seen({"category": {"belt": 0.99}, "sleeve_length": {"long": 0.9}, "color": {"black": 0.9}}),
        (),
    )
    assert shown(found) == ["+category belt", "~color black"]


def test_corrections_win_and_can_take_away() -> None:
    found = wishes(seen(corrections={"category": "dress", "pattern": None, "color": "red"}), ())
    assert [c for c in shown(found) if "details" not in c] == [
        "+category dress",
        "~color red",
        "~gender men",
    ]
    assert {c.source for c in found if c.facet in ("category", "color")} == {"button"}


def test_the_kinds_that_together_are_sure() -> None:
    assert likely_kinds(seen({"category": {"cap": 0.7, "hat": 0.27, "belt": 0.03}})) == (
        "cap",
        "hat",
    )
    assert likely_kinds(seen({"category": {str(n): 0.1 for n in range(10)}})) == ()


def test_an_unsure_kind_is_searched_first_but_not_against_a_no() -> None:
    photo = seen({"category": {"cap": 0.7, "hat": 0.27, "belt": 0.03}})
    soft = Constraint(facet="category", op="prefer", value="cap", source="photo", confidence=0.7)
    leant = leaning(Wish(constraints=(soft, *w("-category cap"))), photo)
    assert shown(leant.constraints) == ["~category cap", "-category cap", "+category hat"]
    required = Wish(constraints=(soft, *w("+category belt")))
    assert leaning(required, photo) == required


def test_several_photos_are_one() -> None:
    one = blend(
        [seen(vector=1.0), seen({"category": {"blouse": 1.0}}, {"color": "red"}, vector=3.0)],
        BUILTIN_LAYOUT,
    )
    assert one.hash == "h,h" and one.corrections == {"color": "red"}
    assert one.attributes["category"] == {"shirt": 0.485, "blouse": 0.515}
    assert all(
        abs(np.linalg.norm(one.vector[BUILTIN_LAYOUT.slice(n)]) - 1) < 1e-5
        for n in BUILTIN_LAYOUT.names
    )
