"""Jumpsuits, kurtas and robes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import bottoms, collars, fastenings, ornaments, tops
from demo.garments.blocks import body, inside_back, upper
from demo.garments.dresses import dress_closures, waists
from demo.garments.sleeves import cuff, sleeve
from demo.pieces import Line, Piece, pair


def draft_jumpsuit(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a bodice over trousers."""
    tape = Tape(rng, design.spread)
    fitted = replace(design, fit="slim", length=None)
    b = upper(fitted, tape)
    b = replace(
        b,
        shoulder=tape(48),
        chest=tape(51),
        waist=tape(46),
        hip=47.0,
        hem=46.0,
        waist_y=114.0,
        hip_y=118.0,
        hem_y=tape(120),
        curve=2,
        neck=min(b.neck, 40),
    )
    legs = bottoms.legs(
        replace(design, category="trousers"),
        tape,
        b.hem,
        tape(57),
        b.hem_y - 2,
        {"mini": 84.0, "knee": 140.0, "midi": 200.0}.get(design.length or "", 250.0),
    )
    plain = replace(fitted, details=design.details - {"belt", "tie", "pockets", "slit", "ruffle"})
    stack = [
        *tops.back_parts(design, b),
        *tops.sleeves(design, tape, b),
        *legs,
        tops.front(plain, b),
        *tops.necks(design, tape, b),
    ]
    stack += (
        dress_closures(design, tape, b, b.hem_y + 4)
        + tops.trimmings(plain, tape, b)
        + waists(design, tape, b)
    )
    if not (design.has("belt") or design.has("tie")):
        stack.append(
            Piece(
                o.ribbon(o.smooth((-b.hem, b.hem_y - 3), (0, b.hem_y), (b.hem, b.hem_y - 3)), 8),
                puff=4,
                drop=0.25,
            )
        )
    if design.has("pockets"):
        stack += pair(
            fastenings.welt_pocket(b.hem * 0.55, b.hem_y + 10, b.hem * 1.05, b.hem_y + 44, 5)
        )
    return stack


def draft_kurta(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a long straight tunic with side slits.

    It has a half placket, and a mandarin collar or a round neck.
    """
    tape = Tape(rng, design.spread)
    b = upper(replace(design, length=None), tape)
    b = replace(b, waist=max(b.waist, b.chest * 0.96), hip=max(b.hip, b.chest))
    low = b.waist_y + {"knee": 170.0, "midi": 210.0, "mini": 120.0}.get(
        design.length or "knee", 170.0
    )
    grow = {"a-line": 1.5, "slim": 1.02, "flared": 1.7}.get(design.fit or "", 1.14)
    b = replace(b, hem_y=low, hem=b.hip * grow, hip_y=b.waist_y + 60)
    tall = (low - b.waist_y) * 0.5
    side = [(b.hem * 0.8, low - tall), (b.hem * 0.8 + 10, low + 20), (b.hem * 0.8 - 6, low + 20)]
    slit = np.array(side, dtype=np.float32)
    holes = [slit, o.flip(slit)] if design.has("slit") else []
    piece = replace(
        tops.front(replace(design, details=design.details - {"slit"}), b), holes=tuple(holes)
    )
    stack = [*tops.back_parts(design, b), *tops.sleeves(design, tape, b), piece]
    stack += (
        collars.mandarin_collar(b)
        if design.neckline == "collar"
        else collars.rib_neck(b, design.neckline, 6, "accent", "cotton")
    )
    top = b.depth + 2
    if design.has("buttons"):
        stack += [
            fastenings.placket(0, top - 2, top + 76, 12, "cloth"),
            *fastenings.buttons(0, top + 8, top + 62, 4, 2.8),
        ]
    if design.has("embroidery"):
        for sign in (-1, 1):
            stack += [
                q for y in (top + 14, top + 46) for q in ornaments.embroidery(sign * 19, y, 14)
            ]
        half = b.hem * (0.76 if design.has("slit") else 0.93)
        band = np.array([(-half, low - 18), (half, low - 18)], dtype=np.float32)
        stack += [
            Piece(
                o.ribbon(band, 9),
                "stitching",
                puff=2,
                drop=0.15,
                lines=(Line(band, "stitch", 3, "gold", 0.5),),
            )
        ]
    if design.has("pockets"):
        stack += pair(
            fastenings.welt_pocket(b.hip * 0.72, b.waist_y + 40, b.hip * 0.8, b.waist_y + 84, 5)
        )
    return stack


def draft_robe(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a wrapped robe with a shawl collar and a tied belt."""
    tape = Tape(rng, design.spread)
    b = upper(replace(design, fit="loose", length=None, neckline="v-neck"), tape)
    low = (
        b.waist_y
        + {"mini": 100.0, "knee": 160.0, "midi": 220.0, "maxi": 285.0}[design.length or "knee"]
    )
    b = replace(b, hem_y=low, hem=b.hip * 1.22, hip_y=b.waist_y + 56, depth=b.waist_y - 8)
    arm = tops.arm_of(design, tape, b)
    arm = replace(arm, wrist=arm.wrist * 1.75, elbow=arm.elbow * 1.2)
    stack = [
        inside_back(b, shade=0.6),
        *pair(sleeve(b, arm)),
        *pair(cuff(b, arm, 10)),
        body(b, design, 1.0, (fastenings.opening(6, b.depth, low + 6, 0.6),)),
    ]
    shawl = o.path(
        o.smooth((b.neck * 0.7, -8), (b.neck + 7, 0), (b.neck + 9, 30), (14, b.depth + 8)),
        o.smooth((-4, b.depth + 6), (b.neck * 0.6, 46), (b.neck * 0.9, 6)),
    )
    stack += [
        *pair(Piece(shawl, puff=6, drop=0.45)),
        Piece(
            o.ribbon(o.smooth((-b.neck * 0.9, -4), (0, -9), (b.neck * 0.9, -4)), 9),
            puff=4,
            shade=0.85,
            drop=0.1,
        ),
    ]
    if design.has("pockets"):
        stack += [
            q
            for p in fastenings.patch_pocket(
                b.hip * 0.34, b.waist_y + 36, b.hip * 0.9, b.waist_y + 84, point=0
            )
            for q in pair(p)
        ]
    if design.has("hood"):
        behind, _ = collars.hood(replace(b, depth=22), up=False, cords=False)
        stack = behind + stack
    if design.has("belt"):
        half = b.waist * 1.02
        stack += [
            Piece(
                o.ribbon(o.smooth((-half, b.waist_y), (0, b.waist_y + 4), (half, b.waist_y)), 12),
                puff=5,
                drop=0.5,
            ),
            *ornaments.tie_ends(-8, b.waist_y + 2, 80, width=9),
        ]
    if design.has("lace trim"):
        stack += ornaments.lace_trim(
            o.smooth((-b.hem * 0.97, low - 2), (0, low + 3), (b.hem * 0.97, low - 2)), 16
        )
    return stack
