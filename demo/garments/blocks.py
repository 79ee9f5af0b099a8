"""The basic blocks: measures of an upper body, its outline, its necklines.

x = 0 is the middle, y = 0 the highest point of the shoulder. A T-shirt is about 140 wide and 190
long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.pieces import Folds, Line, Piece, Pleats, pair

BARE = ("strapless", "off-shoulder", "one-shoulder", "halter")


@dataclass(frozen=True)
class Block:
    """Half widths (shoulder, neck, chest, waist, hip, hem) and heights of an upper body."""

    shoulder: float = 66
    slope: float = 15
    neck: float = 25
    depth: float = 20
    chest: float = 68
    underarm: float = 72
    waist: float = 64
    waist_y: float = 130
    hip: float = 68
    hip_y: float = 180
    hem: float = 68
    hem_y: float = 190
    curve: float = 5
    top: float = 46  # where a bodice without shoulders begins


def upper(design: Design, tape: Tape, **changes) -> Block:
    """Return the block of a top for the design's gender and fit."""
    women = {
        "shoulder": tape(55),
        "neck": tape(23),
        "chest": tape(57),
        "underarm": tape(66),
        "waist": tape(51),
        "waist_y": tape(118),
        "hip": tape(58),
        "hem": tape(58),
        "hem_y": tape(176),
    }
    men = {
        "shoulder": tape(66),
        "neck": tape(25),
        "chest": tape(68),
        "underarm": tape(74),
        "waist": tape(64),
        "waist_y": tape(132),
        "hip": tape(66),
        "hem": tape(66),
        "hem_y": tape(192),
    }
    block = replace(Block(slope=tape(14)), **(men if design.men else women))
    ease = {"slim": (0.95, 0.88), "loose": (1.14, 1.2), "straight": (1.03, 1.06)}.get(
        design.fit or "", (1.0, 1.0)
    )
    block = replace(
        block,
        chest=block.chest * ease[0],
        waist=block.waist * ease[1],
        hip=block.hip * ease[1] ** 0.8,
        hem=block.hem * ease[1] ** 0.8,
        shoulder=block.shoulder * ease[0] ** 0.6,
    )
    if design.length == "cropped":
        block = replace(
            block, hem_y=block.waist_y * tape(0.96), hem=block.waist * 1.02, hip_y=block.waist_y
        )
    depth, neck = {
        "crew": (19, 1.0),
        "v-neck": (62, 1.1),
        "scoop": (46, 1.35),
        "boat": (10, 1.75),
        "square": (42, 1.42),
        "sweetheart": (48, 1.5),
        "low": (96, 1.25),
        "collar": (26, 1.0),
        "turtleneck": (12, 0.86),
        "high": (9, 0.9),
    }.get(design.neckline or "", (19, 1.0))
    if design.gender in ("girls", "boys"):
        block = replace(block, shoulder=block.shoulder * 0.97, hem_y=block.hem_y * 0.92)
    block = replace(
        block,
        depth=tape(depth, 0.06),
        neck=min(block.neck * neck, block.shoulder - 9),
        hip_y=min(block.hip_y, block.hem_y - 4),
    )
    return replace(block, **changes)


def front_neck(block: Block, neckline: str | None) -> np.ndarray:
    """Return the right half of the front neck edge, from the middle up to the shoulder."""
    n, d = block.neck, block.depth
    if neckline == "v-neck":
        return o.smooth((0, d), (n * 0.52, d * 0.47), (n, 0))
    if neckline == "low":
        return o.smooth((0, d), (n * 0.2, d * 0.78), (n * 0.62, d * 0.36), (n, 0))
    if neckline == "square":
        return o.path([(0, d), (n * 0.93, d)], [(n, 0)])
    if neckline == "sweetheart":
        return o.path(
            o.smooth((0, d), (n * 0.16, d - 9), (n * 0.5, d - 15), (n * 0.85, d - 8)),
            o.smooth((n * 0.95, d - 14), (n * 1.0, d * 0.4), (n, 0)),
        )
    return o.smooth((0, d), (n * 0.5, d * 0.94), (n * 0.86, d * 0.62), (n, 0))


