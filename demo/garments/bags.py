"""Bags and backpacks."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import fastenings, ornaments
from demo.pieces import Folds, Line, Piece, pair


def border(outline: np.ndarray, inset: float = 0.94) -> tuple[Line, ...]:
    """Return a line of stitches inside the outline."""
    middle = (outline.min(0) + outline.max(0)) / 2
    ring = np.concatenate([outline, outline[:1]])
    return (
        Line(ring, "seam", 1.3, strength=0.35),
        Line((ring - middle) * np.float32(inset) + middle, "stitch", 0.9),
    )


def draft_bag(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a bag of the design's cut."""
    tape = Tape(rng, design.spread)
    stack = BAGS[design.cut or "tote"](design, tape)
    x0, x1 = -60.0, 60.0
    if design.has("pockets"):
        stack += fastenings.patch_pocket(-42, 62, 42, 120, point=0)
    if design.has("zipper"):
        stack += (
            [
                p.moved(lambda q: o.rotate(q, -np.pi / 2))
                for p in fastenings.zipper([(-16, -60), (-16, 60)])
            ]
            if design.cut not in ("clutch", "satchel")
            else []
        )
    if design.has("fringe"):
        stack += ornaments.fringe(o.smooth((x0, 118), (0, 121), (x1, 118)), 54, 5)
    if design.has("bow"):
        stack += ornaments.bow(0, 44, 24)
    if design.has("logo"):
        stack += ornaments.emblem(0, 50, 11, "metal", design.seed)
    if design.has("embroidery"):
        stack += [q for x in (-34, 34) for q in ornaments.embroidery(x, 88, 20)]
    if design.has("beads"):
        stack += ornaments.beads(o.smooth((-64, 34), (0, 38), (64, 34)), 9, 3.2)
    return stack


def _handle(wide: float, tall: float, top: float, width: float, shade: float = 1.0) -> Piece:
    return Piece(
        o.ribbon(
            o.smooth(
                (-wide, top + 16),
                (-wide * 0.96, top - tall * 0.5),
                (-wide * 0.5, top - tall),
                (wide * 0.5, top - tall),
                (wide * 0.96, top - tall * 0.5),
                (wide, top + 16),
            ),
            width,
        ),
        "handle",
        puff=width / 2,
        lift=1.4,
        shade=shade,
        drop=0.3,
    )


def tote(design: Design, tape: Tape) -> list[Piece]:
    """Draft a tote."""
    top, low, flare = 0.0, tape(140, 0.08), tape(1.08, 0.04)
    body = o.mirror(
        o.path(
            [(0, top + 3)],
            o.smooth((0, top + 3), (44, top + 2), (80 * flare, top - 2)),
            o.smooth((80 * flare, top), (78, 70), (74, low - 8)),
            o.smooth((74, low - 8), (70, low), (60, low + 1)),
            [(0, low + 2)],
        )
    )
    back = Piece(
        o.path(o.smooth((-79, -2), (0, -9), (79, -2)), o.smooth((79, 8), (0, 12), (-79, 8))),
        puff=3,
        shade=0.5,
        drop=0,
    )
    tall = tape(86, 0.15)
    return [
        _handle(33, tall * 0.94, top - 6, 9, 0.7),
        back,
        Piece(body, puff=16, folds=Folds(0.5, 26, 70), lines=border(body, 0.96), drop=0.2),
        _handle(36, tall, top + 8, 9),
        *pair(
            Piece(
                o.box(30, top + 12, 42, top + 34, 3),
                "handle",
                puff=3,
                drop=0.4,
                lines=(Line(o.box(32, top + 14, 40, top + 32), "stitch", 0.8),),
            )
        ),
    ]


