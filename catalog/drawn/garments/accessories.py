"""Hats, caps, scarves, ties, socks, watches, sunglasses and jewellery."""

from __future__ import annotations

import numpy as np

from .. import outlines as o
from ..design import Design, Tape
from ..pieces import Folds, Line, Piece, pair
from . import trims


def draft_hat(design: Design, rng: np.random.Generator) -> list[Piece]:
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
                            (24 * (1 + 0.1 * (k % 2)) * np.cos(a), -108 + 24 * (1 + 0.1 * (k % 2)) * np.sin(a))
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
        ] + (trims.emblem(0, 18, 9, "trim", 0) if design.has("logo") else [])
    if design.cut == "bucket":
        crown = o.mirror(o.path(o.smooth((0, -66), (40, -65), (50, -58)), o.smooth((52, -54), (60, -10), (64, 8)), [(0, 14)]))
        brim = o.mirror(
            o.path(
                o.smooth((0, 2), (40, 0), (64, -2)),
                o.smooth((68, 2), (94, 40), (104, 56)),
                o.smooth((102, 58), (50, 74), (0, 76)),
            )
        )
        rows = tuple(
            Line(o.smooth((-70 - k * 9, 14 + k * 13), (0, 26 + k * 14), (70 + k * 9, 14 + k * 13)), "stitch", 0.9)
            for k in range(4)
        )
        stack = [
            Piece(crown, puff=14, lines=(Line(o.smooth((-52, -52), (0, -48), (52, -52)), "stitch", 0.9),), drop=0.2),
            Piece(brim, puff=10, folds=Folds(0.5, 18, 40), lines=rows, drop=0.4),
        ]
        return stack + (trims.emblem(0, -22, 10, "trim", design.seed) if design.has("logo") else [])
    wide, droop = (124.0, 20.0) if design.cut == "sun hat" else (104.0, 12.0)
    brim_back = Piece(o.ellipse(0, 14, wide, wide * 0.3), puff=8, shade=0.9, drop=0.2)
    if design.cut == "fedora":
        crown = o.mirror(
            o.path(o.smooth((0, -60), (16, -66), (40, -76), (52, -64)), o.smooth((54, -60), (60, -20), (64, 18)), [(0, 26)])
        )
        dent = (Line(o.smooth((0, -58), (-2, -40), (0, -30)), "seam", 7, strength=0.18),)
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
                    o.smooth((-wide * 0.95, 17), (-56, 36), (0, 10 + wide * 0.32 + droop * 0.5), (56, 36), (wide * 0.95, 17)),
                    "stitch",
                    0.9,
                ),
            ),
        ),
    ]
    return stack + (trims.bow(46, 8, 15, "band", 1.0) if design.has("bow") else [])


def draft_cap(design: Design, rng: np.random.Generator) -> list[Piece]:
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
    rows = tuple(Line(o.smooth((14, 18 + 5 * k), (70, 16 + 5 * k), (128 - 6 * k, 30 + 2 * k)), "stitch", 0.8) for k in range(3))
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
    stack += [Piece(o.ellipse(x, y, 2.4, 2.4, n=10), "dark", puff=1, drop=0) for x, y in ((-34, -44), (34, -58))]
    if design.has("logo"):
        stack += trims.emblem(30, -24, 15, "trim", design.seed)
    if design.has("embroidery"):
        stack += trims.embroidery(30, -24, 18)
    return stack


def draft_scarf(design: Design, rng: np.random.Generator) -> list[Piece]:
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
        (-w * 1.6, -46), (-w * 0.9, -96), (0, -108), (w * 0.9, -96), (w * 1.6, -46), (w * 1.1, 2), (0, 22), (-w * 1.1, 2)
    )
    hole = o.loop((-w * 0.9, -60), (0, -84), (w * 0.9, -60), (0, -36))
    stack = [Piece(o.loop((-w * 1.1, -64), (0, -94), (w * 1.1, -64), (0, -30)), puff=3, shade=0.5, drop=0)]
    if design.has("fringe"):
        stack += trims.fringe(o.smooth((-w * 1.5, 188), (-w * 0.28, 192)), 30, 5) + trims.fringe(
            o.smooth((w * 0.34, 148), (w * 1.6, 144)), 30, 5
        )
    stack += [
        Piece(left, puff=10, folds=Folds(1.1, 10, 90), drop=0.3, turn=0.04),
        Piece(right, puff=10, folds=Folds(1.1, 10, 90), drop=0.45, turn=-0.06),
        Piece(ring, puff=14, lift=1.3, holes=(hole,), folds=Folds(1.3, 9, 46, 1.35), drop=0.5, turn=0.5),
    ]
    return stack


