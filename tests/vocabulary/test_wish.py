"""A wish: what it tells of its constraints, and its changed copies."""

from __future__ import annotations

from vocabulary import Constraint, Wish, alternatives

NAVY = Constraint(facet="color", op="require", value="navy", any=1)
GREY = Constraint(facet="color", op="require", value="grey", any=1)
DRESS = Constraint(facet="category", op="require", value="dress")
NO_BELT = Constraint(facet="details", op="exclude", value="belt")
CASUAL = Constraint(facet="style", op="prefer", value="casual")
WISH = Wish(constraints=(NAVY, DRESS, GREY, NO_BELT, CASUAL), words="linen-ish")


def test_alternatives_stand_together() -> None:
    assert WISH.groups() == [(NAVY, GREY), (DRESS,), (NO_BELT,)]
    assert WISH.alternatives_to(GREY) == (NAVY, GREY)
    assert WISH.alternatives_to(DRESS) == (DRESS,)
    assert alternatives(()) == []


def test_a_free_group_has_no_member() -> None:
    assert WISH.next_group == 2
    assert Wish().next_group == 1


def test_kinds_are_what_is_required() -> None:
    hat = Constraint(facet="category", op="exclude", value="hat")
    assert WISH.adding(hat).kinds == ("dress",)


def test_copies_keep_the_rest() -> None:
    bare = WISH.without(WISH.alternatives_to(NAVY))
    assert bare.constraints == (DRESS, NO_BELT, CASUAL)
    assert bare.adding(GREY).constraints == (DRESS, NO_BELT, CASUAL, GREY)
    assert bare.words == "linen-ish" and len(WISH.constraints) == 5
    assert WISH.with_constraints([DRESS]).constraints == (DRESS,)