def _side(b: Block) -> np.ndarray:
    """Return the right side from underarm to hem."""
    points = [(b.chest, b.underarm), (b.waist, b.waist_y)]
    if b.hip_y - b.waist_y > 18:
        points.append((b.hip, b.hip_y - 6))
    if b.hem_y - max(b.hip_y, b.waist_y) > 22:
        points.append(((b.hip + b.hem) / 2 + (b.hem - b.hip) * 0.06, (b.hip_y + b.hem_y) / 2))
    if b.hem_y - b.waist_y < 8:
        points.pop()
    return o.smooth(*points, (b.hem, b.hem_y))


def hem_line(b: Block) -> np.ndarray:
    """Return the right half of the hem, from the side to the middle."""
    return o.smooth(
        (b.hem, b.hem_y),
        (b.hem * 0.62, b.hem_y + b.curve * 0.75),
        (b.hem * 0.3, b.hem_y + b.curve),
        (0, b.hem_y + b.curve * 1.05),
    )


def body_outline(b: Block, neckline: str | None, sleeveless: bool) -> np.ndarray:
    """Return the front of an upper body."""
    side, hem = _side(b), hem_line(b)
    if neckline == "strapless":
        top = o.smooth(
            (0, b.top + 6),
            (b.chest * 0.3, b.top - 1),
            (b.chest * 0.7, b.top),
            (b.chest * 0.98, b.top + 14),
        )
        return o.mirror(o.path(top, side, hem))
    if neckline == "off-shoulder":
        top = o.smooth(
            (0, b.top - 4), (b.shoulder * 0.55, b.top - 8), (b.shoulder * 1.03, b.top - 18)
        )
        return o.mirror(
            o.path(
                top,
                o.smooth((b.shoulder * 1.03, b.top - 16), (b.chest * 1.02, b.underarm)),
                side,
                hem,
            )
        )
    if neckline == "halter":
        n = b.neck * 0.72
        top = o.smooth((0, 26), (n * 0.6, 16), (n, -8))
        arm = o.smooth(
            (n + 9, -8), (n + 13, 18), (b.chest * 0.62, 42), (b.chest * 0.96, b.underarm)
        )
        return o.mirror(o.path(top, arm, side, hem))
    if neckline == "one-shoulder":
        return _one_shoulder(b, sleeveless)
    shoulder = b.shoulder * (0.9 if sleeveless else 1.0)
    inset = 0.86 if sleeveless else 0.96
    arm = o.smooth(
        (shoulder, b.slope),
        (shoulder * inset, b.slope + (b.underarm - b.slope) * 0.55),
        (b.chest * 0.98, b.underarm - 2),
        (b.chest, b.underarm),
    )
    return o.mirror(o.path(front_neck(b, neckline), arm, side, hem))


def _one_shoulder(b: Block, sleeveless: bool) -> np.ndarray:
    """Return a front that hangs on its right shoulder alone."""
    outer = b.shoulder * (0.86 if sleeveless else 0.99)
    arm = o.smooth(
        (outer, b.slope),
        (b.shoulder * (0.78 if sleeveless else 0.95), 46),
        (b.chest * 0.97, b.underarm - 4),
        (b.chest, b.underarm),
    )
    right = o.path([(b.neck * 1.25, 5)], arm, _side(b), hem_line(b))
    left = o.flip(o.path(_side(b), hem_line(b)))[::-1]
    edge = o.smooth(
        (-b.chest * 0.97, b.top + 18),
        (-b.chest * 0.3, b.top + 2),
        (b.neck * 0.7, 28),
        (b.neck * 1.25, 5),
    )
    return o.path(right, left, edge)


