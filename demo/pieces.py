"""Pattern pieces, back to front: what every drawn item is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from demo import outlines


@dataclass(frozen=True)
class Folds:
    """Creases: wavelengths in reference pixels; `angle` turns the drape from the vertical."""

    amount: float = 1.0
    across: float = 15.0
    along: float = 70.0
    angle: float = 0.0


@dataclass(frozen=True)
class Pleats:
    """Pressed folds that run from (x, top) downwards and spread by `fan` on the way to `bottom`."""

    count: int
    depth: float
    x: float
    half_top: float
    half_bottom: float
    top: float
    bottom: float


@dataclass(frozen=True, eq=False)
class Line:
    """A mark on a piece: `stitch` (dashes of thread), `seam` (a groove), `ink` (a drawn line)."""

    points: np.ndarray
    kind: str = "seam"
    width: float = 1.0
    slot: str = "thread"
    strength: float = 0.35


@dataclass(frozen=True, eq=False)
class Piece:
    """One closed outline of one cloth.

    slot: whose colour it takes ("cloth" carries the pattern). fabric: None for the design's own.
    puff: radius in pixels over which the rim is rounded; lift: how high it stands.
    quilt: height of down chambers across the drape, in reference pixels (0: none).
    turn: rotation of the pattern on the piece. drop: how dark its shadow on the piece below is.
    """

    outline: np.ndarray
    slot: str = "cloth"
    fabric: str | None = None
    puff: float = 9.0
    lift: float = 1.0
    folds: Folds | None = None
    pleats: Pleats | None = None
    quilt: float = 0.0
    turn: float = 0.0
    shade: float = 1.0
    drop: float = 0.3
    alpha: float = 1.0
    holes: tuple = ()
    lines: tuple[Line, ...] = ()

    def moved(self, move: Callable[[np.ndarray], np.ndarray], turn: float = 0.0) -> Piece:
        """Return the piece with every point sent through `move`."""
        pleats = self.pleats
        if pleats is not None:
            a = move(
                np.array(
                    [
                        [pleats.x - pleats.half_top, pleats.top],
                        [pleats.x + pleats.half_top, pleats.top],
                        [pleats.x - pleats.half_bottom, pleats.bottom],
                        [pleats.x + pleats.half_bottom, pleats.bottom],
                    ],
                    dtype=np.float32,
                )
            )
            pleats = replace(
                pleats,
                x=float(a[:2, 0].mean()),
                half_top=float(np.ptp(a[:2, 0]) / 2),
                top=float(a[:2, 1].mean()),
                half_bottom=float(np.ptp(a[2:, 0]) / 2),
                bottom=float(a[2:, 1].mean()),
            )
        folds = self.folds and replace(self.folds, angle=self.folds.angle + turn)
        return replace(
            self,
            outline=move(self.outline),
            holes=tuple(move(h) for h in self.holes),
            pleats=pleats,
            folds=folds,
            turn=self.turn + turn,
            lines=tuple(replace(line, points=move(line.points)) for line in self.lines),
        )

    def mirrored(self) -> Piece:
        """Return the left-hand twin of a right-hand piece."""
        twin = self.moved(outlines.flip)
        folds = twin.folds and replace(twin.folds, angle=-twin.folds.angle)
        return replace(twin, turn=-self.turn, folds=folds)


def pair(piece: Piece) -> list[Piece]:
    """Return a right-hand piece and its left-hand twin."""
    return [piece.mirrored(), piece]


def shifted(pieces, dx: float, dy: float) -> list[Piece]:
    """Move the stack right and down."""
    return [p.moved(lambda q: outlines.shift(q, dx, dy)) for p in pieces]


def bounds(pieces) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of all outlines together."""
    points = np.concatenate([p.outline for p in pieces])
    return (*points.min(0), *points.max(0))


def placed(pieces, frame=(384.0, 512.0), margin=(30.0, 30.0), most: float = 1.45) -> list[Piece]:
    """Return the stack scaled (at most by `most`) and centred in the frame."""
    x0, y0, x1, y1 = bounds(pieces)
    k = min((frame[0] - 2 * margin[0]) / (x1 - x0), (frame[1] - 2 * margin[1]) / (y1 - y0), most)
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    centre = np.array([frame[0] / 2 - cx * k, frame[1] / 2 - cy * k], dtype=np.float32)
    grown = (replace(p, quilt=p.quilt * k, puff=p.puff * k**0.5) for p in pieces)
    return [
        p.moved(lambda q: (np.asarray(q, np.float32) * np.float32(k) + centre).astype(np.float32))
        for p in grown
    ]
