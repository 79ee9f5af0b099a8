"""Sleeves and cuffs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import outlines as o
from demo.garments.blocks import Block
from demo.pieces import Folds, Line, Piece

SLEEVES = {"short": 56.0, "three-quarter": 118.0, "long": 172.0}


@dataclass(frozen=True)
class Arm:
    """A right sleeve.

    Its length, how far it stands off, half widths at elbow and wrist, and how the forearm turns in.
    """

    length: float
    angle: float = 0.36
    bend: float = 0.12
    elbow: float = 19
    wrist: float = 13
    puff: float = 0.0  # gathered fullness near the end


def sleeve(
    b: Block, arm: Arm, fold: float = 1.0, start: tuple[float, float] | None = None
) -> Piece:
    """Return the right sleeve, its upper end under the body."""
    sx, sy = start or (b.shoulder, b.slope)
    ux, uy = b.chest, b.underarm + 1
    ahead = np.array([np.sin(arm.angle), np.cos(arm.angle)], dtype=np.float32)
    fore = np.array([np.sin(arm.angle - arm.bend), np.cos(arm.angle - arm.bend)], dtype=np.float32)

    def across(d):
        return np.array([d[1], -d[0]], dtype=np.float32)

    root = np.array([(sx + ux) / 2, (sy + uy) / 2], dtype=np.float32)
    half = min(arm.length / 2, 92)
    elbow = root + ahead * half
    end = root + ahead * half + fore * max(arm.length - half - 16, 4)
    if arm.length < 80:
        elbow, end = root + ahead * arm.length * 0.45, root + ahead * arm.length * 0.86
    wide = arm.elbow if arm.length > 80 else (arm.elbow + np.hypot(ux - sx, uy - sy) / 2) / 2
    last = arm.wrist if arm.length > 80 else wide * 0.94
    out = o.smooth(
        (sx - 14, sy - 3),
        (sx - 1, sy + 0.5),
        (sx + 7, sy + 8),
        elbow + across(ahead) * (wide + 3 + arm.puff * 0.5),
        end + across(fore) * (last + arm.puff) - fore * 4,
        end + across(fore) * last,
    )
    inner = o.smooth(
        end - across(fore) * last,
        end - across(fore) * (last + arm.puff) - fore * 4,
        elbow - across(ahead) * (wide + arm.puff * 0.5),
        (ux, uy),
        (ux - 12, uy + 4),
    )
    outline = o.path(out, inner)
    along = 46.0 if arm.length > 80 else 30.0
    cuff = [
        Line(
            np.stack([end + across(fore) * last - fore * 6, end - across(fore) * last - fore * 6]),
            "stitch",
            0.8,
        )
    ]
    return Piece(
        outline,
        folds=Folds(1.05 * fold, 13, along, -(arm.angle - arm.bend * 0.5)),
        turn=-arm.angle + 0.0,
        puff=12,
        lines=tuple(cuff),
        drop=0.2,
    )


def cuff(
    b: Block,
    arm: Arm,
    tall: float,
    slot: str = "cloth",
    fabric: str | None = None,
    grow: float = 1.0,
    start=None,
) -> Piece:
    """Return a band at the right wrist, over the end of `sleeve`."""
    sx, sy = start or (b.shoulder, b.slope)
    root = np.array([(sx + b.chest) / 2, (sy + b.underarm + 1) / 2], dtype=np.float32)
    ahead = np.array([np.sin(arm.angle), np.cos(arm.angle)], dtype=np.float32)
    fore = np.array([np.sin(arm.angle - arm.bend), np.cos(arm.angle - arm.bend)], dtype=np.float32)
    side = np.array([fore[1], -fore[0]], dtype=np.float32)
    half = min(arm.length / 2, 92)
    end = root + ahead * half + fore * max(arm.length - half - 16, 4)
    if arm.length < 80:
        end = root + ahead * arm.length * 0.86
        side, fore = np.array([ahead[1], -ahead[0]], dtype=np.float32), ahead
    wide = (
        arm.wrist
        if arm.length > 80
        else (arm.elbow + np.hypot(b.chest - sx, b.underarm - sy) / 2) / 2 * 0.94
    ) * grow
    a, z = end - fore * 3, end + fore * tall
    outline = o.path(
        [a + side * wide, z + side * wide * 0.97, z - side * wide * 0.97, a - side * wide]
    )
    return Piece(
        outline,
        slot,
        fabric,
        puff=5,
        lift=1.1,
        turn=-arm.angle + arm.bend,
        drop=0.25,
        lines=(Line(np.stack([a + side * wide, a - side * wide]), "seam", 1.2),),
    )