def opening_top(design: Design, b: Block) -> float:
    """Return the height at which a front opening begins.

    It is the neck edge, or the top of a bodice without shoulders.
    """
    hangs = design.has("straps") or design.has("spaghetti straps")
    if hangs:
        return (
            b.top
            + {"v-neck": 30, "low": 58, "sweetheart": 20, "scoop": 18}.get(design.neckline or "", 0)
            + 1
        )
    return {
        "strapless": b.top + 7,
        "off-shoulder": b.top - 3,
        "one-shoulder": b.top + 2,
        "halter": 27,
    }.get(design.neckline or "", b.depth + 1)


def strap_outline(b: Block, neckline: str | None) -> np.ndarray:
    """Return a bodice that hangs on straps: its top edge lies below the shoulders."""
    c, t = b.chest, b.top
    edge = {
        "v-neck": o.smooth((0, t + 30), (c * 0.3, t + 8), (c * 0.56, t - 12)),
        "sweetheart": o.smooth(
            (0, t + 20), (c * 0.1, t + 6), (c * 0.38, t - 10), (c * 0.58, t - 10)
        ),
        "scoop": o.smooth((0, t + 18), (c * 0.32, t + 10), (c * 0.56, t - 12)),
        "low": o.smooth((0, t + 58), (c * 0.22, t + 20), (c * 0.56, t - 12)),
    }.get(neckline or "", o.path([(0, t), (c * 0.56, t)], [(c * 0.57, t - 10)]))
    arm = o.smooth(
        (c * 0.6, t - 12), (c * 0.74, t + 6), (c * 0.97, b.underarm - 4), (c, b.underarm)
    )
    return o.mirror(o.path(edge, arm, _side(b), hem_line(b)))


def straps(b: Block, width: float, slot: str = "cloth") -> list[Piece]:
    """Return shoulder straps from the bodice over the shoulder to the back."""
    front = o.smooth((b.chest * 0.57, b.top - 8), (b.chest * 0.5, b.top - 30), (b.chest * 0.44, 0))
    back = o.smooth((b.chest * 0.44, 0), (b.chest * 0.4, b.top - 26), (b.chest * 0.42, b.top + 6))
    return [
        p
        for line, shade in ((back, 0.66), (front, 1.0))
        for p in pair(Piece(o.ribbon(line, width), slot, puff=width / 2, shade=shade, drop=0.2))
    ]


def inside_back(b: Block, slot: str = "cloth", shade: float = 0.55) -> Piece:
    """Return the back of the neck as seen through the opening."""
    n = b.neck
    rise = o.smooth((-n - 2, -1), (-n * 0.5, 5), (0, 7), (n * 0.5, 5), (n + 2, -1))
    return Piece(
        o.path(
            rise, [(n + 6, 22), (n * 0.7, b.depth + 14), (-n * 0.7, b.depth + 14), (-n - 6, 22)]
        ),
        slot,
        puff=3,
        lift=0.4,
        shade=shade,
        drop=0,
        turn=0.0,
    )


def hem_stitches(b: Block, up: float = 5) -> Line:
    """Return the line of stitches above the hem."""
    edge = hem_line(b)
    return Line(o.shift(np.concatenate([edge, o.flip(edge)[::-1]]), 0, -up), "stitch", 0.8)


def body(
    b: Block,
    design: Design,
    fold: float = 1.0,
    lines: tuple = (),
    holes: tuple = (),
    pleats: Pleats | None = None,
    sleeveless: bool | None = None,
) -> Piece:
    """Return the front piece of an upper body."""
    bare = design.sleeve == "sleeveless" if sleeveless is None else sleeveless
    hangs = design.has("straps") or design.has("spaghetti straps")
    outline = strap_outline(b, design.neckline) if hangs else body_outline(b, design.neckline, bare)
    return Piece(
        outline,
        folds=Folds(fold, 17, 80),
        puff=15,
        lines=(hem_stitches(b), *lines),
        holes=holes,
        pleats=pleats,
        drop=0.28,
    )