def draft_tie(design: Design, rng: np.random.Generator) -> list[Piece]:
    tape = Tape(rng, design.spread)
    if design.cut == "bow tie":
        wing = o.path(
            o.smooth((6, -10), (30, -20), (58, -36), (84, -40)),
            o.smooth((88, -38), (80, 0), (88, 38)),
            o.smooth((84, 40), (58, 36), (30, 20), (6, 10)),
        )
        crease = Line(o.smooth((10, 0), (40, -4), (66, 0)), "seam", 2.2, strength=0.35)
        return [
            Piece(o.ribbon(o.smooth((-96, -6), (0, -12), (96, -6)), 9), puff=3, shade=0.75, drop=0.2),
            *pair(Piece(wing, puff=12, lift=1.3, folds=Folds(0.5, 10, 30, 1.5), lines=(crease,), drop=0.4)),
            Piece(o.box(-13, -16, 13, 16, 6), puff=8, lift=1.5, drop=0.5),
        ]
    wide = tape(31 if design.cut != "slim" else 20, 0.06)
    blade = o.mirror(o.path([(0, 20)], [(11, 20)], o.smooth((11, 20), (wide * 0.62, 130), (wide, 236)), [(0, 236 + wide * 1.05)]))
    tail = o.path([(4, 22), (16, 22)], o.smooth((16, 24), (26, 120), (26, 196)), [(14, 210), (2, 196)])
    knot = o.mirror(
        o.path([(0, -16)], o.smooth((0, -16), (16, -17), (20, -14)), o.smooth((20, -12), (15, 8), (11, 26)), [(0, 28)])
    )
    loop_ = o.loop((-20, -12), (-44, -60), (-30, -104), (0, -116), (30, -104), (44, -60), (20, -12), (0, -18))
    hole = o.loop((-15, -22), (-35, -60), (-24, -98), (0, -107), (24, -98), (35, -60), (15, -22), (0, -26))
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
    heel = o.path(o.smooth((-28, -6), (-30, 20), (-14, 48), (8, 57)), o.smooth((8, 56), (6, 24), (-28, -8)))
    cuff = o.path([(-27, -tall - 4), (27, -tall - 4), (27, -tall + 18), (-27, -tall + 18)])
    sock = [
        Piece(leg, puff=14, folds=Folds(0.5, 12, 50), drop=0.35),
        Piece(toe, "accent", puff=8, drop=0.1),
        Piece(heel, "accent", puff=8, drop=0.1),
        Piece(cuff, "accent", "rib", puff=6, lift=1.1, drop=0.3),
    ]
    if design.has("ruffle"):
        sock.append(trims.ruffle(o.smooth((-27, -tall - 2), (0, -tall + 1), (27, -tall - 2)), 20, 6))
    if design.has("bow"):
        sock += trims.bow(0, -tall + 16, 12, "accent")
    behind = [p.moved(lambda q: o.shift(q, -44, -26)) for p in sock]
    return behind + sock


def draft_watch(design: Design, rng: np.random.Generator) -> list[Piece]:
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
        tuple(Line(np.float32([(-w, y), (w, y)]), "seam", 1.6, strength=0.5) for y in range(-146, 150, 11))
        if metal
        else tuple(Line(np.float32([(s * w * 0.66, -142), (s * w * 0.8, -r)]), "stitch", 0.9) for s in (-1, 1))
    )
    down_lines = tuple(Line(o.scale(line.points, 1, -1), line.kind, line.width, strength=line.strength) for line in links)
    slot, fabric = ("cloth", "metal") if metal else ("cloth", None)
    stack = [
        Piece(up, slot, fabric, puff=8, lines=links, drop=0.3),
        Piece(down, slot, fabric, puff=8, lines=down_lines, drop=0.3),
    ]
    if not metal:
        stack += [Piece(o.ellipse(0, y, 2, 2.6, n=10), "dark", puff=1, drop=0) for y in (100, 112, 124, 136)]
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
    case = o.ellipse(0, 0, r, r) if design.cut != "square" else o.box(-r * 0.9, -r * 0.95, r * 0.9, r * 0.95, 10)
    face = o.scale(case, 0.8)
    stack += [
        Piece(o.box(r * 0.9, -5, r + 8, 5, 2), "metal", "metal", puff=2, drop=0.3),
        Piece(case, "metal", "metal", puff=7, lift=1.5, drop=0.5),
        Piece(face, "dial", "plastic", puff=2, lift=-0.6, drop=0),
    ]
    for k in range(12):
        a = k * np.pi / 6
        d = np.float32([np.sin(a), -np.cos(a)]) * r
        stack.append(Piece(o.ribbon(np.stack([d * 0.62, d * 0.73]), 3.4 if k % 3 == 0 else 1.8), "hands", puff=1, drop=0))
    for turn, long, width in ((-0.9, 0.4, 3.2), (0.75, 0.58, 2.4)):
        d = np.float32([np.sin(turn), -np.cos(turn)]) * r
        stack.append(Piece(o.ribbon(np.stack([-d * 0.1, d * long]), width), "hands", puff=1, drop=0.3))
    return stack + [Piece(o.ellipse(0, 0, 3, 3, n=12), "hands", puff=1, drop=0.2)]


