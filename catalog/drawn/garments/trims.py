"""Trims: collars, plackets, pockets, hoods, belts, ruffles, bows and the like, as pieces of their own."""

from __future__ import annotations

import numpy as np

from .. import outlines as o
from ..pieces import Folds, Line, Piece, Pleats, pair
from .blocks import Block, front_neck


def button(x: float, y: float, r: float = 3.0, slot: str = "button") -> list[Piece]:
    """A button with two holes."""
    holes = tuple(Line(np.float32([[x + d, y - 0.5], [x + d, y + 0.5]]), "ink", 1.0, "dark", 0.5) for d in (-r * 0.3, r * 0.3))
    return [Piece(o.ellipse(x, y, r, r, n=16), slot, "plastic", puff=r * 0.7, lift=1.4, drop=0.45, lines=holes)]


def buttons(x: float, top: float, bottom: float, count: int, r: float = 3.0, slot: str = "button") -> list[Piece]:
    return [p for y in np.linspace(top, bottom, count) for p in button(x, float(y), r, slot)]


def placket(x: float, top: float, bottom: float, width: float = 11, slot: str = "cloth") -> Piece:
    """The button strip of a shirt front."""
    lines = (
        Line(np.float32([[x - width / 2 + 2, top], [x - width / 2 + 2, bottom]]), "stitch", 0.7),
        Line(np.float32([[x + width / 2, top], [x + width / 2, bottom]]), "seam", 1.3, strength=0.4),
    )
    return Piece(o.box(x - width / 2, top, x + width / 2, bottom), slot, puff=3, lift=0.6, lines=lines, drop=0.28)


def opening(x: float, top: float, bottom: float, strength: float = 0.55) -> Line:
    """The edge where one front overlaps the other."""
    return Line(np.float32([[x, top], [x, bottom]]), "seam", 1.8, strength=strength)


def zipper(points, slot: str = "metal", width: float = 5.5) -> list[Piece]:
    """A zip: tape, teeth and a slider at the upper end."""
    line = o.resample(np.float32(points), 24)
    tape = Piece(
        o.ribbon(line, width), "dark", puff=2, lift=0.3, drop=0.15, lines=(Line(line, "stitch", width * 0.42, slot, 0.5),)
    )
    x, y = line[0]
    slider = Piece(o.box(x - 2.4, y - 1, x + 2.4, y + 11, 1.6), slot, "metal", puff=2, drop=0.4)
    return [tape, slider]


