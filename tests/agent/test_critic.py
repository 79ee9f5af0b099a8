"""The critic: what is given up, in which order, and what never is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agent.critic import MAX_ROUNDS, Critic, after_critic
from agent.memory.session import Session
from agent.replies import Card, Check
from agent.state import Clock, Found, Reference, Request, State
from tests.agent.test_merge import c, shown, w
from vocabulary.wish import Constraint, Wish

NOTHING = Found()


class Shop:
    """Tools of a shop in which so many rows are open as the constraints that must go allow."""

    currency = "EUR"

    def __init__(self, blocking: Sequence[str] = (), kinds: dict[str, int] | None = None) -> None:
        self.blocking, self.stock = set(blocking), kinds or {"coat": 3, "blazer": 5, "dress": 9}

    def allowed(self, constraints: Sequence[Constraint], avoid: Sequence[int] = ()) -> int:
        return 0 if any(x.facet in self.blocking for x in constraints) else 10

    def kinds(self) -> dict[str, int]:
        return self.stock

    def nearest_price(self, *_: Any) -> float:
        return 72.5


def state(wish: Sequence[Constraint], found: Found = NOTHING, **more: Any) -> State:
    given = Wish(constraints=tuple(wish))
    return {
        "request": Request(),
        "clock": Clock(60),
        "session": Session(id="s", wish=given),
        "wish": given,
        "found": found,
        "tried": ("a",),
        "relaxed": (),
        "remarks": (),
        "question": None,
        "avoid": frozenset(),
        "more": False,
        "compared": True,
        "reference": Reference(),
        **more,
    }  # type: ignore[typeddict-item]


CARD = Card(id="a", title="a", score=0.5)


def test_what_fits_is_enough() -> None:
    update = Critic(Shop()).__call__(state(w("+color red"), Found(fits=(CARD,))))
    assert update["again"] is False and "wish" not in update and after_critic(update) == "speak"


@pytest.mark.parametrize(
    ("blocking", "first"),
    [
        (["material"], "material"),
        (["color"], "color"),
        (["details", "material"], "details"),
        (["brand"], "brand"),
    ],
)
def test_the_first_in_order_that_stands_in_the_way_goes(blocking: list[str], first: str) -> None:
    wish = w(
        "+category dress",
        "+color red",
        "+material leather",
        "+details hood",
        "+brand acme",
        "-pattern striped",
    )
    shop = Shop(blocking[:1] if len(blocking) == 1 else [])
    blame = {x.key: 1.0 for x in wish if x.facet in blocking}
    found = Found(blame=blame) if len(blocking) > 1 else Found(allowed=0)
    update = Critic(shop)(state(wish, found if found.blame else Found(allowed=0)))
    assert update["relaxed"][0].facet == first and after_critic(update) == "action"
    left = {x.facet: x.op for x in update["wish"].constraints}
    assert left[first] == "prefer" and left["pattern"] == "exclude"


@pytest.mark.parametrize("firm", ["-color red", "+price ..50", "+size M", "+gender women"])
def test_what_is_firm_is_asked_about_and_never_given_up(firm: str) -> None:
    wish = (c("+category dress"), c(firm))
    update = Critic(Shop(kinds={"dress": 4}))(state(wish, Found(allowed=0)))
    assert update["again"] is False and "relaxed" not in update and update["question"]


def test_the_price_that_it_would_take_is_told() -> None:
    update = Critic(Shop(["price"], {"dress": 4}))(
        state(w("+category dress", "+price ..50"), Found())
    )
    assert "€72.50" in update["question"]
    assert shown(update["offer"]) == ["+category dress", "+price at most 72.5"]


def test_what_could_not_be_confirmed_may_go_if_the_shopper_agrees() -> None:
    open_ = Check(facet="material", op="require", value="leather", verdict="unknown", source="none")
    found = Found(unconfirmed=(Card(id="a", title="a", score=0.5, verdicts=(open_,)),))
    update = Critic(Shop())(
        state(w("+category dress", "+material leather", "-pattern striped"), found)
    )
    assert "leather" in update["question"]
    assert shown(update["offer"]) == ["+category dress", "-pattern striped"]


def test_a_kind_the_shop_lacks_becomes_its_kin() -> None:
    update = Critic(Shop(["category"]))(state(w("+category jacket"), Found(allowed=-1)))
    kin = [x for x in update["wish"].constraints if x.op == "require"]
    assert [x.value for x in kin] == ["blazer", "coat"] and len({x.any for x in kin}) == 1
    again = Critic(Shop())(state(update["wish"].constraints, Found(), tried=("a", "b")))
    assert again["again"] is False and again["question"]  # stand-ins are not given up in turn


def test_rounds_are_bounded() -> None:
    update = Critic(Shop(["color"]))(
        state(w("+color red"), Found(), tried=tuple("abc"[:MAX_ROUNDS]))
    )
    assert update["again"] is False and update["question"]


def test_a_short_clock_ends_the_search() -> None:
    assert (
        Critic(Shop(["color"]))(state(w("+color red"), Found(), clock=Clock(0.0)))["again"] is False
    )


def test_more_of_the_same_gives_nothing_up() -> None:
    update = Critic(Shop(["color"]))(state(w("+color red"), Found(), more=True))
    assert update["remarks"] == ("that_was_all",) and update["again"] is False


def test_nothing_cheaper_looks_at_the_rest_first() -> None:
    update = Critic(Shop())(state(w("+color red", "<price price"), Found(narrowed=True)))
    assert update["narrow"] is False and update["again"] and update["remarks"] == ("none_cheaper",)


def test_drift_lets_the_mood_go_first() -> None:
    wish = (c("+category dress"), c("~pattern floral", "vibe"), c("~color navy", "photo"))
    drifted = Found(fits=(CARD,), fidelity=0.1)
    update = Critic(Shop())(state(wish, drifted))
    assert update["again"] and [x.value for x in update["relaxed"]] == ["floral"]
    assert [x.value for x in update["wish"].constraints] == ["dress", "navy"]
    assert Critic(Shop())(state(wish, Found(fits=(CARD,), fidelity=0.8)))["again"] is False


def test_a_failed_check_is_told() -> None:
    update = Critic(Shop())(state(w("+color red"), Found(failed="out of order")))
    assert update["remarks"] == ("guard_failed",) and update["again"] is False
