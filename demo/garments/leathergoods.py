"""Wallets and belts."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import fastenings, ornaments
from demo.garments.bags import border
from demo.pieces import Line, Piece


def draft_wallet(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a wallet."""
    tape = Tape(rng, design.spread)
    if design.cut == "long":
        body = o.box(-96, 0, 96, tape(100, 0.05), 8)
        stack = [
            Piece(body, puff=8, lines=border(body, 0.95), drop=0.3),
            Piece(
                o.box(-96, 0, 96, 52, 8),
                puff=6,
                drop=0.5,
                lines=border(o.box(-96, 0, 96, 52, 8), 0.95),
            ),
            Piece(o.ellipse(0, 48, 7, 7, n=20), "metal", "metal", puff=3, drop=0.5),
        ]
    elif design.cut == "card":
        cards = [
            Piece(o.box(-66, -16 - 11 * k, 66, 40, 5), slot, "plastic", puff=3, drop=0.4)
            for k, slot in ((2, "card1"), (1, "card2"), (0, "card3"))
        ]
        body = o.path(
            [(-74, 0)],
            o.smooth((-20, 0), (0, 14), (20, 0)),
            [(74, 0)],
            o.box(-74, 0, 74, 100, 7)[9:15],
        )
        stack = [
            *cards,
            Piece(body, puff=6, lines=border(body, 0.93), drop=0.4),
            Piece(
                o.path([(-74, 44), (74, 36), (74, 100), (-74, 100)]),
                puff=4,
                drop=0.4,
                lines=(Line(np.array([(-72, 48), (72, 40)], dtype=np.float32), "stitch", 0.9),),
            ),
        ]
    else:
        body = o.box(-84, 0, 84, tape(128, 0.05), 9)
        stack = [
            Piece(o.shift(body, 5, -6), puff=8, shade=0.75, drop=0.3),
            Piece(body, puff=8, lines=border(body, 0.94), drop=0.4),
            Piece(
                o.box(56, 46, 108, 76, 10),
                puff=4,
                drop=0.5,
                lines=border(o.box(56, 46, 108, 76, 10), 0.86),
            ),
            Piece(o.ellipse(72, 61, 6, 6, n=18), "metal", "metal", puff=3, drop=0.4),
        ]
    if design.has("zipper"):
        stack += [
            p.moved(lambda q: o.rotate(q, -np.pi / 2, 0, 20))
            for p in fastenings.zipper([(0, -60), (0, 60)])
        ]
    if design.has("logo"):
        stack += ornaments.emblem(-46, 84, 10, "metal", design.seed)
    return stack


def draft_belt(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a rolled belt: its ring seen from above at a slant, the buckle in front."""
    tape = Tape(rng, design.spread)
    wide = tape(30 if design.cut != "slim" else 17, 0.06)
    rx, ry = 92.0, 62.0
    a = np.linspace(0, 2 * np.pi, 72)

    def rim(k, dy):
        return np.stack([rx * k * np.cos(a), ry * k * np.sin(a) + dy], 1)

    inner = Piece(o.path(rim(1, 0)[:37], rim(1, wide)[:37][::-1]), puff=3, drop=0.3)
    back = Piece(
        o.path(rim(0.985, 0)[36:], rim(0.985, wide)[36:][::-1]), puff=3, shade=0.62, drop=0.2
    )
    second = Piece(
        o.path(rim(0.86, 4)[36:], rim(0.86, wide - 2)[36:][::-1]), puff=3, shade=0.75, drop=0.2
    )
    front = Piece(
        inner.outline,
        puff=4,
        lift=1.0,
        lines=(Line(rim(1, 4)[:37], "stitch", 1.0), Line(rim(1, wide - 4)[:37], "stitch", 1.0)),
        drop=0.4,
    )
    y = ry + wide / 2
    tall = wide * 0.72
    tip = Piece(
        o.path(
            [(-6, y - wide / 2 + 1), (52, y - wide / 2 - 4)],
            o.smooth((52, y - wide / 2 - 4), (64, y - 5), (52, y + wide / 2 - 5)),
            [(-6, y + wide / 2)],
        ),
        puff=3,
        drop=0.5,
        lines=(
            Line(
                np.array([(-4, y - wide / 2 + 5), (50, y - wide / 2)], dtype=np.float32),
                "stitch",
                0.9,
            ),
        ),
    )
    holes = [
        Piece(o.ellipse(x, y - 3 - x * 0.03, 2.2, 2.2, n=10), "dark", puff=1, drop=0)
        for x in (20, 32, 44)
    ]
    ring = o.box(-34, y - tall, 2, y + tall, 6)
    buckle = [
        Piece(
            ring,
            "metal",
            "metal",
            puff=3,
            lift=1.5,
            holes=(o.box(-27, y - tall + 7, -5, y + tall - 7, 3),),
            drop=0.5,
        ),
        Piece(o.box(-30, y - 2, 6, y + 2, 1.5), "metal", "metal", puff=2, drop=0.4),
    ]
    if design.cut == "round":
        buckle = [
            Piece(
                o.ellipse(-16, y, tall * 1.15, tall * 1.15, n=30),
                "metal",
                "metal",
                puff=3,
                lift=1.5,
                holes=(o.ellipse(-16, y, tall * 0.7, tall * 0.7, n=24),),
                drop=0.5,
            )
        ]
    extra = (
        ornaments.beads(rim(1, wide / 2)[4:14], 9, 2.6, "metal")
        + ornaments.beads(rim(1, wide / 2)[24:34], 9, 2.6, "metal")
        if design.has("beads")
        else []
    )
    return [back, second, front, *extra, tip, *holes, *buckle]