def patch_pocket(
    x0: float, y0: float, x1: float, y1: float, flap: bool = False, point: float = 4, slot: str = "cloth"
) -> list[Piece]:
    """A pocket sewn on, with stitches and perhaps a flap."""
    mid = (x0 + x1) / 2
    outline = o.path([(x0, y0), (x1, y0), (x1, y1 - point), (mid, y1), (x0, y1 - point)])
    inset = np.float32([(x0 + 2, y0), (x0 + 2, y1 - point - 1.5), (mid, y1 - 2.5), (x1 - 2, y1 - point - 1.5), (x1 - 2, y0)])
    top = np.float32([(x0, y0 + 6), (x1, y0 + 6)])
    found = [
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
        edge = o.path([(x0 - 2, y0 - 2), (x1 + 2, y0 - 2), (x1 + 2, y0 + 9), (mid, y0 + 15), (x0 - 2, y0 + 9)])
        found.append(
            Piece(edge, slot, puff=4, drop=0.55, lines=(Line(np.concatenate([edge, edge[:1]]), "seam", 1.2, strength=0.35),))
        )
    return found


def welt_pocket(x0: float, y0: float, x1: float, y1: float, width: float = 6) -> Piece:
    """A slanted slot with a lip."""
    line = np.float32([(x0, y0), (x1, y1)])
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
    edge = o.path(
        [(x0, y), (x1, y)], o.smooth((x1, y + tall - 3), (x1 - 3, y + tall)), o.smooth((x0 + 3, y + tall), (x0, y + tall - 3))
    )
    return Piece(
        edge,
        puff=4,
        drop=0.55,
        lines=(
            Line(np.float32([(x0, y), (x1, y)]), "seam", 2.0, strength=0.75),
            Line(np.concatenate([edge, edge[:1]]), "seam", 1.0, strength=0.35),
        ),
    )


def kangaroo_pocket(b: Block, wide: float = 36) -> list[Piece]:
    """The hoodie's pouch."""
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
        lines += [Line(side, "seam", 2.4, strength=0.75), Line(o.shift(side, -3 if side[0, 0] > 0 else 3, 1), "stitch", 0.8)]
    return [Piece(edge, puff=5, lift=0.9, drop=0.55, lines=tuple(lines))]


def rib_neck(b: Block, neckline: str | None, width: float = 7, slot: str = "cloth", fabric: str = "rib") -> list[Piece]:
    """The neck band, over the back and over the front of the neck."""
    n = b.neck
    back = o.smooth((-n - 1, 0), (-n * 0.5, 6), (0, 8), (n * 0.5, 6), (n + 1, 0))
    right = front_neck(b, neckline)
    front = np.concatenate([o.flip(right)[::-1][:-1], right])
    seam = Line(o.shift(front, 0, width * 0.62), "seam", 1.2, strength=0.35)
    return [
        Piece(o.ribbon(back, width), slot, fabric, puff=3, shade=0.7, drop=0.1),
        Piece(o.ribbon(front, width), slot, fabric, puff=3.2, lift=0.9, drop=0.3, lines=(seam,)),
    ]


def facing(b: Block, neckline: str | None) -> list[Piece]:
    """A plain neck edge: a fine rolled hem with stitches below it."""
    right = front_neck(b, neckline)
    front = np.concatenate([o.flip(right)[::-1][:-1], right])
    return [Piece(o.ribbon(front, 3.4), puff=1.8, drop=0.2, lines=(Line(o.shift(front, 0, 4), "stitch", 0.7),))]


def shirt_collar(b: Block, slot: str = "cloth", spread: float = 1.0, tall: float = 1.0) -> list[Piece]:
    """Stand and two points, closed at the neck."""
    n, d = b.neck, b.depth
    stand_back = Piece(
        o.path(
            o.smooth((-n - 2, 1), (-n * 0.8, -11 * tall), (0, -14 * tall), (n * 0.8, -11 * tall), (n + 2, 1)),
            o.smooth((n, 4), (0, 12), (-n, 4)),
        ),
        slot,
        puff=5,
        shade=0.8,
        drop=0.15,
    )
    point = o.path(
        o.smooth((n * 0.86, -11 * tall), (n + 5, -4), (n + 8, 6)),
        [(n * 0.72 + 6 * spread, d + 20)],
        o.smooth((2.5, d * 0.72), (n * 0.5, d * 0.3), (n * 0.86, -11 * tall)),
    )
    edge = np.concatenate([point, point[:1]])
    leaf = Piece(
        point,
        slot,
        puff=5,
        lift=1.0,
        turn=-0.5,
        drop=0.5,
        lines=(Line(edge, "seam", 1.0, strength=0.25), Line(o.scale(edge - edge.mean(0), 0.84) + edge.mean(0), "stitch", 0.7)),
    )
    return [stand_back, *pair(leaf)]


def mandarin_collar(b: Block, slot: str = "cloth") -> list[Piece]:
    """A low stand, open in the middle."""
    n = b.neck
    back = Piece(
        o.path(o.smooth((-n, -7), (0, -4), (n, -7)), o.smooth((n, 6), (0, 10), (-n, 6))), slot, puff=3, shade=0.65, drop=0.1
    )
    band = o.path(o.smooth((n - 1, -8), (n * 0.66, 5), (2, b.depth + 2)), o.smooth((2, b.depth + 12), (n * 0.8, 12), (n + 4, 0)))
    return [
        back,
        *pair(
            Piece(
                band,
                slot,
                puff=4,
                lift=1.0,
                drop=0.35,
                lines=(Line(np.concatenate([band, band[:1]]), "seam", 1.0, strength=0.25),),
            )
        ),
    ]


def stand_collar(b: Block, tall: float = 20, slot: str = "cloth", fabric: str | None = None) -> list[Piece]:
    """The collar of a zipped jacket, closed to the chin."""
    n = b.neck + 1
    outline = o.mirror(
        o.path(
            o.smooth((0, -tall * 0.62), (n * 0.6, -tall * 0.78), (n * 0.92, -tall)),
            o.smooth((n * 0.92, -tall), (n + 2, -tall * 0.4), (n + 5, 4)),
            o.smooth((n + 5, 4), (n * 0.5, b.depth + 3), (0, b.depth + 4)),
        )
    )
    inner = o.path(
        o.smooth((-n * 0.9, -tall), (0, -tall * 0.62), (n * 0.9, -tall)),
        o.smooth((n * 0.9, -tall - 1), (0, -tall * 1.3), (-n * 0.9, -tall - 1)),
    )
    return [Piece(inner, slot, fabric, puff=2, shade=0.5, drop=0), Piece(outline, slot, fabric, puff=8, lift=1.1, drop=0.35)]


def turtleneck(b: Block, tall: float = 30) -> list[Piece]:
    """A folded neck tube."""
    n = b.neck + 2
    tube = o.mirror(
        o.path(
            o.smooth((0, -tall), (n * 0.7, -tall - 1), (n, -tall + 3)),
            o.smooth((n, -tall + 3), (n + 3, -tall * 0.5), (n + 4, 4)),
            o.smooth((n + 4, 4), (n * 0.5, b.depth + 2), (0, b.depth + 4)),
        )
    )
    fold = o.mirror(
        o.path(
            o.smooth((0, -tall), (n * 0.7, -tall - 1), (n + 1, -tall + 3)),
            o.smooth((n + 1, -tall + 3), (n + 5, -tall * 0.5), (n + 5, -tall * 0.16)),
            o.smooth((n + 5, -tall * 0.16), (n * 0.5, 3), (0, 5)),
        )
    )
    return [Piece(tube, fabric="rib", puff=8, drop=0.3), Piece(fold, fabric="rib", puff=7, lift=1.2, drop=0.55)]


def hood(
    b: Block, slot: str = "cloth", up: bool = True, cords: bool = True, lining: str = "cloth"
) -> tuple[list[Piece], list[Piece]]:
    """What lies behind the body and what lies over it."""
    n = b.neck + 15
    tall = 66 if up else 30
    crown = o.mirror(
        o.path(
            o.smooth((0, -tall), (n * 0.66, -tall * 0.93), (n * 1.08, -tall * 0.52), (n * 1.1, -tall * 0.1), (n * 0.98, 12)),
            [(0, b.depth + 20)],
        )
    )
    behind = [Piece(crown, slot, puff=16, folds=Folds(0.8, 16, 40), drop=0.25)]
    mouth = o.mirror(
        o.path(o.smooth((0, -tall * 0.8), (n * 0.46, -tall * 0.68), (n * 0.68, -tall * 0.3), (n * 0.55, 6), (2, b.depth + 16)))
    )
    over = [Piece(mouth, lining, puff=7, lift=-0.8, shade=0.5, drop=0)]
    rim = o.smooth((0, -tall * 0.8), (n * 0.46, -tall * 0.68), (n * 0.68, -tall * 0.3), (n * 0.55, 6), (2, b.depth + 16))
    outer = o.smooth(
        (0, -tall * 0.99),
        (n * 0.6, -tall * 0.88),
        (n * 0.98, -tall * 0.34),
        (n * 0.98, 10),
        (n * 0.6, b.depth + 16),
        (0, b.depth + 27),
    )
    leaf = o.path(rim, outer[::-1])
    over += pair(
        Piece(
            leaf,
            slot,
            puff=9,
            lift=1.2,
            folds=Folds(0.5, 12, 40, 0.3),
            drop=0.4,
            lines=(Line(o.shift(rim, 3.5, 0), "stitch", 0.8),),
        )
    )
    if cords:
        drop = o.smooth((7, b.depth + 15), (9, b.depth + 38), (7, b.depth + 58))
        over += pair(Piece(o.ribbon(drop, 3.2), "cord", puff=1.6, drop=0.5, lines=()))
        over += pair(Piece(o.box(5, b.depth + 56, 9.4, b.depth + 64, 1.5), "metal", "metal", puff=1.6, drop=0.4))
    return behind, over


def lapels(b: Block, deep: float, wide: float, slot: str = "cloth", notch: bool = True) -> list[Piece]:
    """Rolled collar and lapels down to the first button at `deep`."""
    n = b.neck
    lapel = o.path(
        o.smooth((n * 0.95, 2), (n * 0.6, deep * 0.5), (1.5, deep)),
        o.smooth((1.5, deep), (wide * 0.7, deep * 0.66), (wide + 7, deep * 0.36)),
        [(wide + 1, deep * 0.3) if notch else (wide + 4, deep * 0.26), (n + 10, 13)],
    )
    collar = o.path(
        o.smooth((n * 0.7, -9), (n + 4, -2), (n + 12, 11)),
        [(wide + (6 if notch else 5), deep * 0.25), (wide - 1, deep * 0.31)],
        o.smooth((n * 0.95, 18), (n * 0.86, 6), (n * 0.6, -6)),
    )
    back = Piece(
        o.path(o.smooth((-n - 2, -1), (-n * 0.7, -10), (0, -12), (n * 0.7, -10), (n + 2, -1)), o.smooth((n, 3), (0, 9), (-n, 3))),
        slot,
        puff=4,
        shade=0.82,
        drop=0.15,
    )
    edge = lambda p: (Line(np.concatenate([p, p[:1]]), "seam", 1.1, strength=0.3),)
    return [
        back,
        *pair(Piece(lapel, slot, puff=6, turn=-0.25, drop=0.55, lines=edge(lapel))),
        *pair(Piece(collar, slot, puff=5, turn=-0.6, drop=0.45, lines=edge(collar))),
    ]


def waist_belt(
    half: float, y: float, tall: float = 11, slot: str = "belt", fabric: str | None = "leather", buckle: bool = True
) -> list[Piece]:
    """A belt with a buckle, or tied in front."""
    band = o.path(
        o.smooth((-half - 2, y - tall / 2), (0, y - tall / 2 + 3), (half + 2, y - tall / 2)),
        o.smooth((half + 2, y + tall / 2), (0, y + tall / 2 + 3), (-half - 2, y + tall / 2)),
    )
    found = [Piece(band, slot, fabric, puff=4, lift=1.1, drop=0.5)]
    if buckle:
        ring = o.box(-9, y - tall / 2 - 1, 9, y + tall / 2 + 6, 2.5)
        hole = o.box(-5.5, y - tall / 2 + 2.5, 5.5, y + tall / 2 + 2.5, 1)
        found.append(Piece(ring, "metal", "metal", puff=2.2, lift=1.4, holes=(hole,), drop=0.5))
        found.append(Piece(o.box(-2, y + 0.8, 9, y + 3, 0.8), "metal", "metal", puff=1, drop=0.3))
    return found


def bow(x: float, y: float, size: float = 20, slot: str = "cloth", tails: float = 1.6, fabric: str | None = None) -> list[Piece]:
    """Two loops, a knot, two tails."""
    tail = o.path(
        o.smooth((0, 0), (size * 0.32, size * 0.8), (size * 0.5, size * tails)),
        [(size * 0.82, size * tails * 0.94)],
        o.smooth((size * 0.82, size * tails * 0.92), (size * 0.5, size * 0.6), (4, -1)),
    )
    wing = o.loop(
        (2, 0), (size * 0.5, -size * 0.46), (size * 1.04, -size * 0.44), (size * 1.08, size * 0.3), (size * 0.5, size * 0.28)
    )
    crease = Line(o.smooth((3, 0), (size * 0.35, -size * 0.05), (size * 0.7, 0)), "seam", 1.6, strength=0.4)
    knot = o.loop((-size * 0.2, -size * 0.2), (size * 0.2, -size * 0.2), (size * 0.22, size * 0.2), (-size * 0.22, size * 0.2))
    stack = (
        pair(Piece(tail, slot, fabric, puff=5, folds=Folds(0.5, 8, 24), drop=0.4))
        + pair(Piece(wing, slot, fabric, puff=8, lift=1.5, folds=Folds(0.4, 7, 18, 1.4), drop=0.5, lines=(crease,)))
        + [Piece(knot, slot, fabric, puff=4, lift=1.8, drop=0.5)]
    )
    return [p.moved(lambda q: o.shift(q, x, y)) for p in stack]


def tie_ends(x: float, y: float, long: float = 46, slot: str = "cloth", width: float = 7) -> list[Piece]:
    """A knot with two hanging ends."""
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
            o.loop((0, 0), (width * 1.4, -width * 0.9), (width * 2.4, -width * 0.1), (width * 1.5, width * 0.6)),
            slot,
            puff=3,
            lift=1.4,
            drop=0.45,
        )
    )
    knot = Piece(o.ellipse(0, 0, width * 0.7, width * 0.7, n=14), slot, puff=3, lift=1.6, drop=0.45)
    return [p.moved(lambda q: o.shift(q, x, y)) for p in ends + loops + [knot]]


