"""Skirts, alone or below a bodice: width by cut and length, slits, trimmings of the hem."""

from __future__ import annotations

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import fastenings, ornaments
from demo.garments.blocks import Block
from demo.pieces import Folds, Line, Piece, Pleats, pair

HEMS = {"mini": 106.0, "knee": 172.0, "midi": 236.0, "maxi": 316.0}  # below the waist


def skirt_half_width(fit: str | None, long: float, hip: float, tape: Tape) -> float:
    """Return half the hem's width for a cut and a length."""
    grow = {
        "slim": 0.02,
        "straight": 0.1,
        "a-line": 0.32,
        "fit-and-flare": 0.56,
        "flared": 0.62,
        "loose": 0.3,
    }.get(fit or "", 0.25)
    return tape(hip + grow * long * (1 if long < 200 else 0.8), 0.04)


def skirt_piece(
    design: Design, tape: Tape, waist: float, top: float, long: float, hip: float
) -> tuple[Piece, float]:
    """Return the skirt's front from the waist down, and half its hem."""
    hem = skirt_half_width(design.fit, long, hip, tape)
    bow = 4 + hem * 0.07
    bottom = top + long
    hip_y = top + min(52, long * 0.45)
    if design.fit in ("fit-and-flare", "flared"):
        side = o.smooth(
            (waist, top),
            (waist + (hem - waist) * 0.3, top + long * 0.2),
            (waist + (hem - waist) * 0.66, top + long * 0.56),
            (hem, bottom),
        )
    elif design.fit == "slim":
        side = o.smooth(
            (waist, top),
            (hip * 0.97, top + 26),
            (hip, hip_y),
            ((hip + hem) / 2, (hip_y + bottom) / 2),
            (hem * 0.97, bottom),
        )
    else:
        side = o.smooth(
            (waist, top), (hip - 1, hip_y), ((hip + hem) / 2, (hip_y + bottom) / 2), (hem, bottom)
        )
    edge = o.smooth(
        (hem, bottom),
        (hem * 0.6, bottom + bow * 0.75),
        (hem * 0.25, bottom + bow),
        (0, bottom + bow * 1.04),
    )
    outline = o.mirror(o.path([(0, top)], side, edge))
    full = np.concatenate([o.flip(edge), edge[::-1]])
    flare = design.fit in ("fit-and-flare", "flared", "a-line", "loose")
    if design.has("pleats"):
        pleats = Pleats(int(tape.between(9, 14)), 3.4, 0, waist, hem, top, bottom)
    elif flare:
        pleats = Pleats(
            int(tape.between(4, 7)),
            2.6 if design.fit != "a-line" else 1.5,
            0,
            waist,
            hem,
            top,
            bottom,
        )
    else:
        pleats = None
    folds = Folds(0.5 if pleats else 0.8, 17, 110 if long > 150 else 80)
    piece = Piece(
        outline,
        puff=14,
        folds=folds,
        pleats=pleats,
        holes=tuple(slits(design, hem, bottom, bow, long)),
        lines=(Line(o.shift(full, 0, -6), "stitch", 0.8),),
        drop=0.3,
    )
    return piece, hem


def slits(design: Design, hem: float, bottom: float, bow: float, long: float) -> list[np.ndarray]:
    """Return the slits cut into the hem."""
    if not design.has("slit"):
        return []
    x, tall = hem * 0.42, min(long * 0.52, 150)
    return [
        o.path(
            o.smooth((x, bottom - tall), (x - 3, bottom - tall * 0.5), (x - 9, bottom + bow + 14)),
            [(x + 17, bottom + bow + 14)],
            o.smooth((x + 15, bottom + bow), (x + 6, bottom - tall * 0.5), (x, bottom - tall)),
        )
    ]


def skirt_trims(design: Design, tape: Tape, b: Block, hem: float, bottom: float) -> list[Piece]:
    """Return ruffles, lace and fringe along the hem of a skirt or dress."""
    bow = 4 + hem * 0.07

    def line(up):
        right = o.smooth(
            (0, bottom - up + bow), (hem * 0.5, bottom - up + bow * 0.8), (hem * 0.97, bottom - up)
        )
        return np.concatenate([o.flip(right)[::-1][:-1], right])

    stack: list[Piece] = []
    if design.has("ruffle"):
        if design.cut == "tiered":
            tall = bottom - b.hem_y
            for up in (tall * 0.62, tall * 0.34):
                k = (b.hem + (hem - b.hem) * (1 - up / tall)) / hem
                stack.append(
                    ornaments.ruffle(o.scale(line(up), k * 0.99, 1), tall * 0.26, 9, phase=up)
                )
        stack.append(ornaments.ruffle(line(20), 34, 11))
    if design.has("lace trim"):
        stack += ornaments.lace_trim(line(3), 18)
    if design.has("fringe"):
        stack += ornaments.fringe(line(16), 44)
    return stack


def draft_skirt(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a skirt."""
    tape = Tape(rng, design.spread)
    waist, hip = tape(46), tape(60)
    long = tape(HEMS[design.length or "knee"] * 1.02, 0.025)
    piece, hem = skirt_piece(design, tape, waist, 0, long, hip)
    back = Piece(
        o.path(
            o.smooth((-waist, -11), (0, -14), (waist, -11)),
            o.smooth((waist, 0), (0, 8), (-waist, 0)),
        ),
        puff=3,
        shade=0.55,
        drop=0,
    )
    band = o.path(
        o.smooth((-waist, -12), (0, -7), (waist, -12)),
        o.smooth((waist + 1, 3), (0, 8), (-waist - 1, 3)),
    )
    b = Block(waist=waist, hem=waist, hem_y=0)
    stack = [back, piece, *skirt_trims(design, tape, b, hem, long)]
    stack.append(
        Piece(
            band,
            puff=4,
            lift=0.8,
            drop=0.35,
            lines=(Line(np.concatenate([band, band[:1]]), "seam", 1.2, strength=0.3),),
        )
    )
    if design.has("buttons"):
        stack += [
            fastenings.placket(0, 4, long + hem * 0.06, 12),
            *fastenings.buttons(0, 0, long - 14, 6 if long < 150 else 9, 3.2),
        ]
    if design.has("zipper"):
        stack += fastenings.zipper(
            [(0, 0), (0, min(long * 0.5, 70) if design.cut != "full zip" else long)]
        )
    if design.has("pockets"):
        if design.fabric in ("denim", "canvas", "leather") or design.cut == "patch pockets":
            stack += [q for p in fastenings.patch_pocket(16, 20, 46, 56) for q in pair(p)]
        else:
            stack += pair(fastenings.welt_pocket(waist * 0.62, 12, waist * 1.02, 48, 5))
    if design.has("belt"):
        stack += fastenings.waist_belt(waist * 1.02, -5, 12)
    if design.has("bow"):
        stack += ornaments.bow(tape.one(-18, 0, 20), 0, tape(22), tails=2.2)
    if design.has("tie"):
        stack += ornaments.tie_ends(tape.one(-22, 22), 0, tape(58))
    if design.has("embroidery"):
        stack += [
            q for x in (-hem * 0.45, 0, hem * 0.45) for q in ornaments.embroidery(x, long - 34, 19)
        ]
    if design.has("beads"):
        stack += ornaments.beads(
            o.smooth((-waist * 0.95, 10), (0, 15), (waist * 0.95, 10)), 7.5, 2.5
        )
    return stack
