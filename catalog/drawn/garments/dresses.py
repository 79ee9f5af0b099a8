"""Dresses, gowns, skirts, jumpsuits, kurtas, robes: what hangs from waist or shoulder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import outlines as o
from ..design import Design, Tape
from ..pieces import Folds, Line, Piece, Pleats, pair
from . import bottoms, tops, trims
from .blocks import Block, body, cuff, hem_line, inside_back, opening_top, sleeve, upper

HEMS = {"mini": 106.0, "knee": 172.0, "midi": 236.0, "maxi": 316.0}  # below the waist


def skirt_half_width(fit: str | None, long: float, hip: float, tape: Tape) -> float:
    """Half width of the hem for a cut and a length."""
    grow = {"slim": 0.02, "straight": 0.1, "a-line": 0.32, "fit-and-flare": 0.56, "flared": 0.62, "loose": 0.3}.get(
        fit or "", 0.25
    )
    return tape(hip + grow * long * (1 if long < 200 else 0.8), 0.04)


def skirt_piece(design: Design, tape: Tape, waist: float, top: float, long: float, hip: float) -> tuple[Piece, float]:
    """The skirt's front from the waist down, and half its hem."""
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
            (waist, top), (hip * 0.97, top + 26), (hip, hip_y), ((hip + hem) / 2, (hip_y + bottom) / 2), (hem * 0.97, bottom)
        )
    else:
        side = o.smooth((waist, top), (hip - 1, hip_y), ((hip + hem) / 2, (hip_y + bottom) / 2), (hem, bottom))
    edge = o.smooth((hem, bottom), (hem * 0.6, bottom + bow * 0.75), (hem * 0.25, bottom + bow), (0, bottom + bow * 1.04))
    outline = o.mirror(o.path([(0, top)], side, edge))
    full = np.concatenate([o.flip(edge), edge[::-1]])
    flare = design.fit in ("fit-and-flare", "flared", "a-line", "loose")
    if design.has("pleats"):
        pleats = Pleats(int(tape.between(9, 14)), 3.4, 0, waist, hem, top, bottom)
    elif flare:
        pleats = Pleats(int(tape.between(4, 7)), 2.6 if design.fit != "a-line" else 1.5, 0, waist, hem, top, bottom)
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


def draft_dress(design: Design, rng: np.random.Generator) -> list[Piece]:
    """A bodice of `tops` over a skirt."""
    tape = Tape(rng, design.spread)
    fitted = replace(design, fit="slim" if design.fit in ("slim", "fit-and-flare", "a-line") else design.fit, length=None)
    b = upper(fitted, tape)
    waist = {"fit-and-flare": 41, "slim": 45, "a-line": 47, "straight": 55, "flared": 43, "loose": 62}.get(design.fit or "", 48)
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
        else (Line(o.shift(np.concatenate([o.flip(hem_line(b)), hem_line(b)[::-1]]), 0, -2), "seam", 1.6, strength=0.35),),
        drop=0.0 if seamless else 0.3,
    )
    if seamless:
        skirt = joined(skirt, bodice)
        bodice = None
    plain = replace(fitted, details=design.details - {"ruffle", "lace trim", "fringe", "belt", "tie", "slit"})
    stack = [*tops.back_parts(design, b), *tops.sleeves(design, tape, b), skirt]
    stack += skirt_trims(design, tape, b, hem, b.hem_y + long)
    if bodice is not None:
        stack.append(bodice)
    stack += tops.necks(design, tape, b)
    stack += dress_closures(design, tape, b, b.hem_y + long)
    stack += tops.ornaments(plain, tape, b)
    stack += waists(design, tape, b)
    if design.has("pockets"):
        y = b.hem_y + 22
        if design.cut == "patch pockets":
            stack += [q for p in trims.patch_pocket(17, y, 47, y + 36) for q in pair(p)]
        else:
            stack += pair(trims.welt_pocket(hip * 0.62, y, hip * 0.86, y + 34, 5))
    return stack


def joined(skirt: Piece, bodice: Piece) -> Piece:
    """Skirt and bodice cut in one, without a waist seam."""
    n = len(bodice.outline) // 2
    right = bodice.outline[:n]
    at = int(np.argmax(right[:, 1] > right[:, 1].max() - 6))
    m = len(skirt.outline) // 2
    half = np.concatenate([right[:at], skirt.outline[3:m]])
    left_bodice, left_skirt = bodice.outline[n:][::-1], skirt.outline[m:][::-1]
    left = np.concatenate([left_bodice[:at], left_skirt[3:m]])
    return replace(skirt, outline=np.concatenate([half, left[::-1]]), holes=skirt.holes + bodice.holes)


