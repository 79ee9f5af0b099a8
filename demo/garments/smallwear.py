"""Scarves, ties and socks."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import ornaments
from demo.pieces import Folds, Line, Piece, pair, shifted


def draft_scarf(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a scarf."""
    tape = Tape(rng, design.spread)
    if design.cut == "square":
        cloth = o.path(
            o.smooth((0, -108), (56, -52), (112, 2)),
            o.smooth((110, 6), (54, 58), (2, 112)),
            o.smooth((-2, 110), (-58, 54), (-110, 2)),
            o.smooth((-110, -2), (-56, -56), (0, -108)),
        )
        border = o.scale(cloth, 0.9)
        return [
            Piece(
                cloth,
                puff=5,
                folds=Folds(1.2, 24, 90, 0.7),
                drop=0.3,
                lines=(Line(np.concatenate([border, border[:1]]), "ink", 5, "accent2", 0.5),),
            )
        ]
    w = tape(34, 0.08)
    left = o.path(
        [(-w * 1.5, -30)],
        o.smooth((-w * 1.5, -30), (-w * 1.62, 80), (-w * 1.5, 190)),
        [(-w * 0.28, 194)],
        o.smooth((-w * 0.28, 190), (-w * 0.2, 80), (-w * 0.1, -20)),
    )
    right = o.path(
        [(w * 0.1, -20)],
        o.smooth((w * 0.1, -20), (w * 0.26, 70), (w * 0.34, 150)),
        [(w * 1.6, 146)],
        o.smooth((w * 1.6, 146), (w * 1.66, 60), (w * 1.46, -30)),
    )
    ring = o.loop(
        (-w * 1.6, -46),
        (-w * 0.9, -96),
        (0, -108),
        (w * 0.9, -96),
        (w * 1.6, -46),
        (w * 1.1, 2),
        (0, 22),
        (-w * 1.1, 2),
    )
    hole = o.loop((-w * 0.9, -60), (0, -84), (w * 0.9, -60), (0, -36))
    stack = [
        Piece(
            o.loop((-w * 1.1, -64), (0, -94), (w * 1.1, -64), (0, -30)), puff=3, shade=0.5, drop=0
        )
    ]
    if design.has("fringe"):
        stack += ornaments.fringe(
            o.smooth((-w * 1.5, 188), (-w * 0.28, 192)), 30, 5
        ) + ornaments.fringe(o.smooth((w * 0.34, 148), (w * 1.6, 144)), 30, 5)
    stack += [
        Piece(left, puff=10, folds=Folds(1.1, 10, 90), drop=0.3, turn=0.04),
        Piece(right, puff=10, folds=Folds(1.1, 10, 90), drop=0.45, turn=-0.06),
        Piece(
            ring,
            puff=14,
            lift=1.3,
            holes=(hole,),
            folds=Folds(1.3, 9, 46, 1.35),
            drop=0.5,
            turn=0.5,
        ),
    ]
    return stack


def draft_tie(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a tie."""
    tape = Tape(rng, design.spread)
    if design.cut == "bow tie":
        wing = o.path(
            o.smooth((6, -10), (30, -20), (58, -36), (84, -40)),
            o.smooth((88, -38), (80, 0), (88, 38)),
            o.smooth((84, 40), (58, 36), (30, 20), (6, 10)),
        )
        crease = Line(o.smooth((10, 0), (40, -4), (66, 0)), "seam", 2.2, strength=0.35)
        return [
            Piece(
                o.ribbon(o.smooth((-96, -6), (0, -12), (96, -6)), 9), puff=3, shade=0.75, drop=0.2
            ),
            *pair(
                Piece(
                    wing,
                    puff=12,
                    lift=1.3,
                    folds=Folds(0.5, 10, 30, 1.5),
                    lines=(crease,),
                    drop=0.4,
                )
            ),
            Piece(o.box(-13, -16, 13, 16, 6), puff=8, lift=1.5, drop=0.5),
        ]
    wide = tape(31 if design.cut != "slim" else 20, 0.06)
    blade = o.mirror(
        o.path(
            [(0, 20)],
            [(11, 20)],
            o.smooth((11, 20), (wide * 0.62, 130), (wide, 236)),
            [(0, 236 + wide * 1.05)],
        )
    )
    tail = o.path(
        [(4, 22), (16, 22)], o.smooth((16, 24), (26, 120), (26, 196)), [(14, 210), (2, 196)]
    )
    knot = o.mirror(
        o.path(
            [(0, -16)],
            o.smooth((0, -16), (16, -17), (20, -14)),
            o.smooth((20, -12), (15, 8), (11, 26)),
            [(0, 28)],
        )
    )
    loop_ = o.loop(
        (-20, -12), (-44, -60), (-30, -104), (0, -116), (30, -104), (44, -60), (20, -12), (0, -18)
    )
    hole = o.loop(
        (-15, -22), (-35, -60), (-24, -98), (0, -107), (24, -98), (35, -60), (15, -22), (0, -26)
    )
    return [
        Piece(loop_, puff=4, holes=(hole,), drop=0.2, turn=0.3),
        Piece(tail, puff=4, shade=0.8, drop=0.25, turn=0.6),
        Piece(blade, puff=8, folds=Folds(0.25, 30, 120), turn=0.62, drop=0.4),
        Piece(
            knot,
            puff=8,
            lift=1.3,
            turn=-0.5,
            drop=0.5,
            lines=(Line(o.smooth((-10, -14), (0, 2), (4, 24)), "seam", 1.6, strength=0.3),),
        ),
    ]


def draft_socks(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a pair of socks."""
    tape = Tape(rng, design.spread)
    tall = tape({"ankle": 62.0, "knee": 210.0}.get(design.cut, 130.0), 0.05)
    leg = o.path(
        [(-26, -tall)],
        [(26, -tall)],
        o.smooth((26, -tall), (25, -30), (32, 0), (64, 24), (92, 40), (96, 58), (80, 70)),
        o.smooth((80, 71), (30, 66), (-14, 48), (-30, 20), (-27, -30), (-26, -tall)),
    )
    toe = o.path(
        o.smooth((66, 26), (92, 40), (97, 58), (80, 71)),
        o.smooth((80, 71), (62, 70), (54, 68)),
        o.smooth((56, 66), (66, 46), (64, 26)),
    )
    heel = o.path(
        o.smooth((-28, -6), (-30, 20), (-14, 48), (8, 57)), o.smooth((8, 56), (6, 24), (-28, -8))
    )
    cuff = o.path([(-27, -tall - 4), (27, -tall - 4), (27, -tall + 18), (-27, -tall + 18)])
    sock = [
        Piece(leg, puff=14, folds=Folds(0.5, 12, 50), drop=0.35),
        Piece(toe, "accent", puff=8, drop=0.1),
        Piece(heel, "accent", puff=8, drop=0.1),
        Piece(cuff, "accent", "rib", puff=6, lift=1.1, drop=0.3),
    ]
    if design.has("ruffle"):
        sock.append(
            ornaments.ruffle(o.smooth((-27, -tall - 2), (0, -tall + 1), (27, -tall - 2)), 20, 6)
        )
    if design.has("bow"):
        sock += ornaments.bow(0, -tall + 16, 14, "trim")
    behind = shifted(sock, -44, -26)
    return behind + sock
