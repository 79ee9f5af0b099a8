"""Buttons, plackets, zips, pockets, belts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demo import outlines as o
from demo.garments.blocks import Block
from demo.pieces import Line, Piece


def button(x: float, y: float, r: float = 3.0, slot: str = "button") -> list[Piece]:
    """Return a button with two holes."""
    holes = tuple(
        Line(
            np.array([[x + d, y - 0.5], [x + d, y + 0.5]], dtype=np.float32),
            "ink",
            1.0,
            "dark",
            0.5,
        )
        for d in (-r * 0.3, r * 0.3)
    )
    return [
        Piece(
            o.ellipse(x, y, r, r, n=16),
            slot,
            "plastic",
            puff=r * 0.7,
            lift=1.4,
            drop=0.45,
            lines=holes,
        )
    ]


def buttons(
    x: float, top: float, bottom: float, count: int, r: float = 3.0, slot: str = "button"
) -> list[Piece]:
    """Return `n` buttons in a row from `top` to `bottom`."""
    return [p for y in np.linspace(top, bottom, count) for p in button(x, float(y), r, slot)]


def placket(x: float, top: float, bottom: float, width: float = 11, slot: str = "cloth") -> Piece:
    """Return the button strip of a shirt front."""
    lines = (
        Line(
            np.array([[x - width / 2 + 2, top], [x - width / 2 + 2, bottom]], dtype=np.float32),
            "stitch",
            0.7,
        ),
        Line(
            np.array([[x + width / 2, top], [x + width / 2, bottom]], dtype=np.float32),
            "seam",
            1.3,
            strength=0.4,
        ),
    )
    return Piece(
        o.box(x - width / 2, top, x + width / 2, bottom),
        slot,
        puff=3,
        lift=0.6,
        lines=lines,
        drop=0.28,
    )


def opening(x: float, top: float, bottom: float, strength: float = 0.55) -> Line:
    """Return the edge where one front overlaps the other."""
    return Line(np.array([[x, top], [x, bottom]], dtype=np.float32), "seam", 1.8, strength=strength)


def zipper(
    points: Sequence[Sequence[float]] | np.ndarray, slot: str = "metal", width: float = 5.5
) -> list[Piece]:
    """Return a zip: tape, teeth and a slider at the upper end."""
    line = o.resample(np.asarray(points, dtype=np.float32), 24)
    tape = Piece(
        o.ribbon(line, width),
        "dark",
        puff=2,
        lift=0.3,
        drop=0.15,
        lines=(Line(line, "stitch", width * 0.42, slot, 0.5),),
    )
    x, y = line[0]
    slider = Piece(o.box(x - 2.4, y - 1, x + 2.4, y + 11, 1.6), slot, "metal", puff=2, drop=0.4)
    return [tape, slider]


def patch_pocket(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    flap: bool = False,
    point: float = 4,
    slot: str = "cloth",
) -> list[Piece]:
    """Return a pocket sewn on, with stitches and possibly a flap."""
    mid = (x0 + x1) / 2
    outline = o.path([(x0, y0), (x1, y0), (x1, y1 - point), (mid, y1), (x0, y1 - point)])
    inset = np.array(
        [
            (x0 + 2, y0),
            (x0 + 2, y1 - point - 1.5),
            (mid, y1 - 2.5),
            (x1 - 2, y1 - point - 1.5),
            (x1 - 2, y0),
        ],
        dtype=np.float32,
    )
    top = np.array([(x0, y0 + 6), (x1, y0 + 6)], dtype=np.float32)
    pieces = [
        Piece(
            outline,
            slot,
            puff=4,
            lift=0.8,
            drop=0.55,
            lines=(
                Line(inset, "stitch", 0.8),
                Line(top, "stitch", 0.8),
                Line(np.concatenate([outline, outline[:1]]), "seam", 1.2, strength=0.4),
            ),
        )
    ]
    if flap:
        edge = o.path(
            [(x0 - 2, y0 - 2), (x1 + 2, y0 - 2), (x1 + 2, y0 + 9), (mid, y0 + 15), (x0 - 2, y0 + 9)]
        )
        pieces.append(
            Piece(
                edge,
                slot,
                puff=4,
                drop=0.55,
                lines=(Line(np.concatenate([edge, edge[:1]]), "seam", 1.2, strength=0.35),),
            )
        )
    return pieces


def welt_pocket(x0: float, y0: float, x1: float, y1: float, width: float = 6) -> Piece:
    """Return a slanted slot with a lip."""
    line = np.array([(x0, y0), (x1, y1)], dtype=np.float32)
    return Piece(
        o.ribbon(line, width),
        puff=2.5,
        drop=0.5,
        lines=(
            Line(o.shift(line, 0, -width / 2), "seam", 2.2, strength=0.8),
            Line(o.shift(line, 0, width / 2), "seam", 1.4, strength=0.5),
        ),
    )


def flap_pocket(x0: float, y: float, x1: float, tall: float = 14) -> Piece:
    """Return the flap of a pocket."""
    edge = o.path(
        [(x0, y), (x1, y)],
        o.smooth((x1, y + tall - 3), (x1 - 3, y + tall)),
        o.smooth((x0 + 3, y + tall), (x0, y + tall - 3)),
    )
    return Piece(
        edge,
        puff=4,
        drop=0.55,
        lines=(
            Line(np.array([(x0, y), (x1, y)], dtype=np.float32), "seam", 2.0, strength=0.75),
            Line(np.concatenate([edge, edge[:1]]), "seam", 1.0, strength=0.35),
        ),
    )


def kangaroo_pocket(b: Block, wide: float = 36) -> list[Piece]:
    """Return a hoodie's pouch."""
    low, high = b.hem_y - 12, b.hem_y - 62
    right = o.path(
        [(0, high), (wide * 0.62, high)],
        o.smooth((wide * 0.62, high), (wide * 0.84, high + 16), (wide, high + 34)),
        [(wide, low), (0, low)],
    )
    edge = o.mirror(right)
    slant = o.smooth((wide * 0.62, high), (wide * 0.84, high + 16), (wide, high + 34))
    lines = [Line(np.concatenate([edge, edge[:1]]), "seam", 1.5, strength=0.5)]
    for side in (slant, o.flip(slant)):
        lines += [
            Line(side, "seam", 2.4, strength=0.75),
            Line(o.shift(side, -3 if side[0, 0] > 0 else 3, 1), "stitch", 0.8),
        ]
    return [Piece(edge, puff=5, lift=0.9, drop=0.55, lines=tuple(lines))]


def waist_belt(
    half: float,
    y: float,
    tall: float = 11,
    slot: str = "belt",
    fabric: str | None = "leather",
    buckle: bool = True,
) -> list[Piece]:
    """Return a belt with a buckle, or one tied in front."""
    band = o.path(
        o.smooth((-half - 2, y - tall / 2), (0, y - tall / 2 + 3), (half + 2, y - tall / 2)),
        o.smooth((half + 2, y + tall / 2), (0, y + tall / 2 + 3), (-half - 2, y + tall / 2)),
    )
    pieces = [Piece(band, slot, fabric, puff=4, lift=1.1, drop=0.5)]
    if buckle:
        ring = o.box(-9, y - tall / 2 - 1, 9, y + tall / 2 + 6, 2.5)
        hole = o.box(-5.5, y - tall / 2 + 2.5, 5.5, y + tall / 2 + 2.5, 1)
        pieces.append(Piece(ring, "metal", "metal", puff=2.2, lift=1.4, holes=(hole,), drop=0.5))
        pieces.append(Piece(o.box(-2, y + 0.8, 9, y + 3, 0.8), "metal", "metal", puff=1, drop=0.3))
    return pieces