def dress_closures(design: Design, tape: Tape, b: Block, bottom: float) -> list[Piece]:
    top = opening_top(design, b)
    stack: list[Piece] = []
    if design.has("buttons"):
        stack.append(trims.placket(0, top - 2, bottom + 2, 11))
        stack += trims.buttons(0, top + 8, bottom - 16, 9 if bottom < 320 else 12, 2.7)
    if design.has("zipper"):
        stack += trims.zipper([(0, top), (0, b.hem_y + 34)])
    if design.has("hood"):
        behind, over = trims.hood(b, cords=True)
        stack = behind + over + stack
    return stack


def waists(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Belts and ties at the waist."""
    if design.has("belt"):
        return trims.waist_belt(b.hem * 1.01, b.hem_y - 1, 10)
    if design.has("tie"):
        band = Piece(o.ribbon(o.smooth((-b.hem - 1, b.hem_y - 3), (0, b.hem_y), (b.hem + 1, b.hem_y - 3)), 9), puff=4, drop=0.4)
        return [band, *trims.tie_ends(tape.one(-12, 0, 14), b.hem_y - 1, tape(56))]
    return []


def skirt_trims(design: Design, tape: Tape, b: Block, hem: float, bottom: float) -> list[Piece]:
    """Ruffles, lace and fringe along the hem of a skirt or dress."""
    bow = 4 + hem * 0.07
    line = lambda up: o.smooth(
        (-hem * 0.97, bottom - up),
        (-hem * 0.5, bottom - up + bow * 0.8),
        (0, bottom - up + bow),
        (hem * 0.5, bottom - up + bow * 0.8),
        (hem * 0.97, bottom - up),
    )
    stack: list[Piece] = []
    if design.has("ruffle"):
        if design.cut == "tiered":
            tall = bottom - b.hem_y
            for up in (tall * 0.62, tall * 0.34):
                k = (b.hem + (hem - b.hem) * (1 - up / tall)) / hem
                stack.append(trims.ruffle(o.scale(line(up), k * 0.99, 1), tall * 0.26, 9, phase=up))
        stack.append(trims.ruffle(line(20), 34, 11))
    if design.has("lace trim"):
        stack += trims.lace_trim(line(3), 18)
    if design.has("fringe"):
        stack += trims.fringe(line(16), 44)
    return stack


def draft_skirt(design: Design, rng: np.random.Generator) -> list[Piece]:
    tape = Tape(rng, design.spread)
    waist, hip = tape(46), tape(60)
    long = tape(HEMS[design.length or "knee"] * 1.02, 0.025)
    piece, hem = skirt_piece(design, tape, waist, 0, long, hip)
    back = Piece(
        o.path(o.smooth((-waist, -11), (0, -14), (waist, -11)), o.smooth((waist, 0), (0, 8), (-waist, 0))),
        puff=3,
        shade=0.55,
        drop=0,
    )
    band = o.path(o.smooth((-waist, -12), (0, -7), (waist, -12)), o.smooth((waist + 1, 3), (0, 8), (-waist - 1, 3)))
    b = Block(waist=waist, hem=waist, hem_y=0)
    stack = [back, piece, *skirt_trims(design, tape, b, hem, long)]
    stack.append(
        Piece(band, puff=4, lift=0.8, drop=0.35, lines=(Line(np.concatenate([band, band[:1]]), "seam", 1.2, strength=0.3),))
    )
    if design.has("buttons"):
        stack += [trims.placket(0, 4, long + hem * 0.06, 12), *trims.buttons(0, 0, long - 14, 6 if long < 150 else 9, 3.2)]
    if design.has("zipper"):
        stack += trims.zipper([(0, 0), (0, min(long * 0.5, 70) if design.cut != "full zip" else long)])
    if design.has("pockets"):
        if design.fabric in ("denim", "canvas", "leather") or design.cut == "patch pockets":
            stack += [q for p in trims.patch_pocket(16, 20, 46, 56) for q in pair(p)]
        else:
            stack += pair(trims.welt_pocket(waist * 0.62, 12, waist * 1.02, 48, 5))
    if design.has("belt"):
        stack += trims.waist_belt(waist * 1.02, -5, 12)
    if design.has("bow"):
        stack += trims.bow(tape.one(-18, 0, 20), 0, tape(22), tails=2.2)
    if design.has("tie"):
        stack += trims.tie_ends(tape.one(-22, 22), 0, tape(58))
    if design.has("embroidery"):
        stack += [q for x in (-hem * 0.45, 0, hem * 0.45) for q in trims.embroidery(x, long - 34, 19)]
    if design.has("beads"):
        stack += trims.beads(o.smooth((-waist * 0.95, 10), (0, 15), (waist * 0.95, 10)), 7.5, 2.5)
    return stack


def draft_jumpsuit(design: Design, rng: np.random.Generator) -> list[Piece]:
    """A bodice over trousers."""
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
    stack += dress_closures(design, tape, b, b.hem_y + 4) + tops.ornaments(plain, tape, b) + waists(design, tape, b)
    if not (design.has("belt") or design.has("tie")):
        stack.append(Piece(o.ribbon(o.smooth((-b.hem, b.hem_y - 3), (0, b.hem_y), (b.hem, b.hem_y - 3)), 8), puff=4, drop=0.25))
    if design.has("pockets"):
        stack += pair(trims.welt_pocket(b.hem * 0.55, b.hem_y + 10, b.hem * 1.05, b.hem_y + 44, 5))
    return stack


def draft_kurta(design: Design, rng: np.random.Generator) -> list[Piece]:
    """A long straight tunic with side slits, a half placket and a mandarin collar or a round neck."""
    tape = Tape(rng, design.spread)
    b = upper(replace(design, length=None), tape)
    b = replace(b, waist=max(b.waist, b.chest * 0.96), hip=max(b.hip, b.chest))
    low = b.waist_y + {"knee": 170.0, "midi": 210.0, "mini": 120.0}.get(design.length or "knee", 170.0)
    grow = {"a-line": 1.5, "slim": 1.02, "flared": 1.7}.get(design.fit or "", 1.14)
    b = replace(b, hem_y=low, hem=b.hip * grow, hip_y=b.waist_y + 60)
    tall = (low - b.waist_y) * 0.5
    holes = (
        [
            np.float32([(s * b.hem * 0.93, low - tall), (s * b.hem * 0.93, low + 20), (s * b.hem * 0.76, low + 20)])
            for s in (-1, 1)
        ]
        if design.has("slit")
        else []
    )
    piece = replace(tops.front(replace(design, details=design.details - {"slit"}), b), holes=tuple(holes))
    stack = [*tops.back_parts(design, b), *tops.sleeves(design, tape, b), piece]
    stack += (
        trims.mandarin_collar(b) if design.neckline == "collar" else trims.rib_neck(b, design.neckline, 6, "accent", "cotton")
    )
    top = b.depth + 2
    if design.has("buttons"):
        stack += [trims.placket(0, top - 2, top + 76, 12, "cloth"), *trims.buttons(0, top + 8, top + 62, 4, 2.8)]
    if design.has("embroidery"):
        for side in (-1, 1):
            stack += [q for y in (top + 14, top + 46) for q in trims.embroidery(side * 19, y, 14)]
        band = np.float32([(-b.hem * 0.93, low - 18), (b.hem * 0.93, low - 18)])
        stack += [Piece(o.ribbon(band, 9), "stitching", puff=2, drop=0.15, lines=(Line(band, "stitch", 3, "gold", 0.5),))]
    if design.has("pockets"):
        stack += pair(trims.welt_pocket(b.hip * 0.72, b.waist_y + 40, b.hip * 0.8, b.waist_y + 84, 5))
    return stack


def draft_robe(design: Design, rng: np.random.Generator) -> list[Piece]:
    """A wrapped robe with a shawl collar and a tied belt."""
    tape = Tape(rng, design.spread)
    b = upper(replace(design, fit="loose", length=None, neckline="v-neck"), tape)
    low = b.waist_y + {"mini": 100.0, "knee": 160.0, "midi": 220.0, "maxi": 285.0}[design.length or "knee"]
    b = replace(b, hem_y=low, hem=b.hip * 1.22, hip_y=b.waist_y + 56, depth=b.waist_y - 8)
    arm = tops.arm_of(design, tape, b)
    arm = replace(arm, wrist=arm.wrist * 1.75, elbow=arm.elbow * 1.2)
    stack = [
        inside_back(b, shade=0.6),
        *pair(sleeve(b, arm)),
        *pair(cuff(b, arm, 10)),
        body(b, design, 1.0, (trims.opening(6, b.depth, low + 6, 0.6),)),
    ]
    shawl = o.path(
        o.smooth((b.neck * 0.7, -8), (b.neck + 7, 0), (b.neck + 9, 30), (14, b.depth + 8)),
        o.smooth((-4, b.depth + 6), (b.neck * 0.6, 46), (b.neck * 0.9, 6)),
    )
    stack += [
        *pair(Piece(shawl, puff=6, drop=0.45)),
        Piece(o.ribbon(o.smooth((-b.neck * 0.9, -4), (0, -9), (b.neck * 0.9, -4)), 9), puff=4, shade=0.85, drop=0.1),
    ]
    if design.has("pockets"):
        stack += [
            q for p in trims.patch_pocket(b.hip * 0.34, b.waist_y + 36, b.hip * 0.9, b.waist_y + 84, point=0) for q in pair(p)
        ]
    if design.has("hood"):
        behind, over = trims.hood(replace(b, depth=22), up=False, cords=False)
        stack = behind + stack
    if design.has("belt"):
        half = b.waist * 1.02
        stack += [
            Piece(o.ribbon(o.smooth((-half, b.waist_y), (0, b.waist_y + 4), (half, b.waist_y)), 12), puff=5, drop=0.5),
            *trims.tie_ends(-8, b.waist_y + 2, 80, width=9),
        ]
    if design.has("lace trim"):
        stack += trims.lace_trim(o.smooth((-b.hem * 0.97, low - 2), (0, low + 3), (b.hem * 0.97, low - 2)), 16)
    return stack
