"""The pictures show what the truth says: pieces, proportions, colours."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from demo import Design, Drawn, patterns, plan_items, render, render_design
from demo.assortment import Decks, deal_design, models
from demo.colours import PIGMENTS, Colourway, shades
from demo.drawing import drawn_stack, pieces_of, relief_of
from demo.pieces import bounds

SMALL = (96, 128)
# drawn on every design of the kind, or in the place of something else
ALWAYS = {
    ("sneakers", "logo"),
    ("swimwear", "spaghetti straps"),
    ("swimwear", "straps"),
    ("underwear", "spaghetti straps"),
    ("bag", "straps"),
    ("backpack", "straps"),
}


@pytest.fixture(scope="module")
def plan() -> list[Drawn]:
    return plan_items(138, seed=3)


def shape(design: Design) -> tuple[int, ...]:
    """Counts of all that a draft may add: pieces, openings, pleats, drawn lines, points."""
    stack = drawn_stack(design)
    return (
        len(stack),
        sum(len(p.holes) for p in stack),
        sum(p.pleats.count for p in stack if p.pleats),
        sum(len(p.lines) for p in stack),
        sum(len(p.outline) for p in stack),
    )


def test_the_same_design_is_the_same_picture(plan: list[Drawn]) -> None:
    drawn = plan[0]
    again = render(drawn.design, drawn.colourway, SMALL)
    assert render(drawn, size=SMALL).tobytes() == again.tobytes() and again.size == SMALL
    assert render_design(drawn.design, [drawn.colourway], SMALL)[0].tobytes() == again.tobytes()


def test_a_design_needs_a_colourway(plan: list[Drawn]) -> None:
    with pytest.raises(TypeError, match="colourway"):
        render(plan[0].design)


@pytest.mark.parametrize("category", list(models()))
def test_details_are_pieces_of_the_drawing(category: str) -> None:
    rng = np.random.default_rng(8)
    for number in range(12):
        design, _ = deal_design(category, Decks(rng), rng, number, plain=True)
        for detail in design.details - {"text"}:
            if (category, detail) not in ALWAYS:
                assert shape(design) != shape(replace(design, details=design.details - {detail})), (
                    design.cut,
                    detail,
                )


def test_every_kind_fits_the_frame_and_fills_it(plan: list[Drawn]) -> None:
    seen = {drawn.design.category: drawn.design for drawn in plan}
    assert len(seen) == len(models())
    for design in seen.values():
        x0, y0, x1, y1 = bounds(pieces_of(design))
        assert x0 >= 29 and y0 >= 29 and x1 <= 355 and y1 <= 483, design.category
        assert x1 - x0 > 210 or y1 - y0 > 210, design.category


def test_longer_sleeves_reach_further() -> None:
    base = Design("d", 4, "t-shirt", neckline="crew", fit="straight")
    reach = [
        np.ptp(np.concatenate([p.outline for p in drawn_stack(replace(base, sleeve=name))])[:, 0])
        for name in ("sleeveless", "short", "long")
    ]
    assert reach[0] < reach[1] < reach[2]
    counts = [len(drawn_stack(replace(base, sleeve=name))) for name in ("sleeveless", "short")]
    assert counts[1] == counts[0] + 2


def test_three_quarter_sleeves_end_between_short_and_long() -> None:
    base = Design("d", 4, "blouse", neckline="v-neck", fit="straight")
    ends = []
    for name in ("short", "three-quarter", "long"):
        sleeves = [
            p
            for p in drawn_stack(replace(base, sleeve=name))
            if abs(p.turn) > 0.1 and np.ptp(p.outline[:, 1]) > 25
        ]
        ends.append(max(p.outline[:, 1].max() for p in sleeves))
    assert ends[0] < ends[1] < ends[2]


@pytest.mark.parametrize("category", ["dress", "skirt", "coat"])
def test_hems_fall_in_order(category: str) -> None:
    base = Design(
        "d",
        9,
        category,
        cut="coat" if category == "coat" else "",
        neckline="collar",
        sleeve="long",
        fit="straight",
        details=frozenset({"buttons"}),
    )
    falls = [
        bounds(drawn_stack(replace(base, length=name)))[3]
        for name in ("mini", "knee", "midi", "maxi")
    ]
    assert all(b - a > 20 for a, b in pairwise(falls))


@pytest.mark.parametrize("name", patterns.KINDS)
def test_patterns_print_with_their_inks(name: str) -> None:
    for kind in patterns.KINDS[name]:
        shares = patterns.coverage(patterns.Pattern(name, kind, seed=1))
        assert abs(sum(shares) - 1) < 1e-3
        assert len(shares) == 1 if name == "solid" else max(shares) < 0.99, (kind, shares)


@pytest.mark.parametrize("color", PIGMENTS)
def test_the_cloth_has_the_colour_that_the_truth_names(color: str) -> None:
    pigment = PIGMENTS[color][0]
    design = Design("d", 2, "t-shirt", neckline="crew", sleeve="short", fit="straight")
    picture = np.asarray(
        render(design, Colourway(color, (("main", pigment),), (color,)), SMALL), np.float32
    )
    relief = relief_of(design, SMALL)
    cloth = relief.weights[..., relief.inks.index("main")] > 0.98
    middle = np.median(picture[cloth], axis=0)
    far = {
        name: min(np.linalg.norm(middle - rgb) for rgb in options)
        for name, options in PIGMENTS.items()
    }
    assert far[color] < 36 and far[color] <= min(far.values()) + 14, (middle, far)


def test_shades_follow_the_pigment() -> None:
    assert (
        shades(PIGMENTS["navy"][0]) == ("dark",)
        and "light" in shades(PIGMENTS["cream"][0])
        and "bright" in shades(PIGMENTS["red"][0])
    )
    assert shades(PIGMENTS["grey"][0]) == ()


def test_the_ground_is_seen_around_and_through(plan: list[Drawn]) -> None:
    slit = Design("d", 6, "skirt", length="maxi", fit="slim", details=frozenset({"slit"}))
    closed = replace(slit, details=frozenset())
    assert relief_of(slit, SMALL).alpha[64:].sum() < relief_of(closed, SMALL).alpha[64:].sum() - 40
    corner = np.asarray(render(plan[0], size=SMALL), np.float32)[:6, :6].mean()
    assert corner > 200


def test_lace_lets_the_lining_through_and_sheer_the_ground() -> None:
    base = Design("d", 7, "blouse", neckline="v-neck", sleeve="long", fit="straight")
    lace = relief_of(replace(base, fabric="lace"), SMALL)
    assert 0.1 < lace.weights[..., lace.inks.index("lining")][lace.alpha > 0.9].mean() < 0.8
    assert (
        np.median(
            (sheer := relief_of(replace(base, fabric="sheer"), SMALL)).alpha[sheer.alpha > 0.3]
        )
        < 0.9
    )
    assert np.median((dense := relief_of(base, SMALL)).alpha[dense.alpha > 0.3]) > 0.99