def satchel(design: Design, tape: Tape) -> list[Piece]:
    """Draft a satchel."""
    low = tape(122, 0.06)
    body = o.mirror(
        o.path(
            [(0, 0)],
            o.smooth((0, 0), (60, 0), (76, 8)),
            o.smooth((76, 8), (86, 60), (90, low - 12)),
            o.smooth((90, low - 10), (86, low), (72, low)),
            [(0, low)],
        )
    )
    flap = o.mirror(
        o.path(
            [(0, -3)],
            o.smooth((0, -3), (60, -3), (78, 6)),
            o.smooth((79, 8), (78, 40), (62, 62)),
            o.smooth((60, 63), (24, 70), (0, 71)),
        )
    )
    stack = [
        _handle(34, tape(52, 0.2), 0, 10),
        Piece(body, puff=16, lines=border(body, 0.95), drop=0.2),
        Piece(flap, puff=8, lift=1.1, drop=0.5, lines=border(flap, 0.94)),
        Piece(o.box(-9, 60, 9, 82, 3), "metal", "metal", puff=3, drop=0.5),
        Piece(o.box(-3, 66, 3, 72, 1), "dark", puff=1, drop=0),
    ]
    return stack + pair(
        Piece(
            o.ellipse(34, 4, 6, 6, n=18),
            "metal",
            "metal",
            puff=2,
            holes=(o.ellipse(34, 4, 3, 3, n=12),),
            drop=0.4,
        )
    )


def crossbody(design: Design, tape: Tape) -> list[Piece]:
    """Draft a crossbody bag."""
    strap = Piece(
        o.ribbon(
            o.smooth(
                (-62, 26), (-78, -60), (-40, -150), (18, -176), (62, -128), (74, -50), (62, 26)
            ),
            6,
        ),
        "handle",
        puff=3,
        drop=0.25,
    )
    body = o.mirror(
        o.path(
            [(0, 0)],
            o.smooth((0, 0), (50, 0), (66, 14)),
            o.smooth((67, 16), (70, 60), (64, 92)),
            o.smooth((62, 96), (30, 104), (0, 105)),
        )
    )
    flap = o.mirror(
        o.path(
            [(0, -2)],
            o.smooth((0, -2), (50, -2), (67, 12)),
            o.smooth((68, 16), (60, 54), (26, 62)),
            o.smooth((24, 62), (8, 63), (0, 63)),
        )
    )
    tassel = (
        []
        if design.has("fringe")
        else [Piece(o.ellipse(0, 58, 8, 8, n=20), "metal", "metal", puff=4, drop=0.5)]
    )
    return [
        strap,
        Piece(body, puff=14, lines=border(body, 0.94), drop=0.25),
        Piece(flap, puff=8, lift=1.1, drop=0.5, lines=border(flap, 0.92)),
        *tassel,
        *pair(
            Piece(
                o.ellipse(62, 20, 6, 6, n=16),
                "metal",
                "metal",
                puff=2,
                holes=(o.ellipse(62, 20, 3, 3, n=12),),
                drop=0.3,
            )
        ),
    ]


def clutch(design: Design, tape: Tape) -> list[Piece]:
    """Draft a clutch."""
    low = tape(108, 0.06)
    body = o.box(-94, 0, 94, low, 8)
    flap = o.path(
        [(-94, 2)],
        o.smooth((-90, -2), (0, -4), (90, -2)),
        [(94, 2), (94, 12)],
        o.smooth((94, 12), (40, 58), (0, 70)),
        o.smooth((0, 70), (-40, 58), (-94, 12)),
    )
    return [
        Piece(body, puff=14, folds=Folds(0.3, 30, 60), lines=border(body, 0.95), drop=0.2),
        Piece(flap, puff=8, lift=1.1, drop=0.5, lines=border(flap, 0.92)),
        Piece(o.ellipse(0, 60, 8, 8, n=20), "metal", "metal", puff=4, drop=0.5),
    ]