def draft_sunglasses(design: Design, rng: np.random.Generator) -> list[Piece]:
    tape = Tape(rng, design.spread)
    cx, rx, ry = 52.0, tape(42, 0.05), tape(34, 0.06)
    lens = {
        "aviator": o.loop((10, -26), (52, -32), (90, -24), (88, 6), (62, 36), (30, 34), (14, 8)),
        "round": o.ellipse(cx, 0, rx * 0.94, rx * 0.94),
        "cat-eye": o.loop((12, -12), (44, -26), (104, -40), (92, 0), (66, 26), (30, 24), (14, 8)),
    }.get(design.cut, o.loop((11, -24), (52, -29), (94, -25), (90, 8), (72, 27), (34, 28), (16, 12)))
    rim = 0.86 if design.cut not in ("aviator", "round") else 0.92
    middle = (lens.min(0) + lens.max(0)) / 2
    glass = (lens - middle) * np.float32(rim) + middle
    thin = design.cut in ("aviator", "round")
    slot, fabric = "cloth", ("metal" if thin else "plastic")
    bridge = Piece(o.ribbon(o.smooth((-16, -12), (0, -20), (16, -12)), 4 if thin else 9), slot, fabric, puff=3, drop=0.3)
    temple = o.path(
        [(90, -24), (104, -24)], o.smooth((104, -22), (112, -60), (92, -104)), o.smooth((84, -104), (100, -60), (92, -16))
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
        stack.append(Piece(o.ribbon(o.smooth((-26, -28), (0, -32), (26, -28)), 3), slot, fabric, puff=1, drop=0.3))
    return stack


def draft_jewellery(design: Design, rng: np.random.Generator) -> list[Piece]:
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
                    np.concatenate([o.ellipse(x, y, r * 0.5, r * 0.5, n=8), o.ellipse(x, y, r * 0.5, r * 0.5, n=8)[:1]]),
                    "seam",
                    0.8,
                    strength=0.25,
                ),
            ),
        ),
    ]


def _necklace(design: Design, tape: Tape) -> list[Piece]:
    chain = o.resample(o.smooth((-58, -120), (-72, -40), (-44, 44), (0, 84), (44, 44), (72, -40), (58, -120)), 52)
    if design.has("beads"):
        return trims.beads(chain, 9.5, 5.6)
    links = [
        Piece(o.ellipse(x, y, 4.6, 3.4, n=14), "cloth", "metal", puff=1.5, holes=(o.ellipse(x, y, 2.2, 1.4, n=10),), drop=0.4)
        for x, y in chain
    ]
    return [
        *links,
        Piece(o.ellipse(0, 92, 5, 7, n=16), "cloth", "metal", puff=2, holes=(o.ellipse(0, 92, 2.6, 4, n=12),), drop=0.3),
        *_gem(0, 116, tape(17, 0.15)),
    ]


def _earrings(design: Design, tape: Tape) -> list[Piece]:
    if design.has("beads"):
        drop = [
            Piece(o.ribbon(o.smooth((0, -60), (8, -72), (14, -58)), 3), "cloth", "metal", puff=1, drop=0.3),
            *[
                p
                for k, r in enumerate((8, 10, 13))
                for p in trims.beads(np.float32([(0, -44 + 24 * k), (0.1, -44 + 24 * k), (0, -44 + 24 * k)]), 9, r)[:1]
            ],
        ]
    elif tape.chance(0.5):
        drop = [Piece(o.ellipse(0, 0, 44, 52), "cloth", "metal", puff=4, lift=1.3, holes=(o.ellipse(0, 2, 35, 43),), drop=0.4)]
    else:
        drop = [
            Piece(o.ribbon(o.smooth((0, -50), (8, -66), (16, -50)), 3), "cloth", "metal", puff=1, drop=0.3),
            *_gem(0, -34, 10),
            Piece(o.ribbon(np.float32([(0, -24), (0, 6)]), 3), "cloth", "metal", puff=1, drop=0.3),
            *_gem(0, 24, 18),
        ]
    return [p.moved(lambda q: o.shift(q, s * 56, 0)) for s in (-1, 1) for p in drop]


def _ring(design: Design, tape: Tape) -> list[Piece]:
    band = Piece(o.ellipse(0, 20, 62, 64), "cloth", "metal", puff=6, lift=1.4, holes=(o.ellipse(0, 21, 50, 52),), drop=0.4)
    return [band, *_gem(0, -52, tape(22, 0.12))]


def _bracelet(design: Design, tape: Tape) -> list[Piece]:
    a = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([88 * np.cos(a), 62 * np.sin(a)], 1).astype(np.float32)
    if design.has("beads"):
        return trims.beads(ring, 15, 8)
    return [
        Piece(o.ellipse(0, 0, 92, 66), "cloth", "metal", puff=7, lift=1.5, holes=(o.ellipse(0, -4, 78, 50),), drop=0.4),
        *[p for x in (-40, 0, 40) for p in _gem(x, 57 - abs(x) * 0.1, 6)],
    ]


JEWELS = {"necklace": _necklace, "earrings": _earrings, "ring": _ring, "bracelet": _bracelet}
