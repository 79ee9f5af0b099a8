"""Watches, sunglasses and jewellery."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import ornaments
from demo.pieces import Line, Piece, pair, shifted


def draft_watch(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a watch."""
    tape = Tape(rng, design.spread)
    r = tape(44, 0.08)
    w = r * 0.58
    metal = design.cut == "bracelet"
    up = o.mirror(
        o.path(
            [(0, -150)],
            o.smooth((0, -150), (w * 0.7, -149), (w * 0.78, -140)),
            o.smooth((w * 0.78, -138), (w * 0.82, -90), (w, -r * 0.8)),
            [(0, -r * 0.8)],
        )
    )
    down = o.scale(up, 1, -1)
    links = (
        tuple(
            Line(np.array([(-w, y), (w, y)], dtype=np.float32), "seam", 1.6, strength=0.5)
            for y in range(-146, 150, 11)
        )
        if metal
        else tuple(
            Line(
                np.array([(s * w * 0.66, -142), (s * w * 0.8, -r)], dtype=np.float32), "stitch", 0.9
            )
            for s in (-1, 1)
        )
    )
    down_lines = tuple(
        Line(o.scale(line.points, 1, -1), line.kind, line.width, strength=line.strength)
        for line in links
    )
    slot, fabric = ("cloth", "metal") if metal else ("cloth", None)
    stack = [
        Piece(up, slot, fabric, puff=8, lines=links, drop=0.3),
        Piece(down, slot, fabric, puff=8, lines=down_lines, drop=0.3),
    ]
    if not metal:
        stack += [
            Piece(o.ellipse(0, y, 2, 2.6, n=10), "dark", puff=1, drop=0)
            for y in (100, 112, 124, 136)
        ]
        stack.append(
            Piece(
                o.box(-w - 2, -152, w + 2, -140, 3),
                "metal",
                "metal",
                puff=3,
                holes=(o.box(-w * 0.66, -149, w * 0.66, -143),),
                drop=0.4,
            )
        )
    case = (
        o.ellipse(0, 0, r, r)
        if design.cut != "square"
        else o.box(-r * 0.9, -r * 0.95, r * 0.9, r * 0.95, 10)
    )
    face = o.scale(case, 0.8)
    stack += [
        Piece(o.box(r * 0.9, -5, r + 8, 5, 2), "metal", "metal", puff=2, drop=0.3),
        Piece(case, "metal", "metal", puff=7, lift=1.5, drop=0.5),
        Piece(face, "dial", "plastic", puff=2, lift=-0.6, drop=0),
    ]
    for k in range(12):
        a = k * np.pi / 6
        d = np.array([np.sin(a), -np.cos(a)], dtype=np.float32) * r
        stack.append(
            Piece(
                o.ribbon(np.stack([d * 0.62, d * 0.73]), 3.4 if k % 3 == 0 else 1.8),
                "hands",
                puff=1,
                drop=0,
            )
        )
    for turn, long, width in ((-0.9, 0.4, 3.2), (0.75, 0.58, 2.4)):
        d = np.array([np.sin(turn), -np.cos(turn)], dtype=np.float32) * r
        stack.append(
            Piece(o.ribbon(np.stack([-d * 0.1, d * long]), width), "hands", puff=1, drop=0.3)
        )
    return stack + [Piece(o.ellipse(0, 0, 3, 3, n=12), "hands", puff=1, drop=0.2)]


