"""Hats and caps."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import ornaments
from demo.pieces import Folds, Line, Piece


def draft_hat(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a hat of the design's cut."""
    tape = Tape(rng, design.spread)
    if design.cut == "beanie":
        dome = o.mirror(o.path(o.smooth((0, -96), (40, -88), (66, -44), (70, 0)), [(0, 4)]))
        fold = o.mirror(
            o.path(
                [(0, -2)],
                o.smooth((0, -2), (50, -4), (73, -8)),
                o.smooth((76, -4), (76, 24), (72, 34)),
                o.smooth((70, 35), (30, 40), (0, 41)),
            )
        )
        ball = (
            [
                Piece(
                    o.loop(
                        *[
                            (
                                24 * (1 + 0.1 * (k % 2)) * np.cos(a),
                                -108 + 24 * (1 + 0.1 * (k % 2)) * np.sin(a),
                            )
                            for k, a in enumerate(np.linspace(0, 6.28, 22, endpoint=False))
                        ]
                    ),
                    "accent",
                    "fur",
                    puff=14,
                    drop=0.4,
                )
            ]
            if tape.chance(0.5)
            else []
        )
        return [
            Piece(dome, puff=24, folds=Folds(0.4, 12, 60), drop=0.2),
            *ball,
            Piece(fold, fabric="rib", puff=10, lift=1.2, drop=0.45),
        ] + (ornaments.emblem(0, 18, 9, "trim", 0) if design.has("logo") else [])
    if design.cut == "bucket":
        crown = o.mirror(
            o.path(
                o.smooth((0, -66), (40, -65), (50, -58)),
                o.smooth((52, -54), (60, -10), (64, 8)),
                [(0, 14)],
            )
        )
        brim = o.mirror(
            o.path(
                o.smooth((0, 2), (40, 0), (64, -2)),
                o.smooth((68, 2), (94, 40), (104, 56)),
                o.smooth((102, 58), (50, 74), (0, 76)),
            )
        )
        rows = tuple(
            Line(
                o.smooth((-70 - k * 9, 14 + k * 13), (0, 26 + k * 14), (70 + k * 9, 14 + k * 13)),
                "stitch",
                0.9,
            )
            for k in range(4)
        )
        stack = [
            Piece(
                crown,
                puff=14,
                lines=(Line(o.smooth((-52, -52), (0, -48), (52, -52)), "stitch", 0.9),),
                drop=0.2,
            ),
            Piece(brim, puff=10, folds=Folds(0.5, 18, 40), lines=rows, drop=0.4),
        ]
        return stack + (
            ornaments.emblem(0, -22, 10, "trim", design.seed) if design.has("logo") else []
        )
    wide, droop = (124.0, 20.0) if design.cut == "sun hat" else (104.0, 12.0)
    brim_back = Piece(o.ellipse(0, 14, wide, wide * 0.3), puff=8, shade=0.9, drop=0.2)
    if design.cut == "fedora":
        crown = o.mirror(
            o.path(
                o.smooth((0, -60), (16, -66), (40, -76), (52, -64)),
                o.smooth((54, -60), (60, -20), (64, 18)),
                [(0, 26)],
            )
        )
        dent: tuple[Line, ...] = (
            Line(o.smooth((0, -58), (-2, -40), (0, -30)), "seam", 7, strength=0.18),
        )
    else:
        crown = o.mirror(o.path(o.smooth((0, -72), (36, -66), (56, -36), (62, 16)), [(0, 24)]))
        dent = ()
    band = o.path(o.smooth((-61, -4), (0, 8), (61, -4)), o.smooth((64, 16), (0, 28), (-64, 16)))
    front = o.path(
        o.smooth((-wide, 12), (-64, 22), (0, 30), (64, 22), (wide, 12)),
        o.smooth(
            (wide, 14),
            (60, 14 + wide * 0.25 + droop * 0.4),
            (0, 14 + wide * 0.32 + droop * 0.5),
            (-60, 14 + wide * 0.25 + droop * 0.4),
            (-wide, 14),
        ),
    )
    stack = [
        brim_back,
        Piece(crown, puff=18, lines=dent, drop=0.3),
        Piece(band, "band", "satin", puff=4, drop=0.25),
        Piece(
            front,
            puff=7,
            folds=Folds(0.4, 30, 16),
            drop=0.3,
            lines=(
                Line(
                    o.smooth(
                        (-wide * 0.95, 17),
                        (-56, 36),
                        (0, 10 + wide * 0.32 + droop * 0.5),
                        (56, 36),
                        (wide * 0.95, 17),
                    ),
                    "stitch",
                    0.9,
                ),
            ),
        ),
    ]
    return stack + (ornaments.bow(46, 8, 15, "band", 1.0) if design.has("bow") else [])


def draft_cap(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a cap."""
    tape = Tape(rng, design.spread)
    dome = o.path(
        o.smooth((-80, 14), (-78, -28), (-44, -74), (6, -84), (50, -66), (72, -22), (74, 10)),
        o.smooth((74, 12), (0, 24), (-80, 16)),
    )
    front = o.path(
        o.smooth((8, -83), (40, -70), (66, -34), (74, 10)),
        o.smooth((74, 12), (30, 20), (-18, 20)),
        o.smooth((-18, 18), (-20, -40), (8, -82)),
    )
    visor = o.path(
        o.smooth((2, 14), (40, 10), (76, 4)),
        o.smooth((80, 4), (124, 14), (150, 34)),
        o.smooth((150, 38), (110, 40), (60, 36), (10, 26)),
    )
    seams = (
        Line(o.smooth((6, -84), (-42, -50), (-52, 16)), "seam", 1.3, strength=0.3),
        Line(o.smooth((6, -84), (-20, -40), (-18, 18)), "seam", 1.3, strength=0.35),
    )
    rows = tuple(
        Line(o.smooth((14, 18 + 5 * k), (70, 16 + 5 * k), (128 - 6 * k, 30 + 2 * k)), "stitch", 0.8)
        for k in range(3)
    )
    stack = [
        Piece(
            dome,
            fabric="mesh" if design.cut == "trucker cap" else None,
            slot="accent" if design.cut == "trucker cap" else "cloth",
            puff=22,
            lines=seams,
            drop=0.2,
        ),
        Piece(front, puff=14, drop=0.1, lines=seams[1:]),
        Piece(o.ellipse(4, -85, 7, 4), puff=3, drop=0.3),
        Piece(visor, puff=7, lift=1.2, drop=0.5, lines=rows),
    ]
    stack += [
        Piece(o.ellipse(x, y, 2.4, 2.4, n=10), "dark", puff=1, drop=0)
        for x, y in ((-34, -44), (34, -58))
    ]
    if design.has("logo"):
        stack += ornaments.emblem(30, -24, 15, "trim", design.seed)
    if design.has("embroidery"):
        stack += ornaments.embroidery(30, -24, 18)
    wide, tall = tape(1.0, 0.06), tape(1.0, 0.06)
    return [p.moved(lambda q: o.scale(q, wide, tall)) for p in stack]
