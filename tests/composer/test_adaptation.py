"""Online adaptation: slice weights that follow what was saved, refused and left alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from composer import compose
from composer.adaptation import Pace, Turn, emphasis
from errors import InputError
from tests.composer.tiny_world import TinyCatalogue, TinySpace, wish

SPACE = TinySpace()
CATALOGUE = TinyCatalogue(SPACE)
REFERENCE = min(CATALOGUE.rows(category="shirt", pattern="striped", gender="men", color="navy"))


def page(*wanted: dict[str, str]) -> np.ndarray:
    """One item of each description."""
    return np.stack([CATALOGUE.vectors[min(CATALOGUE.rows(**facets))] for facets in wanted]).astype(
        np.float32
    )


SHOWN = page(
    {"color": "navy", "category": "skirt", "pattern": "striped"},
    {"color": "red", "category": "shirt", "pattern": "striped"},
    {"color": "navy", "category": "dress", "pattern": "floral"},
    {"color": "white", "category": "shirt", "pattern": "solid"},
)


def turn(saved: tuple[int, ...] = (), refused: tuple[int, ...] = (), *lines: str) -> Turn:
    asked = wish(*lines)
    query = compose(
        "delta", CATALOGUE.vectors[REFERENCE].astype(np.float32), asked, None, SPACE
    ).vector
    return Turn(asked, SHOWN, saved, refused, query)


def test_no_evidence_is_neutral() -> None:
    assert emphasis([], SPACE) == {}
    assert emphasis([turn()], SPACE) == {}
    assert emphasis([turn(), turn()], SPACE) == {}


def test_who_saves_navy_cares_about_colour() -> None:
    factors = emphasis([turn(saved=(0, 2))], SPACE)
    assert factors["color"] > 1 > factors["category"]
    assert math.prod(factors.values()) == pytest.approx(1.0, rel=1e-6)


def test_who_refuses_other_kinds_cares_about_the_kind() -> None:
    factors = emphasis([turn(refused=(0, 2))], SPACE)
    assert factors["category"] > 1 > factors["color"]


def test_what_is_kept_through_three_turns_gains() -> None:
    turns = [
        turn((), ()),
        turn((), (), "require pattern floral"),
        turn((), (), "require pattern solid"),
    ]
    factors = emphasis(turns, SPACE)
    assert factors["color"] > factors["pattern"] and factors["color"] == pytest.approx(
        factors["category"]
    )


def test_it_is_bounded() -> None:
    factors = emphasis([turn(saved=(0, 2), refused=(1, 3))] * 50, SPACE, Pace(limit=1.5))
    assert max(factors.values()) <= 1.5 + 1e-9 and min(factors.values()) >= 1 / 1.5 - 1e-9


def test_vectors_of_another_size_are_refused() -> None:
    with pytest.raises(InputError, match="turn 1 shows vectors of shape"):
        emphasis([Turn(wish(), SHOWN[:, :-1])], SPACE)
