"""Neck bands, collars, lapels and hoods."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.garments.blocks import Block, front_neck
from demo.pieces import Folds, Line, Piece, pair


def rib_neck(
    b: Block, neckline: str | None, width: float = 7, slot: str = "cloth", fabric: str = "rib"
) -> list[Piece]:
    """Return the neck band, over the back and over the front of the neck."""
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
    """Return a plain neck edge: a fine rolled hem with stitches below it."""
    right = front_neck(b, neckline)
    front = np.concatenate([o.flip(right)[::-1][:-1], right])
    return [
        Piece(
            o.ribbon(front, 3.4),
            puff=1.8,
            drop=0.2,
            lines=(Line(o.shift(front, 0, 4), "stitch", 0.7),),
        )
    ]


def shirt_collar(
    b: Block, slot: str = "cloth", spread: float = 1.0, tall: float = 1.0
) -> list[Piece]:
    """Return a stand and two points, closed at the neck."""
    n, d = b.neck, b.depth
    stand_back = Piece(
        o.path(
            o.smooth(
                (-n - 2, 1),
                (-n * 0.8, -11 * tall),
                (0, -14 * tall),
                (n * 0.8, -11 * tall),
                (n + 2, 1),
            ),
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
        lines=(
            Line(edge, "seam", 1.0, strength=0.25),
            Line(o.scale(edge - edge.mean(0), 0.84) + edge.mean(0), "stitch", 0.7),
        ),
    )
    return [stand_back, *pair(leaf)]


def mandarin_collar(b: Block, slot: str = "cloth") -> list[Piece]:
    """Return a low stand, open in the middle."""
    n = b.neck
    back = Piece(
        o.path(o.smooth((-n, -7), (0, -4), (n, -7)), o.smooth((n, 6), (0, 10), (-n, 6))),
        slot,
        puff=3,
        shade=0.65,
        drop=0.1,
    )
    band = o.path(
        o.smooth((n - 1, -8), (n * 0.66, 5), (2, b.depth + 2)),
        o.smooth((2, b.depth + 12), (n * 0.8, 12), (n + 4, 0)),
    )
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


def stand_collar(
    b: Block, tall: float = 20, slot: str = "cloth", fabric: str | None = None
) -> list[Piece]:
    """Return the collar of a zipped jacket, closed to the chin."""
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
    return [
        Piece(inner, slot, fabric, puff=2, shade=0.5, drop=0),
        Piece(outline, slot, fabric, puff=8, lift=1.1, drop=0.35),
    ]


def turtleneck(b: Block, tall: float = 30) -> list[Piece]:
    """Return a folded neck tube."""
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
    return [
        Piece(tube, fabric="rib", puff=8, drop=0.3),
        Piece(fold, fabric="rib", puff=7, lift=1.2, drop=0.55),
    ]


def hood(
    b: Block, slot: str = "cloth", up: bool = True, cords: bool = True, lining: str = "cloth"
) -> tuple[list[Piece], list[Piece]]:
    """Return what lies behind the body and what lies over it."""
    n = b.neck + 15
    tall = 66 if up else 30
    crown = o.mirror(
        o.path(
            o.smooth(
                (0, -tall),
                (n * 0.66, -tall * 0.93),
                (n * 1.08, -tall * 0.52),
                (n * 1.1, -tall * 0.1),
                (n * 0.98, 12),
            ),
            [(0, b.depth + 20)],
        )
    )
    behind = [Piece(crown, slot, puff=16, folds=Folds(0.8, 16, 40), drop=0.25)]
    mouth = o.mirror(
        o.path(
            o.smooth(
                (0, -tall * 0.8),
                (n * 0.46, -tall * 0.68),
                (n * 0.68, -tall * 0.3),
                (n * 0.55, 6),
                (2, b.depth + 16),
            )
        )
    )
    over = [Piece(mouth, lining, puff=7, lift=-0.8, shade=0.5, drop=0)]
    rim = o.smooth(
        (0, -tall * 0.8),
        (n * 0.46, -tall * 0.68),
        (n * 0.68, -tall * 0.3),
        (n * 0.55, 6),
        (2, b.depth + 16),
    )
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
        over += pair(
            Piece(
                o.box(5, b.depth + 56, 9.4, b.depth + 64, 1.5), "metal", "metal", puff=1.6, drop=0.4
            )
        )
    return behind, over


def lapels(
    b: Block, deep: float, wide: float, slot: str = "cloth", notch: bool = True
) -> list[Piece]:
    """Return a rolled collar and lapels down to the first button at `deep`."""
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
        o.path(
            o.smooth((-n - 2, -1), (-n * 0.7, -10), (0, -12), (n * 0.7, -10), (n + 2, -1)),
            o.smooth((n, 3), (0, 9), (-n, 3)),
        ),
        slot,
        puff=4,
        shade=0.82,
        drop=0.15,
    )

    def edge(p):
        return (Line(np.concatenate([p, p[:1]]), "seam", 1.1, strength=0.3),)

    return [
        back,
        *pair(Piece(lapel, slot, puff=6, turn=-0.25, drop=0.55, lines=edge(lapel))),
        *pair(Piece(collar, slot, puff=5, turn=-0.6, drop=0.45, lines=edge(collar))),
    ]
