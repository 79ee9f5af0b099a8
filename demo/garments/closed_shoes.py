"""Sneakers, boots, loafers and formal shoes from the side.

x = 0 at the heel, y = 0 on the ground, up is negative.
"""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import fastenings, ornaments
from demo.pieces import Line, Piece


def edge(points, strength=0.35, width=1.2) -> Line:
    """Return a seam through the points."""
    return Line(np.asarray(points, np.float32), "seam", width, strength=strength)


def laces(a, b, count: int, wide: float = 22, slot: str = "laces") -> list[Piece]:
    """Return short bars across the instep from a to b."""
    pieces = []
    for t in np.linspace(0, 1, count):
        x, y = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
        pieces.append(
            Piece(
                o.ribbon(
                    o.smooth(
                        (x - 2, y - 4),
                        (x - wide * 0.3, y + wide * 0.35),
                        (x - wide * 0.5, y + wide * 0.8),
                    ),
                    4.2,
                ),
                slot,
                puff=2,
                lift=1.4,
                drop=0.4,
            )
        )
    return pieces


def sneakers(design: Design, tape: Tape) -> list[Piece]:
    """Draft a sneaker."""
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
        o.smooth(
            (toe + 2, -sole * 0.6),
            (toe - 2, -sole),
            (150, -sole * 0.95),
            (90, -sole * 1.02),
            (-4, -sole),
        ),
    )
    cap = o.path(
        o.smooth((152, -38), (162, -26), (166, -8)),
        o.smooth((toe - 2, -10), (194, -22), (172, -36), (152, -38)),
    )
    heel = o.path(
        o.smooth((0, -34), (4, top + 1), (18, top + 7)),
        o.smooth((18, top + 8), (24, -34), (34, -9)),
        [(5, -9)],
    )
    mark = o.path(
        o.smooth((46, -18), (78, -46), (98, -46)), o.smooth((108, -40), (84, -30), (62, -12))
    )
    side = (
        [Piece(mark, "accent", puff=3, drop=0.25, lines=(edge(mark),))]
        if design.has("logo")
        else [
            Piece(
                o.path(
                    o.smooth((40, -10), (70, -26), (118, -44)),
                    o.smooth((132, -38), (120, -20), (122, -9)),
                ),
                "cloth",
                puff=3,
                shade=0.95,
                drop=0.2,
                lines=(edge(o.smooth((40, -10), (70, -26), (118, -44))),),
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
            lines=(
                Line(
                    o.shift(o.smooth((4, top), (24, top + 9), (44, top + 8)), 0, 5), "stitch", 0.9
                ),
            ),
        ),
        *side,
        Piece(
            cap,
            "accent" if design.cut != "runner" else "cloth",
            puff=8,
            drop=0.25,
            lines=(edge(cap[:17]),),
        ),
        Piece(heel, "accent", puff=6, drop=0.2, lines=(edge(heel),)),
        *laces((70, top + 2), (126, -46), 7 if high else 5),
        Piece(
            base,
            "sole",
            "rubber",
            puff=6,
            drop=0.3,
            lines=(
                Line(
                    np.array([(0, -sole * 0.45), (toe - 4, -sole * 0.45)], dtype=np.float32),
                    "seam",
                    1.2,
                    strength=0.2,
                ),
            ),
        ),
    ]


def boots(design: Design, tape: Tape) -> list[Piece]:
    """Draft a boot."""
    tall = {"chelsea": 122.0, "combat": 150.0, "tall": 268.0, "heeled": 140.0}[
        design.cut or "chelsea"
    ]
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
    heel = Piece(
        o.path([(6, -lift - 6), (56, -lift * 0.8 - 4), (48, 0), (14, 0)]),
        "rubber",
        "rubber",
        puff=5,
        drop=0.2,
    )
    stack = [
        mouth,
        Piece(
            upper,
            puff=18,
            lift=1.2,
            folds=None,
            drop=0.2,
            lines=(Line(o.shift(front[4:18], -8, 0), "stitch", 0.8),),
        ),
    ]
    stack = [heel, *stack] if design.cut == "heeled" else stack
    stack.append(Piece(base, "rubber", "rubber", puff=4, drop=0.3))
    if design.cut == "chelsea":
        gore = o.path(
            o.smooth((30, -tall + 2), (36, -tall * 0.7), (44, -tall * 0.46)),
            o.smooth((46, -tall * 0.46), (56, -tall * 0.7), (60, -tall + 2)),
        )
        stack += [
            Piece(gore, "dark", "rib", puff=3, drop=0.15, lines=(edge(gore),)),
            Piece(o.box(2, -tall - 14, 10, -tall + 10, 3), "cloth", puff=3, drop=0.3),
        ]
    if design.cut == "combat":
        stack += laces((84, -tall + 10), (106, -56), 8, 20)
    if design.has("zipper"):
        stack += fastenings.zipper([(42, -tall + 6), (48, -lift - 16)])
    if design.has("fringe"):
        stack += ornaments.fringe(o.smooth((4, -tall + 10), (40, -tall + 18), (80, -tall + 12)), 46)
    if design.has("straps"):
        stack += [
            Piece(
                o.ribbon(o.smooth((2, -lift - 44), (44, -lift - 40), (86, -lift - 50)), 9),
                puff=4,
                drop=0.5,
            ),
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
        stack += ornaments.beads(
            o.smooth((8, -tall + 12), (40, -tall + 17), (78, -tall + 13)), 9, 2.6, "metal"
        )
    return stack


def loafers(design: Design, tape: Tape) -> list[Piece]:
    """Draft a loafer."""
    toe = tape(196, 0.03)
    upper = o.path(
        o.smooth((6, -16), (0, -38), (6, -60)),
        o.smooth((8, -60), (36, -48), (64, -46)),
        o.smooth((66, -50), (86, -66), (104, -58), (140, -44), (176, -36), (toe, -16)),
        [(toe, -10), (6, -10)],
    )
    inside = Piece(
        o.path(o.smooth((8, -58), (40, -60), (78, -62)), o.smooth((70, -42), (36, -40), (10, -46))),
        "dark",
        puff=3,
        drop=0,
    )
    apron = o.smooth((84, -30), (120, -32), (164, -30), (180, -26))
    saddle = o.path(
        o.smooth((70, -54), (88, -64), (106, -57)),
        o.smooth((112, -50), (116, -26), (118, -10)),
        [(92, -10)],
        o.smooth((92, -12), (84, -34), (70, -52)),
    )
    heel = Piece(
        o.path([(2, -14), (58, -12), (56, 0), (4, 0)]), "rubber", "rubber", puff=3, drop=0.2
    )
    sole = Piece(
        o.path(
            o.smooth((2, -14), (100, -10), (toe + 4, -14)),
            o.smooth((toe + 3, -7), (150, -4), (2, -6)),
        ),
        "rubber",
        "rubber",
        puff=2,
        drop=0.2,
    )
    stack = [
        inside,
        Piece(
            upper,
            puff=14,
            lift=1.2,
            drop=0.2,
            lines=(edge(apron, 0.4, 1.6), Line(o.shift(apron, 0, 4), "stitch", 0.9)),
        ),
        Piece(saddle, puff=5, drop=0.4, lines=(edge(np.concatenate([saddle, saddle[:1]])),)),
        heel,
        sole,
    ]
    if design.cut == "horsebit":
        stack += [
            Piece(
                o.ribbon(o.smooth((84, -52), (100, -46), (112, -38)), 5),
                "metal",
                "metal",
                puff=2,
                drop=0.4,
            )
        ]
    else:
        stack.append(Piece(o.box(88, -44, 108, -38, 2), "dark", puff=1, drop=0))
    if design.has("fringe"):
        stack += ornaments.fringe(o.smooth((100, -52), (118, -46), (136, -42)), 20, 5)
    return stack


def formal(design: Design, tape: Tape) -> list[Piece]:
    """Draft a formal shoe."""
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
    lines = [
        edge(cap, 0.45, 1.8),
        edge(vamp, 0.4, 1.5),
        edge(counter, 0.35, 1.4),
        Line(o.shift(cap, -4, 0), "stitch", 0.9),
    ]
    heel = Piece(
        o.path([(0, -16), (60, -14), (58, 0), (2, 0)]), "rubber", "rubber", puff=3, drop=0.2
    )
    sole = Piece(
        o.path(
            o.smooth((0, -16), (100, -12), (toe + 4, -16)),
            o.smooth((toe + 3, -8), (150, -4), (0, -7)),
        ),
        "rubber",
        "rubber",
        puff=2,
        drop=0.2,
    )
    facing = o.path(
        o.smooth((62, -70), (88, -62), (118, -46)), o.smooth((112, -36), (86, -40), (66, -48))
    )
    stack = [
        inside,
        Piece(upper, puff=14, lift=1.25, drop=0.2, lines=tuple(lines)),
        Piece(facing, puff=3, drop=0.35, lines=(edge(np.concatenate([facing, facing[:1]])),)),
        *laces((78, -66), (112, -50), 4, 16, "laces2"),
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
