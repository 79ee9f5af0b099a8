"""Bows, ties, ruffles, beads, lace, fringe, emblems, embroidery."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.pieces import Folds, Line, Piece, Pleats, pair, shifted


def bow(
    x: float,
    y: float,
    size: float = 20,
    slot: str = "cloth",
    tails: float = 1.6,
    fabric: str | None = None,
) -> list[Piece]:
    """Return two loops, a knot and two tails."""
    tail = o.path(
        o.smooth((0, 0), (size * 0.32, size * 0.8), (size * 0.5, size * tails)),
        [(size * 0.82, size * tails * 0.94)],
        o.smooth((size * 0.82, size * tails * 0.92), (size * 0.5, size * 0.6), (4, -1)),
    )
    wing = o.loop(
        (2, 0),
        (size * 0.5, -size * 0.46),
        (size * 1.04, -size * 0.44),
        (size * 1.08, size * 0.3),
        (size * 0.5, size * 0.28),
    )
    crease = Line(
        o.smooth((3, 0), (size * 0.35, -size * 0.05), (size * 0.7, 0)), "seam", 1.6, strength=0.4
    )
    knot = o.loop(
        (-size * 0.2, -size * 0.2),
        (size * 0.2, -size * 0.2),
        (size * 0.22, size * 0.2),
        (-size * 0.22, size * 0.2),
    )
    stack = (
        pair(Piece(tail, slot, fabric, puff=5, folds=Folds(0.5, 8, 24), drop=0.4))
        + pair(
            Piece(
                wing,
                slot,
                fabric,
                puff=8,
                lift=1.5,
                folds=Folds(0.4, 7, 18, 1.4),
                drop=0.5,
                lines=(crease,),
            )
        )
        + [Piece(knot, slot, fabric, puff=4, lift=1.8, drop=0.5)]
    )
    return shifted(stack, x, y)


def tie_ends(
    x: float, y: float, long: float = 46, slot: str = "cloth", width: float = 7
) -> list[Piece]:
    """Return a knot with two hanging ends."""
    ends = pair(
        Piece(
            o.ribbon(o.smooth((0, 0), (width * 0.8, long * 0.45), (width * 1.5, long)), width),
            slot,
            puff=3,
            folds=Folds(0.3, 6, 20),
            drop=0.45,
        )
    )
    loops = pair(
        Piece(
            o.loop(
                (0, 0),
                (width * 1.4, -width * 0.9),
                (width * 2.4, -width * 0.1),
                (width * 1.5, width * 0.6),
            ),
            slot,
            puff=3,
            lift=1.4,
            drop=0.45,
        )
    )
    knot = Piece(o.ellipse(0, 0, width * 0.7, width * 0.7, n=14), slot, puff=3, lift=1.6, drop=0.45)
    return shifted([*ends, *loops, knot], x, y)


def ruffle(
    line, deep: float, waves: float, slot: str = "cloth", phase: float = 0.0, shade: float = 1.0
) -> Piece:
    """Return a gathered frill that hangs from a line drawn from left to right."""
    line = np.asarray(line, np.float32)
    x = line[:, 0]
    lower = o.wavy(
        o.shift(o.scale(line - line.mean(0), 1.06, 1.0) + line.mean(0), 0, deep * 0.9),
        deep * 0.15,
        waves * 0.7,
        phase,
        soft=True,
    )
    outline = o.path(o.resample(line, 30), lower[::-1])
    half = float(np.ptp(x)) / 2
    mid = float(x.min() + half)
    pleats = Pleats(
        int(waves * 1.6),
        1.2,
        mid,
        half,
        half * 1.06,
        float(line[:, 1].min()),
        float(line[:, 1].max() + deep),
    )
    return Piece(
        outline,
        slot,
        puff=4,
        pleats=pleats,
        shade=shade,
        drop=0.5,
        lines=(Line(line, "seam", 1.8, strength=0.5),),
    )


def beads(line, apart: float = 7, r: float = 2.4, slot: str = "pearl") -> list[Piece]:
    """Return pearls along a line."""
    length = float(np.linalg.norm(np.diff(np.asarray(line), axis=0), axis=1).sum())
    return [
        Piece(o.ellipse(x, y, r, r, n=12), slot, "plastic", puff=r, lift=1.8, drop=0.5)
        for x, y in o.resample(line, max(3, int(length / apart)))
    ]


def lace_trim(line, deep: float = 14, slot: str = "lacing") -> list[Piece]:
    """Return a scalloped border with holes, hanging from a line drawn from left to right."""
    line = o.resample(line, 40)
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    scallops = max(3, int(length / (deep * 0.8)))
    lower = o.wavy(o.shift(line, 0, deep * 0.72), deep * 0.34, scallops)
    holes = []
    for y, r in ((0.34, 0.13), (0.72, 0.17)):
        holes += [
            o.ellipse(hx, hy + deep * y, deep * r, deep * r * 1.15, n=10)
            for hx, hy in o.resample(line, 2 * scallops + 1)[1::2]
        ]
    return [
        Piece(
            o.path(line, lower[::-1]),
            slot,
            puff=1.5,
            lift=0.5,
            holes=tuple(holes),
            drop=0.3,
            lines=(Line(line, "seam", 1.2, strength=0.3),),
        )
    ]


def fringe(
    line,
    deep: float = 26,
    apart: float = 4.2,
    slot: str = "cloth",
    fabric: str | None = None,
    rng=None,
) -> list[Piece]:
    """Return strands hanging from a line, as one piece of many teeth."""
    line = np.asarray(line, np.float32)
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    at = o.resample(line, max(6, int(length / apart)))
    sway = (rng or np.random.default_rng(5)).normal(0, 1.2, (len(at), 2))
    teeth = []
    for (x, y), (sx, sy) in zip(at[::-1], sway, strict=True):
        teeth += [
            (x + apart * 0.42, y + 3),
            (x + apart * 0.22 + sx, y + deep + sy),
            (x - apart * 0.22 + sx, y + deep + sy),
            (x - apart * 0.42, y + 3),
        ]
    return [Piece(o.path(at, teeth), slot, fabric, puff=1.6, lift=1.0, drop=0.45)]


def emblem(x: float, y: float, size: float = 7, slot: str = "trim", kind: int = 0) -> list[Piece]:
    """Return a small brand mark."""
    shapes = (
        o.box(-size, -size * 0.6, size, size * 0.6, 2),
        np.array(
            [[0, -size], [size * 0.9, size * 0.7], [-size * 0.9, size * 0.7]], dtype=np.float32
        ),
        o.ellipse(0, 0, size * 0.8, size * 0.8, n=20),
        o.path(
            o.smooth((-size, -size * 0.4), (0, size * 0.5), (size * 1.2, -size * 0.8)),
            o.smooth((size * 1.2, -size * 0.8), (0, size), (-size, -size * 0.4)),
        ),
    )
    shape = o.shift(shapes[kind % 4], x, y)
    inner = o.shift(o.scale(shapes[kind % 4], 0.5), x, y)
    return [
        Piece(
            shape, slot, puff=1.5, lift=0.8, drop=0.3, holes=(inner,) if kind % 4 in (0, 2) else ()
        )
    ]


def embroidery(
    x: float, y: float, size: float = 16, slots=("stitching", "stitching2")
) -> list[Piece]:
    """Return a stitched sprig: stems, leaves, three flowers."""
    pieces = [
        Piece(
            o.ribbon(o.smooth((0, size), (size * 0.2, 0), (-size * 0.1, -size)), 1.8),
            slots[1],
            puff=1,
            drop=0.2,
        )
    ]
    for lx, ly, turn in ((0.15, 0.5, 1.2), (0.1, 0.2, -1.2), (0.05, -0.3, 1.0)):
        leaf = o.path(
            o.smooth((0, 0), (3.5, -6), (0, -12), steps=5),
            o.smooth((0, -12), (-3.5, -6), (0, 0), steps=5),
        )
        pieces.append(
            Piece(
                o.shift(o.rotate(o.scale(leaf, size / 18), turn), lx * size, ly * size),
                slots[1],
                puff=1.2,
                drop=0.2,
            )
        )
    for fx, fy, r in ((-0.1, -1.0, 0.42), (0.55, -0.35, 0.34), (-0.5, 0.1, 0.34)):
        petals = [
            (
                r * size * (1.0 if k % 2 == 0 else 0.55) * np.cos(a),
                r * size * (1.0 if k % 2 == 0 else 0.55) * np.sin(a),
            )
            for k, a in enumerate(np.linspace(0, 6.283, 10, endpoint=False))
        ]
        pieces.append(
            Piece(
                o.shift(o.loop(*petals, steps=4), fx * size, fy * size),
                slots[0],
                puff=2,
                lift=1.2,
                drop=0.3,
            )
        )
        pieces.append(
            Piece(
                o.ellipse(fx * size, fy * size, r * size * 0.24, r * size * 0.24, n=10),
                "gold",
                puff=1,
                drop=0,
            )
        )
    return shifted(pieces, x, y)
