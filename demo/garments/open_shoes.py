"""Heels, sandals, flats and flip flops; lasts and slides from above."""

from __future__ import annotations

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import ornaments
from demo.garments.closed_shoes import edge
from demo.pieces import Line, Piece


def heels(design: Design, tape: Tape) -> list[Piece]:
    """Draft a heeled shoe."""
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
            o.path(o.smooth((8, seat - 2), (60, seat * 0.7), (128, -3)), [(126, 0), (12, 0)]),
            "straw",
            "straw",
            puff=4,
            drop=0.3,
        )
    elif design.cut == "block":
        heel = Piece(
            o.path([(8, seat - 4), (46, seat + 8), (42, 0), (14, 0)]), "cloth", puff=5, drop=0.3
        )
    else:
        heel = Piece(
            o.path(
                o.smooth((8, seat - 4), (12, seat * 0.5), (16, 0)),
                [(22, 0)],
                o.smooth((22, 0), (24, seat * 0.5), (44, seat + 6)),
            ),
            "cloth",
            puff=4,
            drop=0.3,
        )
    stack = [heel] if open_toe else [inside, heel]
    if open_toe:
        stack.append(
            Piece(
                o.ribbon(
                    o.smooth(
                        (10, seat - 6), (38, seat - 1), (84, seat * 0.5 + 1), (126, -6), (178, -7)
                    ),
                    6,
                ),
                "lining",
                puff=2,
                drop=0.1,
            )
        )
        straps = (
            o.smooth((120, -6), (134, -34), (160, -36), (176, -8)),
            o.smooth((128, -8), (150, -30), (170, -28), (184, -8)),
        )
        stack += [Piece(o.ribbon(line, 9), puff=3, drop=0.3) for line in straps]
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
                lines=(edge(o.smooth((6, seat - 2), (36, seat + 2), (84, seat * 0.5 + 6)), 0.2),),
            )
        )
    stack.append(Piece(sole, "sole2", "plastic", puff=2, drop=0.2))
    if design.has("straps"):
        stack += [
            Piece(
                o.ribbon(
                    o.smooth(
                        (5, seat - 44),
                        (24, seat - 60),
                        (46, seat - 56),
                        (52, seat - 40),
                        (40, seat - 27),
                        (14, seat - 37),
                    ),
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
        stack += ornaments.bow(140, -38, 13, tails=1.0)
    if design.has("beads"):
        stack += ornaments.beads(o.smooth((128, -34), (146, -40), (166, -32)), 7, 2.4)
    return stack


def sandals(design: Design, tape: Tape) -> list[Piece]:
    """Draft a sandal."""
    if design.cut == "slides":
        return _footbed(tape) + [
            Piece(
                o.path(
                    o.smooth((-38, -52), (0, -66), (38, -50)),
                    o.smooth((42, -6), (0, -20), (-42, -8)),
                ),
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
    stack = [
        Piece(
            o.ribbon(o.smooth((4, -thick - 5), (100, -thick - 3), (toe - 2, -thick - 6)), 6),
            "lining",
            puff=2,
            drop=0.2,
        )
    ]
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
            Piece(
                o.ribbon(o.smooth((6, -62), (40, -76), (72, -68), (80, -52)), 8), puff=3, drop=0.4
            ),
            Piece(
                o.box(60, -76, 72, -60, 2),
                "metal",
                "metal",
                puff=2,
                holes=(o.box(63, -73, 69, -63),),
                drop=0.3,
            ),
            Piece(o.ribbon(o.smooth((80, -54), (100, -40), (122, -34)), 8), puff=3, drop=0.3),
        ]
    stack.append(Piece(base, "sole3", "rubber", puff=4, drop=0.3))
    if design.has("beads"):
        stack += ornaments.beads(o.smooth((142, -38), (154, -44), (168, -38)), 8, 2.6, "metal")
    return stack


def flats(design: Design, tape: Tape) -> list[Piece]:
    """Draft a flat shoe."""
    toe = tape(194, 0.03)
    upper = o.path(
        o.smooth((4, -8), (-1, -30), (6, -52)),
        o.smooth((8, -52), (40, -30), (84, -22), (120, -26), (136, -36)),
        o.smooth((138, -38), (164, -34), (188, -22), (toe, -6)),
        [(4, -5)],
    )
    inside = Piece(
        o.path(
            o.smooth((8, -49), (60, -40), (134, -40)),
            o.smooth((132, -26), (84, -14), (30, -20), (8, -34)),
        ),
        "lining",
        puff=4,
        shade=0.85,
        drop=0,
    )
    sole = o.path(
        o.smooth((0, -8), (100, -6), (toe + 1, -8)),
        o.smooth((toe, -2), (160, 0), (40, 0), (2, 0), (0, -4)),
    )
    point = (
        []
        if design.cut != "pointed"
        else [
            Piece(
                o.path(o.smooth((168, -30), (192, -18), (toe + 20, -4)), [(150, -4)]),
                puff=5,
                drop=0,
            )
        ]
    )
    stack = [
        inside,
        *point,
        Piece(
            upper,
            puff=12,
            lift=1.2,
            drop=0.2,
            lines=(
                Line(
                    o.shift(o.smooth((8, -52), (40, -30), (84, -22), (120, -26), (136, -36)), 0, 3),
                    "stitch",
                    0.8,
                ),
            ),
        ),
        Piece(sole, "rubber", "rubber", puff=2, drop=0.2),
    ]
    if design.has("bow"):
        stack += ornaments.bow(146, -36, 14, tails=0.9)
    if design.has("straps"):
        stack.append(
            Piece(
                o.ribbon(o.smooth((56, -24), (70, -46), (92, -46), (104, -24)), 7),
                puff=3,
                drop=0.35,
            )
        )
    if design.has("beads"):
        stack += ornaments.beads(o.smooth((140, -33), (156, -34), (174, -27)), 7, 2.4)
    return stack


def _footbed(tape: Tape) -> list[Piece]:
    """Return a right sole from above, toe up."""
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
    """Draft flip flops or slides from above."""
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
        stack += ornaments.bow(-4, -64, 12, tails=0.8)
    if design.has("beads"):
        stack += ornaments.beads(right, 9, 3.2)
    return stack
