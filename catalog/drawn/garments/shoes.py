"""Shoes from the side, toe to the right: x = 0 at the heel, y = 0 on the ground, up is negative."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import outlines as o
from ..design import Design, Tape
from ..pieces import Line, Piece
from . import trims


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """The pair: one shoe in front, its twin a step behind."""
    tape = Tape(rng, design.spread)
    shoe = SHOES[design.category](design, tape)
    if design.category == "flip flops" or design.cut == "slides":
        twin = [p.mirrored() for p in shoe]
        return [p.moved(lambda q: o.shift(q, -66, 0)) for p in twin] + [p.moved(lambda q: o.shift(q, 66, 0)) for p in shoe]
    dx, dy = tape.between(-44, -26), tape.between(-74, -58)
    tall = min(p.outline[:, 1].min() for p in shoe)
    if tall < -150:
        dx, dy = -82.0, -26.0
    behind = [replace(p.moved(lambda q: o.shift(q, dx, dy)), shade=p.shade * 0.93) for p in shoe]
    return behind + shoe


def _edge(points, strength=0.35, width=1.2) -> Line:
    return Line(np.asarray(points, np.float32), "seam", width, strength=strength)


def _laces(a, b, count: int, wide: float = 22, slot: str = "laces") -> list[Piece]:
    """Short bars across the instep from a to b."""
    found = []
    for t in np.linspace(0, 1, count):
        x, y = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
        found.append(
            Piece(
                o.ribbon(o.smooth((x - 2, y - 4), (x - wide * 0.3, y + wide * 0.35), (x - wide * 0.5, y + wide * 0.8)), 4.2),
                slot,
                puff=2,
                lift=1.4,
                drop=0.4,
            )
        )
    return found


def sneakers(design: Design, tape: Tape) -> list[Piece]:
    high = design.cut == "high-top"
    top = -118.0 if high else tape(-66, 0.05)
    sole = tape(17, 0.12) if design.cut != "runner" else tape(24, 0.1)
    toe = tape(200, 0.03)
    upper = o.path(
        o.smooth((6, -10), (0, -34), (4, top)),
        o.smooth((4, top), (24, top + 9), (44, top + (4 if high else 8)), (58, top - 10)),
        o.smooth((58, top - 10), (74, top + 2), (112, -50), (140, -40)),
        o.smooth((140, -40), (172, -36), (194, -22), (toe - 2, -10)),
    )
    tongue = Piece(
        o.loop((52, top - 2), (60, top - 18), (80, top - 14), (108, -48), (92, -40)),
        "accent",
        "mesh" if design.fabric == "mesh" else "canvas",
        puff=6,
        drop=0.2,
    )
    inside = Piece(o.ellipse(30, top + 6, 28, 9), "dark", puff=3, shade=0.8, drop=0)
    base = o.path(
        o.smooth((-4, -sole), (-6, -sole * 0.4), (2, 0)),
        o.smooth((2, 0), (100, 1), (toe - 18, 0), (toe + 2, -sole * 0.5)),
        o.smooth((toe + 2, -sole * 0.6), (toe - 2, -sole), (150, -sole * 0.95), (90, -sole * 1.02), (-4, -sole)),
    )
    cap = o.path(o.smooth((152, -38), (162, -26), (166, -8)), o.smooth((toe - 2, -10), (194, -22), (172, -36), (152, -38)))
    heel = o.path(o.smooth((0, -34), (4, top + 1), (18, top + 7)), o.smooth((18, top + 8), (24, -34), (34, -9)), [(5, -9)])
    mark = o.path(o.smooth((46, -18), (78, -46), (98, -46)), o.smooth((108, -40), (84, -30), (62, -12)))
    side = (
        [Piece(mark, "accent", puff=3, drop=0.25, lines=(_edge(mark),))]
        if design.has("logo")
        else [
            Piece(
                o.path(o.smooth((40, -10), (70, -26), (118, -44)), o.smooth((132, -38), (120, -20), (122, -9))),
                "cloth",
                puff=3,
                shade=0.95,
                drop=0.2,
                lines=(_edge(o.smooth((40, -10), (70, -26), (118, -44))),),
            )
        ]
    )
    return [
        inside,
        tongue,
        Piece(
            upper,
            puff=14,
            lift=1.3,
            drop=0.2,
            lines=(Line(o.shift(o.smooth((4, top), (24, top + 9), (44, top + 8)), 0, 5), "stitch", 0.9),),
        ),
        *side,
        Piece(cap, "accent" if design.cut != "runner" else "cloth", puff=8, drop=0.25, lines=(_edge(cap[:17]),)),
        Piece(heel, "accent", puff=6, drop=0.2, lines=(_edge(heel),)),
        *_laces((70, top + 2), (126, -46), 7 if high else 5),
        Piece(
            base,
            "sole",
            "rubber",
            puff=6,
            drop=0.3,
            lines=(Line(np.float32([(0, -sole * 0.45), (toe - 4, -sole * 0.45)]), "seam", 1.2, strength=0.2),),
        ),
    ]


def boots(design: Design, tape: Tape) -> list[Piece]:
    tall = {"chelsea": 122.0, "combat": 150.0, "tall": 268.0, "heeled": 140.0}[design.cut or "chelsea"]
    tall = tape(tall, 0.05)
    lift = 44.0 if design.cut == "heeled" else (20.0 if design.cut == "combat" else 14.0)
    toe = tape(188, 0.03)
    back = o.smooth((8, -lift - 4), (4, -lift - 40), (10, -tall * 0.62 - 16), (4, -tall))
    front = o.smooth(
        (80, -tall + 2),
        (78, -tall * 0.7),
        (84, -lift - 56),
        (124, -44),
        (166, -36),
        (toe, -12 - (0 if design.cut != "combat" else 6)),
    )
    upper = o.path(back, front, [(toe - 2, -8), (120, -8), (60, -lift * 0.8 - 4)])
    mouth = Piece(o.ellipse(42, -tall + 1, 38, 7), "dark", puff=3, shade=0.9, drop=0)
    base = (
        o.path(
            o.smooth((60, -lift * 0.75 - 4), (110, -10), (toe - 20, -11), (toe + 3, -14)),
            o.smooth((toe + 4, -12), (toe - 4, 0), (118, 0)),
            o.smooth((112, -1), (84, -lift * 0.36), (58, -lift * 0.66)),
        )
        if design.cut == "heeled"
        else o.path(
            o.smooth((4, -lift - 2), (60, -lift + 2), (110, -lift + 3), (toe + 2, -lift)),
            o.smooth((toe + 4, -lift * 0.6), (toe, 0), (100, 0), (8, 0), (3, -lift * 0.6)),
        )
    )
    heel = Piece(o.path([(6, -lift - 6), (56, -lift * 0.8 - 4), (48, 0), (14, 0)]), "rubber", "rubber", puff=5, drop=0.2)
    stack = [
        mouth,
        Piece(upper, puff=18, lift=1.2, folds=None, drop=0.2, lines=(Line(o.shift(front[4:18], -8, 0), "stitch", 0.8),)),
    ]
    stack = [heel, *stack] if design.cut == "heeled" else stack
    stack.append(Piece(base, "rubber", "rubber", puff=4, drop=0.3))
    if design.cut == "chelsea":
        gore = o.path(
            o.smooth((30, -tall + 2), (36, -tall * 0.7), (44, -tall * 0.46)),
            o.smooth((46, -tall * 0.46), (56, -tall * 0.7), (60, -tall + 2)),
        )
        stack += [
            Piece(gore, "dark", "rib", puff=3, drop=0.15, lines=(_edge(gore),)),
            Piece(o.box(2, -tall - 14, 10, -tall + 10, 3), "cloth", puff=3, drop=0.3),
        ]
    if design.cut == "combat":
        stack += _laces((84, -tall + 10), (106, -56), 8, 20)
    if design.has("zipper"):
        stack += trims.zipper([(42, -tall + 6), (48, -lift - 16)])
    if design.has("fringe"):
        stack += trims.fringe(o.smooth((4, -tall + 10), (40, -tall + 18), (80, -tall + 12)), 46)
    if design.has("straps"):
        stack += [
            Piece(o.ribbon(o.smooth((2, -lift - 44), (44, -lift - 40), (86, -lift - 50)), 9), puff=4, drop=0.5),
            Piece(
                o.box(26, -lift - 50, 42, -lift - 32, 3),
                "metal",
                "metal",
                puff=2,
                holes=(o.box(30, -lift - 46, 38, -lift - 36, 1),),
                drop=0.4,
            ),
        ]
    if design.has("beads"):
        stack += trims.beads(o.smooth((8, -tall + 12), (40, -tall + 17), (78, -tall + 13)), 9, 2.6, "metal")
    return stack


def heels(design: Design, tape: Tape) -> list[Piece]:
    high = tape(88 if design.cut != "kitten" else 46, 0.06)
    toe = tape(196, 0.03)
    seat = -high
    sole = o.path(
        o.smooth((8, seat - 8), (36, seat - 4), (84, seat * 0.5), (126, -5), (160, -3), (toe, -7)),
        o.smooth((toe, -2), (160, 0), (128, 0), (80, seat * 0.42), (40, seat + 8), (10, seat + 6)),
    )
    open_toe = design.cut == "sandal"
    upper = o.path(
        o.smooth((6, seat - 2), (2, seat - 26), (10, seat - 50)),
        o.smooth((12, seat - 50), (40, seat - 16), (84, seat * 0.5 - 20), (122, -30)),
        o.smooth((122, -32), (142, -42), (164, -34), (188, -20), (toe + 1, -7)),
        o.smooth((toe, -5), (150, -3), (124, -5), (84, seat * 0.5), (36, seat - 4), (8, seat - 6)),
    )
    inside = Piece(
        o.path(
            o.smooth((12, seat - 46), (40, seat - 24), (90, seat * 0.5 - 30), (124, -36)),
            o.smooth((124, -26), (84, seat * 0.5 - 8), (36, seat - 8), (12, seat - 12)),
        ),
        "lining",
        puff=4,
        shade=0.9,
        drop=0,
    )
    if design.cut == "wedge":
        heel = Piece(
            o.path(o.smooth((8, seat - 2), (60, seat * 0.7), (128, -3)), [(126, 0), (12, 0)]), "straw", "straw", puff=4, drop=0.3
        )
    elif design.cut == "block":
        heel = Piece(o.path([(8, seat - 4), (46, seat + 8), (42, 0), (14, 0)]), "cloth", puff=5, drop=0.3)
    else:
        heel = Piece(
            o.path(
                o.smooth((8, seat - 4), (12, seat * 0.5), (16, 0)), [(22, 0)], o.smooth((22, 0), (24, seat * 0.5), (44, seat + 6))
            ),
            "cloth",
            puff=4,
            drop=0.3,
        )
    stack = [heel] if open_toe else [inside, heel]
    if open_toe:
        stack.append(
            Piece(
                o.ribbon(o.smooth((10, seat - 6), (38, seat - 1), (84, seat * 0.5 + 1), (126, -6), (178, -7)), 6),
                "lining",
                puff=2,
                drop=0.1,
            )
        )
        for line in (
            o.smooth((120, -6), (134, -34), (160, -36), (176, -8)),
            o.smooth((128, -8), (150, -30), (170, -28), (184, -8)),
        ):
            stack.append(Piece(o.ribbon(line, 9), puff=3, drop=0.3))
        stack.append(
            Piece(
                o.path(
                    o.smooth((6, seat - 2), (2, seat - 22), (8, seat - 40)),
                    o.smooth((20, seat - 38), (24, seat - 18), (30, seat - 5)),
                ),
                puff=6,
                drop=0.2,
            )
        )
    else:
        stack.append(
            Piece(
                upper,
                puff=12,
                lift=1.2,
                drop=0.2,
                lines=(_edge(o.smooth((6, seat - 2), (36, seat + 2), (84, seat * 0.5 + 6)), 0.2),),
            )
        )
    stack.append(Piece(sole, "sole2", "plastic", puff=2, drop=0.2))
    if design.has("straps"):
        stack += [
            Piece(
                o.ribbon(
                    o.smooth((5, seat - 44), (24, seat - 60), (46, seat - 56), (52, seat - 40), (40, seat - 27), (14, seat - 37)),
                    6,
                ),
                puff=3,
                drop=0.3,
            ),
            Piece(
                o.box(38, seat - 60, 49, seat - 47, 2),
                "metal",
                "metal",
                puff=2,
                holes=(o.box(40.5, seat - 57, 46.5, seat - 50),),
                drop=0.3,
            ),
        ]
    if design.has("bow"):
        stack += trims.bow(140, -38, 13, tails=1.0)
    if design.has("beads"):
        stack += trims.beads(o.smooth((128, -34), (146, -40), (166, -32)), 7, 2.4)
    return stack


def sandals(design: Design, tape: Tape) -> list[Piece]:
    if design.cut == "slides":
        return _footbed(tape) + [
            Piece(
                o.path(o.smooth((-38, -52), (0, -66), (38, -50)), o.smooth((42, -6), (0, -20), (-42, -8))),
                puff=10,
                lift=1.5,
                drop=0.5,
                lines=(Line(o.smooth((-38, -14), (0, -25), (39, -12)), "stitch", 1),),
            )
        ]
    toe, thick = tape(192, 0.03), tape(13, 0.2)
    base = o.path(
        o.smooth((0, -thick - 4), (60, -thick - 1), (120, -thick), (toe, -thick - 5)),
        o.smooth((toe + 3, -thick * 0.6), (toe - 8, 0), (100, 0), (4, 0), (-3, -thick * 0.6)),
    )
    stack = [Piece(o.ribbon(o.smooth((4, -thick - 5), (100, -thick - 3), (toe - 2, -thick - 6)), 6), "lining", puff=2, drop=0.2)]
    bands = [
        o.smooth((138, -thick), (150, -44), (168, -40), (178, -thick - 2)),
        o.smooth((104, -thick), (116, -56), (140, -52), (152, -thick)),
    ]
    if design.cut == "gladiator":
        bands += [
            o.smooth((72, -thick), (80, -66), (104, -64), (122, -thick)),
            o.smooth((16, -58), (44, -66), (74, -58)),
            o.smooth((12, -82), (42, -90), (70, -82)),
            o.smooth((42, -90), (70, -62), (120, -54)),
        ]
    stack += [Piece(o.ribbon(line, 11), puff=4, lift=1.2, drop=0.4) for line in bands]
    counter = o.path(
        o.smooth((4, -thick - 2), (-1, -46), (6, -84 if design.cut == "gladiator" else -64)),
        o.smooth((18, -84 if design.cut == "gladiator" else -64), (18, -44), (26, -thick - 3)),
    )
    stack.append(Piece(counter, puff=6, drop=0.3))
    if design.has("straps"):
        stack += [
            Piece(o.ribbon(o.smooth((6, -62), (40, -76), (72, -68), (80, -52)), 8), puff=3, drop=0.4),
            Piece(o.box(60, -76, 72, -60, 2), "metal", "metal", puff=2, holes=(o.box(63, -73, 69, -63),), drop=0.3),
            Piece(o.ribbon(o.smooth((80, -54), (100, -40), (122, -34)), 8), puff=3, drop=0.3),
        ]
    stack.append(Piece(base, "sole3", "rubber", puff=4, drop=0.3))
    if design.has("beads"):
        stack += trims.beads(o.smooth((142, -38), (154, -44), (168, -38)), 8, 2.6, "metal")
    return stack


def flats(design: Design, tape: Tape) -> list[Piece]:
    toe = tape(194, 0.03)
    upper = o.path(
        o.smooth((4, -8), (-1, -30), (6, -52)),
        o.smooth((8, -52), (40, -30), (84, -22), (120, -26), (136, -36)),
        o.smooth((138, -38), (164, -34), (188, -22), (toe, -6)),
        [(4, -5)],
    )
    inside = Piece(
        o.path(o.smooth((8, -49), (60, -40), (134, -40)), o.smooth((132, -26), (84, -14), (30, -20), (8, -34))),
        "lining",
        puff=4,
        shade=0.85,
        drop=0,
    )
    sole = o.path(o.smooth((0, -8), (100, -6), (toe + 1, -8)), o.smooth((toe, -2), (160, 0), (40, 0), (2, 0), (0, -4)))
    point = (
        []
        if design.cut != "pointed"
        else [Piece(o.path(o.smooth((168, -30), (192, -18), (toe + 20, -4)), [(150, -4)]), puff=5, drop=0)]
    )
    stack = [
        inside,
        *point,
        Piece(
            upper,
            puff=12,
            lift=1.2,
            drop=0.2,
            lines=(Line(o.shift(o.smooth((8, -52), (40, -30), (84, -22), (120, -26), (136, -36)), 0, 3), "stitch", 0.8),),
        ),
        Piece(sole, "rubber", "rubber", puff=2, drop=0.2),
    ]
    if design.has("bow"):
        stack += trims.bow(146, -36, 14, tails=0.9)
    if design.has("straps"):
        stack.append(Piece(o.ribbon(o.smooth((56, -24), (70, -46), (92, -46), (104, -24)), 7), puff=3, drop=0.35))
    if design.has("beads"):
        stack += trims.beads(o.smooth((140, -33), (156, -34), (174, -27)), 7, 2.4)
    return stack


def loafers(design: Design, tape: Tape) -> list[Piece]:
    toe = tape(196, 0.03)
    upper = o.path(
        o.smooth((6, -16), (0, -38), (6, -60)),
        o.smooth((8, -60), (36, -48), (64, -46)),
        o.smooth((66, -50), (86, -66), (104, -58), (140, -44), (176, -36), (toe, -16)),
        [(toe, -10), (6, -10)],
    )
    inside = Piece(
        o.path(o.smooth((8, -58), (40, -60), (78, -62)), o.smooth((70, -42), (36, -40), (10, -46))), "dark", puff=3, drop=0
    )
    apron = o.smooth((84, -30), (120, -32), (164, -30), (180, -26))
    saddle = o.path(
        o.smooth((70, -54), (88, -64), (106, -57)),
        o.smooth((112, -50), (116, -26), (118, -10)),
        [(92, -10)],
        o.smooth((92, -12), (84, -34), (70, -52)),
    )
    heel = Piece(o.path([(2, -14), (58, -12), (56, 0), (4, 0)]), "rubber", "rubber", puff=3, drop=0.2)
    sole = Piece(
        o.path(o.smooth((2, -14), (100, -10), (toe + 4, -14)), o.smooth((toe + 3, -7), (150, -4), (2, -6))),
        "rubber",
        "rubber",
        puff=2,
        drop=0.2,
    )
    stack = [
        inside,
        Piece(upper, puff=14, lift=1.2, drop=0.2, lines=(_edge(apron, 0.4, 1.6), Line(o.shift(apron, 0, 4), "stitch", 0.9))),
        Piece(saddle, puff=5, drop=0.4, lines=(_edge(np.concatenate([saddle, saddle[:1]])),)),
        heel,
        sole,
    ]
    if design.cut == "horsebit":
        stack += [Piece(o.ribbon(o.smooth((84, -52), (100, -46), (112, -38)), 5), "metal", "metal", puff=2, drop=0.4)]
    else:
        stack.append(Piece(o.box(88, -44, 108, -38, 2), "dark", puff=1, drop=0))
    if design.has("fringe"):
        stack += trims.fringe(o.smooth((100, -52), (118, -46), (136, -42)), 20, 5)
    return stack


def formal(design: Design, tape: Tape) -> list[Piece]:
    toe = tape(204, 0.03)
    upper = o.path(
        o.smooth((6, -18), (0, -40), (8, -68)),
        o.smooth((10, -68), (34, -58), (58, -62)),
        o.smooth((60, -70), (80, -72), (112, -52), (150, -40), (186, -34), (toe, -17)),
        [(toe, -12), (6, -12)],
    )
    inside = Piece(o.ellipse(34, -64, 27, 7), "dark", puff=3, drop=0)
    cap = o.smooth((158, -40), (166, -28), (168, -12))
    vamp = o.smooth((86, -60), (100, -40), (112, -14))
    counter = o.smooth((10, -60), (34, -40), (46, -14))
    lines = [_edge(cap, 0.45, 1.8), _edge(vamp, 0.4, 1.5), _edge(counter, 0.35, 1.4), Line(o.shift(cap, -4, 0), "stitch", 0.9)]
    heel = Piece(o.path([(0, -16), (60, -14), (58, 0), (2, 0)]), "rubber", "rubber", puff=3, drop=0.2)
    sole = Piece(
        o.path(o.smooth((0, -16), (100, -12), (toe + 4, -16)), o.smooth((toe + 3, -8), (150, -4), (0, -7))),
        "rubber",
        "rubber",
        puff=2,
        drop=0.2,
    )
    facing = o.path(o.smooth((62, -70), (88, -62), (118, -46)), o.smooth((112, -36), (86, -40), (66, -48)))
    stack = [
        inside,
        Piece(upper, puff=14, lift=1.25, drop=0.2, lines=tuple(lines)),
        Piece(facing, puff=3, drop=0.35, lines=(_edge(np.concatenate([facing, facing[:1]])),)),
        *_laces((78, -66), (112, -50), 4, 16, "laces2"),
        heel,
        sole,
    ]
    if design.cut == "brogue":
        stack += [
            Piece(o.ellipse(x, y, 1.5, 1.5, n=8), "dark", puff=1, drop=0)
            for line in (o.shift(cap, 6, 0), o.shift(vamp, 6, 2), o.shift(counter, -6, 0))
            for x, y in o.resample(line, 7)
        ]
    return stack


def _footbed(tape: Tape) -> list[Piece]:
    """A right sole from above, toe up."""
    wide = tape(43, 0.04)
    sole = o.loop(
        (0, -118),
        (wide * 0.8, -96),
        (wide, -50),
        (wide * 0.78, 10),
        (wide * 0.86, 70),
        (wide * 0.5, 112),
        (-wide * 0.3, 116),
        (-wide * 0.74, 80),
        (-wide * 0.7, 10),
        (-wide * 0.96, -50),
        (-wide * 0.66, -100),
    )
    return [
        Piece(sole, "sole3", "rubber", puff=6, drop=0.35),
        Piece(o.shift(o.scale(sole, 0.9, 0.95), 0, -2), "bed", "rubber", puff=4, lift=-0.4, drop=0),
    ]


def flip_flops(design: Design, tape: Tape) -> list[Piece]:
    toe = (-6, -78)
    right = o.smooth(toe, (18, -52), (40, 6))
    left = o.smooth(toe, (-24, -50), (-36, 8))
    stack = [
        *_footbed(tape),
        Piece(o.ribbon(left, 8, 12), puff=4, lift=1.6, drop=0.55),
        Piece(o.ribbon(right, 8, 12), puff=4, lift=1.6, drop=0.55),
        Piece(o.ellipse(*toe, 6, 6, n=14), puff=4, lift=1.6, drop=0.4),
    ]
    if design.has("bow"):
        stack += trims.bow(-4, -64, 12, tails=0.8)
    if design.has("beads"):
        stack += trims.beads(right, 9, 3.2)
    return stack


SHOES = {
    "sneakers": sneakers,
    "boots": boots,
    "heels": heels,
    "sandals": sandals,
    "flats": flats,
    "loafers": loafers,
    "formal shoes": formal,
    "flip flops": flip_flops,
}