def ruffle(line, deep: float, waves: float, slot: str = "cloth", phase: float = 0.0, shade: float = 1.0) -> Piece:
    """A gathered frill that hangs from a line drawn from left to right."""
    line = np.asarray(line, np.float32)
    x = line[:, 0]
    lower = o.wavy(o.shift(o.scale(line - line.mean(0), 1.06, 1.0) + line.mean(0), 0, deep * 0.8), deep * 0.3, waves, phase)
    outline = o.path(o.resample(line, 30), lower[::-1])
    half = float(np.ptp(x)) / 2
    mid = float(x.min() + half)
    pleats = Pleats(int(waves * 2), 1.7, mid, half, half * 1.06, float(line[:, 1].min()), float(line[:, 1].max() + deep))
    return Piece(outline, slot, puff=4, pleats=pleats, shade=shade, drop=0.5, lines=(Line(line, "seam", 1.8, strength=0.5),))


def beads(line, apart: float = 7, r: float = 2.4, slot: str = "pearl") -> list[Piece]:
    """Pearls along a line."""
    length = float(np.linalg.norm(np.diff(np.asarray(line), axis=0), axis=1).sum())
    return [
        Piece(o.ellipse(x, y, r, r, n=12), slot, "plastic", puff=r, lift=1.8, drop=0.5)
        for x, y in o.resample(line, max(3, int(length / apart)))
    ]


