"""Dresses and gowns: a bodice over a skirt, or both cut in one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import collars, fastenings, ornaments, tops
from demo.garments.blocks import Block, hem_line, opening_top, upper
from demo.garments.skirts import HEMS, skirt_piece, skirt_trims
from demo.pieces import Line, Piece, pair


def draft_dress(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a bodice of `tops` over a skirt."""
    tape = Tape(rng, design.spread)
    fitted = replace(
        design,
        fit="slim" if design.fit in ("slim", "fit-and-flare", "a-line") else design.fit,
        length=None,
    )
    b = upper(fitted, tape)
    waist = {
        "fit-and-flare": 41,
        "slim": 45,
        "a-line": 47,
        "straight": 55,
        "flared": 43,
        "loose": 62,
    }.get(design.fit or "", 48)
    b = replace(
        b,
        shoulder=tape(50),
        chest=tape(52 if design.fit != "loose" else 58),
        waist=tape(waist),
        hip=tape(waist + 1),
        hem=tape(waist),
        waist_y=tape(116),
        hip_y=120.0,
        hem_y=tape(121),
        curve=2,
        neck=min(b.neck, 42),
    )
    long = tape(HEMS[design.length or "knee"], 0.025)
    hip = max(57, waist + 3)
    skirt, hem = skirt_piece(design, tape, b.hem * 1.0, b.hem_y - 2, long, hip)
    bodice = tops.front(replace(fitted, details=design.details - {"slit"}), b)
    seamless = design.fit in ("straight", "loose", "slim")
    bodice = replace(
        bodice,
        lines=()
        if seamless
        else (
            Line(
                o.shift(np.concatenate([o.flip(hem_line(b)), hem_line(b)[::-1]]), 0, -2),
                "seam",
                1.6,
                strength=0.35,
            ),
        ),
        drop=0.0 if seamless else 0.3,
    )
    upper_parts = [bodice]
    if seamless:
        skirt = joined(skirt, bodice)
        upper_parts = []
    plain = replace(
        fitted, details=design.details - {"ruffle", "lace trim", "fringe", "belt", "tie", "slit"}
    )
    stack = [*tops.back_parts(design, b), *tops.sleeves(design, tape, b), skirt]
    stack += skirt_trims(design, tape, b, hem, b.hem_y + long)
    stack += upper_parts
    stack += tops.necks(design, tape, b)
    stack += dress_closures(design, tape, b, b.hem_y + long)
    stack += tops.trimmings(plain, tape, b)
    stack += waists(design, tape, b)
    if design.has("pockets"):
        y = b.hem_y + 22
        if design.cut == "patch pockets":
            stack += [q for p in fastenings.patch_pocket(17, y, 47, y + 36) for q in pair(p)]
        else:
            stack += pair(fastenings.welt_pocket(hip * 0.62, y, hip * 0.86, y + 34, 5))
    return stack


def joined(skirt: Piece, bodice: Piece) -> Piece:
    """Return skirt and bodice cut in one, without a waist seam."""
    n = len(bodice.outline) // 2
    right = bodice.outline[:n]
    at = int(np.argmax(right[:, 1] > right[:, 1].max() - 6))
    m = len(skirt.outline) // 2
    half = np.concatenate([right[:at], skirt.outline[3:m]])
    left_bodice, left_skirt = bodice.outline[n:][::-1], skirt.outline[m:][::-1]
    left = np.concatenate([left_bodice[:at], left_skirt[3:m]])
    return replace(
        skirt, outline=np.concatenate([half, left[::-1]]), holes=skirt.holes + bodice.holes
    )


def dress_closures(design: Design, tape: Tape, b: Block, bottom: float) -> list[Piece]:
    """Return zips, buttons and plackets down to `bottom`."""
    top = opening_top(design, b)
    stack: list[Piece] = []
    if design.has("buttons"):
        stack.append(fastenings.placket(0, top - 2, bottom + 2, 11))
        stack += fastenings.buttons(0, top + 8, bottom - 16, 9 if bottom < 320 else 12, 2.7)
    if design.has("zipper"):
        stack += fastenings.zipper([(0, top), (0, b.hem_y + 34)])
    if design.has("hood"):
        behind, over = collars.hood(b, cords=True)
        stack = behind + over + stack
    return stack


def waists(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Return belts and ties at the waist."""
    if design.has("belt"):
        return fastenings.waist_belt(b.hem * 1.01, b.hem_y - 1, 10)
    if design.has("tie"):
        band = Piece(
            o.ribbon(
                o.smooth((-b.hem - 1, b.hem_y - 3), (0, b.hem_y), (b.hem + 1, b.hem_y - 3)), 9
            ),
            puff=4,
            drop=0.4,
        )
        return [band, *ornaments.tie_ends(tape.one(-12, 0, 14), b.hem_y - 1, tape(56))]
    return []