def hobo(design: Design, tape: Tape) -> list[Piece]:
    """Draft a hobo bag."""
    body = o.mirror(
        o.path(
            o.smooth((0, 34), (40, 30), (76, 6)),
            o.smooth((84, 0), (96, 60), (70, 116)),
            o.smooth((68, 118), (36, 134), (0, 136)),
        )
    )
    handle = Piece(
        o.ribbon(o.smooth((-78, 8), (-62, -64), (0, -104), (62, -64), (78, 8)), 14),
        "cloth",
        puff=6,
        lift=1.2,
        drop=0.3,
    )
    return [
        Piece(
            o.path(o.smooth((-76, 8), (0, 22), (76, 8)), o.smooth((70, 30), (0, 50), (-70, 30))),
            puff=3,
            shade=0.5,
            drop=0,
        ),
        handle,
        Piece(
            body,
            puff=18,
            folds=Folds(1.0, 20, 60),
            drop=0.3,
            lines=(
                Line(o.smooth((-74, 10), (-40, 33), (0, 38), (40, 33), (74, 10)), "stitch", 1.0),
            ),
        ),
        *pair(
            Piece(
                o.ellipse(78, 6, 7, 7, n=16),
                "metal",
                "metal",
                puff=2,
                holes=(o.ellipse(78, 6, 4, 4, n=12),),
                drop=0.3,
            )
        ),
    ]


BAGS = {"tote": tote, "satchel": satchel, "crossbody": crossbody, "clutch": clutch, "hobo": hobo}


def draft_backpack(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a backpack."""
    tape = Tape(rng, design.spread)
    low = tape(190, 0.04)
    body = o.mirror(
        o.path(
            [(0, 0)],
            o.smooth((0, 0), (44, 4), (66, 34)),
            o.smooth((67, 40), (73, 110), (72, low - 16)),
            o.smooth((72, low - 14), (66, low), (50, low)),
            [(0, low + 1)],
        )
    )
    strap = o.smooth((34, 12), (78, 40), (92, 110), (76, low - 12))
    handle = Piece(
        o.ribbon(o.smooth((-18, 8), (-14, -20), (14, -20), (18, 8)), 8),
        "handle",
        puff=4,
        lift=1.3,
        drop=0.3,
    )
    lid = o.smooth((-66, 54), (-50, 30), (0, 22), (50, 30), (66, 54))
    stack = [
        handle,
        *pair(Piece(o.ribbon(strap, 14, 9), "handle", puff=6, drop=0.25)),
        Piece(
            body,
            puff=20,
            lift=1.2,
            folds=Folds(0.4, 24, 60),
            drop=0.25,
            lines=(Line(lid, "seam", 2.0, strength=0.5),),
        ),
    ]
    if design.cut == "rucksack":
        flap = o.mirror(
            o.path(
                [(0, -4)],
                o.smooth((0, -4), (46, 2), (69, 34)),
                o.smooth((70, 38), (66, 72), (50, 84)),
                [(0, 88)],
            )
        )
        stack += [Piece(flap, puff=10, lift=1.1, drop=0.5, lines=border(flap, 0.93))]
        for s in (-1, 1):
            stack += [
                Piece(
                    o.box(s * 28 - 5, 60, s * 28 + 5, 128, 2),
                    "leather2",
                    "leather",
                    puff=3,
                    drop=0.4,
                ),
                Piece(
                    o.box(s * 28 - 8, 100, s * 28 + 8, 114, 2),
                    "metal",
                    "metal",
                    puff=2,
                    holes=(o.box(s * 28 - 4.5, 103.5, s * 28 + 4.5, 110.5),),
                    drop=0.4,
                ),
            ]
    elif design.has("zipper"):
        stack += fastenings.zipper(
            o.smooth((-64, 62), (-48, 36), (0, 28), (48, 36), (64, 62)), width=6
        )
    if design.has("pockets"):
        pocket = o.mirror(
            o.path(
                [(0, 104)],
                o.smooth((0, 104), (38, 106), (52, 122)),
                [(52, low - 12)],
                [(0, low - 10)],
            )
        )
        stack += [Piece(pocket, puff=10, lift=1.1, drop=0.5, lines=border(pocket, 0.93))]
        stack += [
            Piece(
                o.ribbon(o.smooth((-46, 124), (0, 118), (46, 124)), 4),
                "dark",
                puff=1,
                drop=0,
                lines=(
                    Line(o.smooth((-46, 124), (0, 118), (46, 124)), "stitch", 2.2, "metal", 0.5),
                ),
            )
        ]
    if design.has("logo"):
        stack += ornaments.emblem(
            0, 78 if design.cut != "rucksack" else 44, 10, "trim", design.seed
        )
    return stack