def lace_trim(line, deep: float = 14, slot: str = "lacing") -> list[Piece]:
    """A scalloped border with holes, hanging from a line drawn from left to right."""
    line = o.resample(line, 40)
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    scallops = max(3, int(length / (deep * 0.8)))
    lower = o.wavy(o.shift(line, 0, deep * 0.72), deep * 0.34, scallops)
    holes = []
    for y, r in ((0.34, 0.13), (0.72, 0.17)):
        holes += [
            o.ellipse(hx, hy + deep * y, deep * r, deep * r * 1.15, n=10) for hx, hy in o.resample(line, 2 * scallops + 1)[1::2]
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


def fringe(line, deep: float = 26, apart: float = 4.2, slot: str = "cloth", fabric: str | None = None, rng=None) -> list[Piece]:
    """Hanging strands from a line; one piece of many teeth."""
    line = np.asarray(line, np.float32)
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    at = o.resample(line, max(6, int(length / apart)))
    sway = (rng or np.random.default_rng(5)).normal(0, 1.2, (len(at), 2))
    teeth = []
    for (x, y), (sx, sy) in zip(at[::-1], sway):
        teeth += [
            (x + apart * 0.42, y + 3),
            (x + apart * 0.22 + sx, y + deep + sy),
            (x - apart * 0.22 + sx, y + deep + sy),
            (x - apart * 0.42, y + 3),
        ]
    return [Piece(o.path(at, teeth), slot, fabric, puff=1.6, lift=1.0, drop=0.45)]


def emblem(x: float, y: float, size: float = 7, slot: str = "trim", kind: int = 0) -> list[Piece]:
    """A small brand mark."""
    shapes = (
        o.box(-size, -size * 0.6, size, size * 0.6, 2),
        np.float32([[0, -size], [size * 0.9, size * 0.7], [-size * 0.9, size * 0.7]]),
        o.ellipse(0, 0, size * 0.8, size * 0.8, n=20),
        o.path(
            o.smooth((-size, -size * 0.4), (0, size * 0.5), (size * 1.2, -size * 0.8)),
            o.smooth((size * 1.2, -size * 0.8), (0, size), (-size, -size * 0.4)),
        ),
    )
    shape = o.shift(shapes[kind % 4], x, y)
    inner = o.shift(o.scale(shapes[kind % 4], 0.5), x, y)
    return [Piece(shape, slot, puff=1.5, lift=0.8, drop=0.3, holes=(inner,) if kind % 4 in (0, 2) else ())]


def embroidery(x: float, y: float, size: float = 16, slots=("stitching", "stitching2")) -> list[Piece]:
    """A stitched sprig: stems, leaves, three flowers."""
    pieces = [Piece(o.ribbon(o.smooth((0, size), (size * 0.2, 0), (-size * 0.1, -size)), 1.8), slots[1], puff=1, drop=0.2)]
    for lx, ly, turn in ((0.15, 0.5, 1.2), (0.1, 0.2, -1.2), (0.05, -0.3, 1.0)):
        leaf = o.path(o.smooth((0, 0), (3.5, -6), (0, -12), steps=5), o.smooth((0, -12), (-3.5, -6), (0, 0), steps=5))
        pieces.append(
            Piece(o.shift(o.rotate(o.scale(leaf, size / 18), turn), lx * size, ly * size), slots[1], puff=1.2, drop=0.2)
        )
    for fx, fy, r in ((-0.1, -1.0, 0.42), (0.55, -0.35, 0.34), (-0.5, 0.1, 0.34)):
        petals = [
            (r * size * (1.0 if k % 2 == 0 else 0.55) * np.cos(a), r * size * (1.0 if k % 2 == 0 else 0.55) * np.sin(a))
            for k, a in enumerate(np.linspace(0, 6.283, 10, endpoint=False))
        ]
        pieces.append(Piece(o.shift(o.loop(*petals, steps=4), fx * size, fy * size), slots[0], puff=2, lift=1.2, drop=0.3))
        pieces.append(Piece(o.ellipse(fx * size, fy * size, r * size * 0.24, r * size * 0.24, n=10), "gold", puff=1, drop=0))
    return [p.moved(lambda q: o.shift(q, x, y)) for p in pieces]