def draft_sunglasses(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft sunglasses."""
    tape = Tape(rng, design.spread)
    cx, rx = 52.0, tape(42, 0.05)
    lens = {
        "aviator": o.loop((10, -26), (52, -32), (90, -24), (88, 6), (62, 36), (30, 34), (14, 8)),
        "round": o.ellipse(cx, 0, rx * 0.94, rx * 0.94),
        "cat-eye": o.loop((12, -12), (44, -26), (104, -40), (92, 0), (66, 26), (30, 24), (14, 8)),
    }.get(
        design.cut, o.loop((11, -24), (52, -29), (94, -25), (90, 8), (72, 27), (34, 28), (16, 12))
    )
    rim = 0.86 if design.cut not in ("aviator", "round") else 0.92
    middle = (lens.min(0) + lens.max(0)) / 2
    glass = (lens - middle) * np.float32(rim) + middle
    thin = design.cut in ("aviator", "round")
    slot, fabric = "cloth", ("metal" if thin else "plastic")
    bridge = Piece(
        o.ribbon(o.smooth((-16, -12), (0, -20), (16, -12)), 4 if thin else 9),
        slot,
        fabric,
        puff=3,
        drop=0.3,
    )
    temple = o.path(
        [(90, -24), (104, -24)],
        o.smooth((104, -22), (112, -60), (92, -104)),
        o.smooth((84, -104), (100, -60), (92, -16)),
    )
    shine = o.path(
        [
            (middle[0] - 22, middle[1] + 10),
            (middle[0] - 4, middle[1] - 16),
            (middle[0] + 4, middle[1] - 16),
            (middle[0] - 14, middle[1] + 10),
        ]
    )
    stack = [
        *pair(Piece(temple, slot, fabric, puff=3, shade=0.85, drop=0.25)),
        bridge,
        *pair(Piece(lens, slot, fabric, puff=4, lift=1.2, drop=0.4)),
        *pair(Piece(glass, "glass", "glass", puff=5, lift=0.8, drop=0)),
        *pair(Piece(shine, "shine", "glass", puff=1, alpha=0.25, drop=0)),
    ]
    if thin and design.cut == "aviator":
        stack.append(
            Piece(
                o.ribbon(o.smooth((-26, -28), (0, -32), (26, -28)), 3),
                slot,
                fabric,
                puff=1,
                drop=0.3,
            )
        )
    return stack


def draft_jewellery(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a necklace, earrings, a ring or a bracelet."""
    tape = Tape(rng, design.spread)
    return JEWELS[design.cut or "necklace"](design, tape)


def _gem(x: float, y: float, r: float) -> list[Piece]:
    cut = o.ellipse(x, y, r, r, n=8)
    return [
        Piece(o.ellipse(x, y, r * 1.25, r * 1.25, n=20), "cloth", "metal", puff=2, drop=0.4),
        Piece(
            cut,
            "gem",
            "glass",
            puff=r * 0.5,
            lift=1.2,
            drop=0.2,
            lines=(
                Line(
                    np.concatenate(
                        [
                            o.ellipse(x, y, r * 0.5, r * 0.5, n=8),
                            o.ellipse(x, y, r * 0.5, r * 0.5, n=8)[:1],
                        ]
                    ),
                    "seam",
                    0.8,
                    strength=0.25,
                ),
            ),
        ),
    ]


def _necklace(design: Design, tape: Tape) -> list[Piece]:
    chain = o.resample(
        o.smooth((-58, -120), (-72, -40), (-44, 44), (0, 84), (44, 44), (72, -40), (58, -120)), 52
    )
    if design.has("beads"):
        return ornaments.beads(chain, 9.5, 5.6, "cloth")
    links = [
        Piece(
            o.ellipse(x, y, 4.6, 3.4, n=14),
            "cloth",
            "metal",
            puff=1.5,
            holes=(o.ellipse(x, y, 2.2, 1.4, n=10),),
            drop=0.4,
        )
        for x, y in chain
    ]
    return [
        *links,
        Piece(
            o.ellipse(0, 92, 5, 7, n=16),
            "cloth",
            "metal",
            puff=2,
            holes=(o.ellipse(0, 92, 2.6, 4, n=12),),
            drop=0.3,
        ),
        *_gem(0, 116, tape(17, 0.15)),
    ]


def _earrings(design: Design, tape: Tape) -> list[Piece]:
    if design.has("beads"):
        drop = [
            Piece(
                o.ribbon(o.smooth((0, -60), (8, -72), (14, -58)), 3),
                "cloth",
                "metal",
                puff=1,
                drop=0.3,
            ),
            *[
                p
                for k, r in enumerate((8, 10, 13))
                for p in ornaments.beads(
                    np.array(
                        [(0, -44 + 24 * k), (0.1, -44 + 24 * k), (0, -44 + 24 * k)],
                        dtype=np.float32,
                    ),
                    9,
                    r,
                    "cloth",
                )[:1]
            ],
        ]
    elif tape.chance(0.5):
        drop = [
            Piece(
                o.ellipse(0, 0, 44, 52),
                "cloth",
                "metal",
                puff=4,
                lift=1.3,
                holes=(o.ellipse(0, 2, 35, 43),),
                drop=0.4,
            )
        ]
    else:
        drop = [
            Piece(
                o.ribbon(o.smooth((0, -50), (8, -66), (16, -50)), 3),
                "cloth",
                "metal",
                puff=1,
                drop=0.3,
            ),
            *_gem(0, -34, 10),
            Piece(
                o.ribbon(np.array([(0, -24), (0, 6)], dtype=np.float32), 3),
                "cloth",
                "metal",
                puff=1,
                drop=0.3,
            ),
            *_gem(0, 24, 18),
        ]
    return shifted(drop, -56, 0) + shifted(drop, 56, 0)


def _ring(design: Design, tape: Tape) -> list[Piece]:
    band = Piece(
        o.ellipse(0, 20, 62, 64),
        "cloth",
        "metal",
        puff=6,
        lift=1.4,
        holes=(o.ellipse(0, 21, 50, 52),),
        drop=0.4,
    )
    return [band, *_gem(0, -52, tape(22, 0.12))]


def _bracelet(design: Design, tape: Tape) -> list[Piece]:
    a = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([88 * np.cos(a), 62 * np.sin(a)], 1).astype(np.float32)
    if design.has("beads"):
        return ornaments.beads(ring, 15, 8, "cloth")
    return [
        Piece(
            o.ellipse(0, 0, 92, 66),
            "cloth",
            "metal",
            puff=7,
            lift=1.5,
            holes=(o.ellipse(0, -4, 78, 50),),
            drop=0.4,
        ),
        *[p for x in (-40, 0, 40) for p in _gem(x, 57 - abs(x) * 0.1, 6)],
    ]


JEWELS = {"necklace": _necklace, "earrings": _earrings, "ring": _ring, "bracelet": _bracelet}
