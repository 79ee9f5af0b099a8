"""How a garment is shown for training: laid out, crumpled, hung, on a mannequin, worn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo import outlines as o
from demo.design import Design
from demo.pieces import Folds, Piece, bounds, pair
from vocabulary import FOOTWEAR, LOWER_BODY, UPPER_BODY

PROPS = ("skin", "hair", "other", "other2", "form")  # inks of what is not the garment


def crumple(stack: list[Piece], rng: np.random.Generator, amount: float) -> list[Piece]:
    """Push every point by two long waves, the same for all pieces, so that they stay together."""
    x0, y0, x1, y1 = bounds(stack)
    span = max(x1 - x0, y1 - y0)
    k = rng.uniform(3, 9, 4) / span
    phase = rng.uniform(0, 6.28, 4)
    push = rng.normal(0, amount * span, 4)

    def move(q):
        q = np.asarray(q, np.float32)
        x, y = q[:, 0], q[:, 1]
        dx = push[0] * np.sin(k[0] * y + phase[0]) + push[1] * np.sin(k[1] * (x + y) + phase[1])
        dy = push[2] * np.sin(k[2] * x + phase[2]) + push[3] * np.sin(k[3] * (x - y) + phase[3])
        return np.stack([x + dx, y + dy], 1).astype(np.float32)

    return [p.moved(move) for p in stack]


def stretched(stack: list[Piece], rng: np.random.Generator) -> list[Piece]:
    """Return another build: wider or longer, slightly sheared."""
    sx, sy, shear = rng.uniform(0.84, 1.16), rng.uniform(0.88, 1.12), rng.normal(0, 0.035)
    flip = -1 if rng.random() < 0.5 else 1
    matrix = np.array([[sx * flip, 0], [shear, sy]], dtype=np.float32)
    return [
        p.moved(lambda q: (np.asarray(q, np.float32) @ matrix).astype(np.float32)) for p in stack
    ]


def hanger(stack: list[Piece], rng: np.random.Generator) -> list[Piece]:
    """Return a hanger behind the shoulders, or clips at the waist."""
    x0, _, x1, _ = bounds(stack)
    half = min(46.0, (x1 - x0) * 0.36)
    bar = o.smooth((-half, 20), (-half * 0.5, 9), (0, 0), (half * 0.5, 9), (half, 20))
    hook = o.smooth((0, 0), (1, -16), (9, -24), (4, -34), (-6, -30))
    slot = str(rng.choice(["wood", "dark", "metal"]))
    return [
        Piece(o.ribbon(hook, 2.6), "metal", "metal", puff=1.3, drop=0.2),
        Piece(o.ribbon(bar, 7), slot, "plastic", puff=3, drop=0.2),
        *stack,
    ]


def mannequin(stack: list[Piece], rng: np.random.Generator, design: Design) -> list[Piece]:
    """Return a dress form with a neck knob and a stand."""
    if design.category in LOWER_BODY:
        low = bounds(stack)[3]
        return [
            Piece(o.box(-3, -40, 3, low + 50), "metal", "metal", puff=2),
            Piece(
                o.mirror(o.path(o.smooth((0, -66), (40, -64), (47, -30), (44, 2)), [(0, 8)])),
                "form",
                "skin",
                puff=20,
            ),
            *stack,
        ]
    low = max(bounds(stack)[3] + 40, 220.0)
    torso = o.mirror(
        o.path(
            o.smooth((0, -34), (12, -32), (14, -12), (44, 12), (52, 34), (44, 110), (54, 170)),
            [(0, 176)],
        )
    )
    return [
        Piece(o.box(-3, 150, 3, low), "metal", "metal", puff=2),
        Piece(torso, "form", "skin", puff=20),
        Piece(o.ellipse(0, -34, 13, 5), "wood", "plastic", puff=4),
        *stack,
    ]


def worn(stack: list[Piece], rng: np.random.Generator, design: Design) -> list[Piece]:
    """Put the garment on a rough figure, with plain clothes where it covers nothing."""
    _, _, _, bottom = bounds(stack)
    lower = design.category in LOWER_BODY
    if lower:
        shirt = o.mirror(
            o.path(
                o.smooth((0, -128), (24, -146)), o.smooth((62, -132), (58, -80), (48, 8)), [(0, 14)]
            )
        )
        arms = pair(
            Piece(
                o.ribbon(o.smooth((58, -122), (72, -60), (68, 10)), 20, 15),
                "other",
                puff=9,
                folds=Folds(0.8, 12, 40),
            )
        )
        front = [Piece(shirt, "other", puff=14, folds=Folds(0.9, 16, 60))]
        return (
            [*legs(60.0), *stack, *arms, *front, *head(-146.0, rng)]
            if rng.random() < 0.5
            else [*legs(60.0), *arms, *front, *stack, *head(-146.0, rng)]
        )
    covered = design.length in ("midi", "maxi", "knee") or design.category in (
        "dress",
        "gown",
        "jumpsuit",
        "coat",
        "robe",
        "kurta",
    )
    below: list[Piece] = []
    if design.category != "jumpsuit":
        below = (
            legs(bottom - 70)
            if covered
            else pair(
                Piece(
                    o.path(
                        o.smooth(
                            (-2, bottom - 40),
                            (52, bottom - 40),
                            (46, bottom + 80),
                            (30, bottom + 190),
                        ),
                        o.smooth((12, bottom + 190), (8, bottom + 60), (0, bottom + 24)),
                    ),
                    "other2",
                    puff=12,
                    folds=Folds(0.9, 12, 50),
                )
            )
        )
    return [*below, *arms_of(stack, design), *head(0.0, rng), *stack]


def legs(y: float) -> list[Piece]:
    """Return bare legs from hip height down."""
    right = o.path(
        o.smooth((2, y), (38, y), (34, y + 90), (27, y + 190)),
        o.smooth((12, y + 190), (10, y + 90), (2, y + 20)),
    )
    return pair(Piece(right, "skin", "skin", puff=14))


def arms_of(stack: list[Piece], design: Design) -> list[Piece]:
    """Return arms along the sleeves, or hanging where there are none."""
    sleeves = [
        p
        for p in stack
        if p.slot in ("cloth", "accent")
        and p.turn < -0.12
        and np.ptp(p.outline[:, 1]) > 30
        and p.outline[:, 0].mean() > 25
    ]
    if not sleeves:
        return pair(
            Piece(o.ribbon(o.smooth((50, 16), (62, 80), (64, 180)), 21, 13), "skin", "skin", puff=9)
        )
    angle = -sleeves[0].turn
    across = sleeves[0].outline[:, 0]
    root = np.array([across.min() * 0.35 + across.max() * 0.65, 34.0], dtype=np.float32)
    ahead = np.array([np.sin(angle * 0.8), np.cos(angle * 0.8)], dtype=np.float32)
    line = np.stack(
        [
            root - ahead * 6,
            root + ahead * 80,
            root
            + ahead * 80
            + np.array([np.sin(angle * 0.5), np.cos(angle * 0.5)], dtype=np.float32) * 112,
        ]
    )
    return pair(Piece(o.ribbon(o.smooth(*line), 18, 12), "skin", "skin", puff=8))


def head(y: float, rng: np.random.Generator) -> list[Piece]:
    """Return a head with hair, above a neck."""
    hair = o.loop(
        (-24, y - 60),
        (0, y - 86),
        (24, y - 60),
        (27, y - 20),
        (30, y + rng.uniform(-30, 60)),
        (-30, y + rng.uniform(-30, 60)),
        (-27, y - 20),
    )
    neck = o.path(
        [(-12, y - 30), (12, y - 30)],
        o.smooth((12, y - 12), (26, y + 8), (30, y + 60)),
        o.smooth((-30, y + 60), (-26, y + 8), (-12, y - 12)),
    )
    return [
        Piece(hair, "hair", "fur", puff=10),
        Piece(neck, "skin", "skin", puff=8, drop=0.1),
        Piece(o.ellipse(0, y - 48, 20, 27), "skin", "skin", puff=14, drop=0.2),
    ]


def posed(stack: list[Piece], rng: np.random.Generator, design: Design) -> list[Piece]:
    """Return the stack posed in one of the ways; shoes, bags and the like only lie flat."""
    stack = stretched(stack, rng)
    chance = rng.random()
    clothing = design.category in UPPER_BODY | LOWER_BODY
    if clothing and chance < 0.24:
        stack = worn(stack, rng, design)
    elif clothing and chance < 0.36:
        stack = hanger(stack, rng)
    elif clothing and chance < 0.46:
        stack = mannequin(stack, rng, design)
    stack = crumple(stack, rng, float(rng.choice([0.0, 0.004, 0.01, 0.018])))
    lies = chance >= 0.46 and design.category not in FOOTWEAR
    angle = float(rng.normal(0, 0.32 if lies and rng.random() < 0.5 else 0.06))
    return [p.moved(lambda q: o.rotate(q, angle), angle) for p in stack]


def roomier(stack: list[Piece], rng: np.random.Generator) -> list[Piece]:
    """Return stronger or weaker folds than the shop's."""
    k = float(rng.uniform(0.5, 1.9))
    return [
        replace(p, folds=p.folds and replace(p.folds, amount=p.folds.amount * k)) for p in stack
    ]
