"""T-shirts, shirts, blouses, polos, tanks, tops, sweaters, cardigans, hoodies, sweatshirts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import collars, fastenings, ornaments
from demo.garments.blocks import (
    BARE,
    Block,
    body,
    front_neck,
    hem_line,
    inside_back,
    opening_top,
    straps,
    upper,
)
from demo.garments.sleeves import SLEEVES, Arm, cuff, sleeve
from demo.pieces import Line, Piece, pair


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft any garment of the upper body that ends at the hip."""
    tape = Tape(rng, design.spread)
    b = upper(design, tape)
    stack = [*back_parts(design, b), *sleeves(design, tape, b), front(design, b)]
    stack += necks(design, tape, b)
    stack += closures(design, tape, b)
    stack += decorations(design, tape, b)
    return stack


def knitted(design: Design) -> bool:
    """Return whether the garment is knitted."""
    return design.category in ("sweater", "cardigan", "sweatshirt", "hoodie")


def back_parts(design: Design, b: Block) -> list[Piece]:
    """Return what is seen behind the front: the inside of the back, the back of straps."""
    if design.neckline in ("strapless", "off-shoulder", "one-shoulder"):
        return (
            [Piece(o.ellipse(0, b.top + 6, b.chest * 0.86, 9), puff=3, shade=0.55, drop=0)]
            if design.neckline != "one-shoulder"
            else []
        )
    if design.has("straps") or design.has("spaghetti straps"):
        width = 3.2 if design.has("spaghetti straps") else 11
        return [
            *straps(b, width)[:2],
            Piece(
                o.path(
                    o.smooth(
                        (-b.chest * 0.8, b.top + 14), (0, b.top + 12), (b.chest * 0.8, b.top + 14)
                    ),
                    [(b.chest * 0.8, b.top + 40), (-b.chest * 0.8, b.top + 40)],
                ),
                puff=3,
                shade=0.55,
                drop=0,
            ),
        ]
    if design.neckline == "halter":
        n = b.neck * 0.72
        return [
            Piece(
                o.ribbon(o.smooth((-n - 3, -6), (0, -20), (n + 3, -6)), 8),
                puff=4,
                shade=0.7,
                drop=0,
            )
        ]
    label = Piece(o.box(-7, 9, 7, 16), "label", puff=1, shade=0.9, drop=0.2)
    return [inside_back(b), label] if b.depth > 26 else [inside_back(b)]


def sleeves(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Return both sleeves, with cuffs where the garment has them."""
    if design.sleeve in (None, "sleeveless"):
        return []
    arm = arm_of(design, tape, b)
    start = (b.shoulder * 1.03, b.top - 14) if design.neckline == "off-shoulder" else None
    if design.neckline == "one-shoulder":
        return [sleeve(b, arm, start=start)]
    pieces = pair(sleeve(b, arm, start=start))
    if (
        design.has("ruffle")
        and design.sleeve == "short"
        and design.category in ("blouse", "dress", "top")
    ):
        return pieces
    if knitted(design) or design.cut in ("bomber", "ringer"):
        pieces += pair(
            cuff(
                b,
                arm,
                13 if arm.length > 80 else 7,
                "accent" if design.cut in ("ringer", "bomber") else "cloth",
                "rib",
                0.92,
                start,
            )
        )
    elif design.category in ("shirt", "blouse") and arm.length > 80:
        pieces += pair(cuff(b, arm, 14, grow=1.04, start=start))
    return pieces


def arm_of(design: Design, tape: Tape, b: Block) -> Arm:
    """Return the sleeve's proportions for its length, its fit and the garment."""
    loose = {"loose": 1.28, "slim": 0.86}.get(design.fit or "", 1.0)
    length = SLEEVES[design.sleeve or "sleeveless"] * (1.0 if design.men else 0.92)
    if design.sleeve == "short":
        length = tape(length, 0.1)
    blouse = design.category in ("blouse", "dress", "gown") and design.cut == "balloon"
    return Arm(
        tape(length, 0.02),
        tape.between(0.24, 0.42) if length > 80 else tape.between(0.5, 0.75),
        tape.between(0.05, 0.22),
        tape(19 if design.men else 16) * loose,
        tape(13.5 if design.men else 11.5) * (loose**0.5) * (1.15 if knitted(design) else 1),
        puff=9 if blouse else 0,
    )


def front(design: Design, b: Block) -> Piece:
    """Return the front, with its openings and slits cut in."""
    lines: list[Line] = []
    holes: list[np.ndarray] = []
    if design.has("slit"):
        y = b.hem_y
        side = np.array(
            [(b.hem * 0.84, y - 46), (b.hem * 0.84 + 7, y + 14), (b.hem * 0.84 - 5, y + 14)],
            dtype=np.float32,
        )
        holes += [side, o.flip(side)]
    if design.has("cutout"):
        y = b.depth + 24 if design.neckline in ("crew", "high", "boat") else b.waist_y - 4
        if design.neckline in ("crew", "high", "boat"):
            holes.append(
                o.path(o.smooth((0, y - 14), (8, y + 4), (0, y + 15), (-8, y + 4), (0, y - 14)))
            )
        else:
            holes += [
                o.loop(
                    (s * b.waist * 0.98, y - 22),
                    (s * b.waist * 0.72, y),
                    (s * b.waist * 0.98, y + 20),
                    (s * b.waist * 1.2, y),
                )
                for s in (-1, 1)
            ]
    return body(b, design, 0.55 if knitted(design) else 1.0, tuple(lines), tuple(holes))


def necks(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Return what finishes the neck edge."""
    accent = "accent" if design.cut == "ringer" else "cloth"
    if design.has("straps") or design.has("spaghetti straps"):
        return straps(b, 3.2 if design.has("spaghetti straps") else 11)[2:]
    if design.neckline == "off-shoulder":
        edge = o.smooth(
            (-b.shoulder * 1.12, b.top - 10),
            (-b.shoulder * 0.6, b.top - 9),
            (0, b.top - 4),
            (b.shoulder * 0.6, b.top - 9),
            (b.shoulder * 1.12, b.top - 10),
        )
        return (
            [ornaments.ruffle(edge, 22, 9)]
            if design.has("ruffle")
            else [Piece(o.ribbon(edge, 9), puff=4, drop=0.4)]
        )
    if design.neckline in BARE:
        return []
    if design.neckline == "turtleneck":
        return collars.turtleneck(b, tape(30))
    if design.has("hood"):
        return []
    if design.neckline == "collar":
        return (
            collars.mandarin_collar(b)
            if design.cut == "mandarin"
            else collars.shirt_collar(
                b, "accent" if design.cut == "contrast collar" else "cloth", tape(1.0, 0.12)
            )
        )
    if design.neckline == "high":
        return (
            collars.stand_collar(b, tape(17))
            if design.category in ("cardigan", "sweater", "sweatshirt", "hoodie")
            else collars.stand_collar(replace(b, depth=8), 13)
        )
    if design.category in ("t-shirt", "sweater", "sweatshirt", "tank top", "cardigan"):
        return collars.rib_neck(b, design.neckline, 8.5 if knitted(design) else 6.5, accent)
    return collars.facing(b, design.neckline)


def closures(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Return hoods, plackets, buttons, zips and hem ribs."""
    stack: list[Piece] = []
    top = opening_top(design, b)
    if knitted(design):
        rib = o.mirror(
            o.path(
                [(0, b.hem_y - 9), (b.hem * 0.985, b.hem_y - 10)],
                [(b.hem * 0.95, b.hem_y + 4)],
                o.smooth(
                    (b.hem * 0.95, b.hem_y + 4),
                    (b.hem * 0.5, b.hem_y + b.curve + 4),
                    (0, b.hem_y + b.curve + 5),
                ),
            )
        )
        stack.append(Piece(rib, fabric="rib", puff=4, lift=1.0, drop=0.3))
    opens = (
        design.category == "cardigan"
        or (design.category in ("shirt", "blouse") and design.has("buttons"))
        or (design.has("zipper") and design.category in ("hoodie", "cardigan"))
    )
    if design.has("zipper"):
        low = b.hem_y + 6 if opens else top + 52
        stack += fastenings.zipper([(0, top - (12 if design.neckline == "high" else 1)), (0, low)])
    elif opens and design.has("buttons"):
        stack.append(fastenings.placket(0, top - 2, b.hem_y + b.curve * 1.02, 12))
        stack += fastenings.buttons(
            0,
            top + 6,
            b.hem_y - 10,
            7 if design.category != "cardigan" else 5,
            2.7 if design.category != "cardigan" else 3.8,
        )
    elif design.category == "cardigan":
        stack.append(
            Piece(
                o.box(-6, top, 6, b.hem_y + 9),
                fabric="rib",
                puff=4,
                drop=0.3,
                lines=(fastenings.opening(0, top, b.hem_y + 9, 0.8),),
            )
        )
    elif design.has("buttons"):
        stack.append(fastenings.placket(0, top - 3, top + 48, 11))
        stack += fastenings.buttons(0, top + 6, top + 38, 3, 2.8)
    if design.has("hood"):
        behind, over = collars.hood(b, up=design.cut != "hood down", cords=design.has("tie"))
        stack = behind + over + stack if not design.has("zipper") else behind + stack + over
    return stack


def decorations(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Return pockets and ornaments."""
    stack: list[Piece] = []
    if design.has("pockets"):
        if design.category in ("hoodie", "sweatshirt"):
            if design.has("zipper"):
                stack += pair(
                    fastenings.welt_pocket(b.hem * 0.42, b.hem_y - 62, b.hem * 0.72, b.hem_y - 22)
                )
            else:
                stack += fastenings.kangaroo_pocket(b, b.hem * 0.6)
        elif design.category == "cardigan":
            stack += [
                q
                for p in fastenings.patch_pocket(
                    b.hem * 0.3, b.hem_y - 56, b.hem * 0.82, b.hem_y - 14, point=0
                )
                for q in pair(p)
            ]
        else:
            wide = b.chest * 0.4
            both = design.cut in ("workwear", "western")
            for p in fastenings.patch_pocket(
                b.chest * 0.26,
                b.underarm - 8,
                b.chest * 0.26 + wide,
                b.underarm - 8 + wide * 1.15,
                flap=both,
                slot="accent" if design.cut == "ringer" else "cloth",
            ):
                stack += pair(p) if both else [p]
    stack += trimmings(design, tape, b)
    return stack


def trimmings(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Return ruffles, bows, beads, lace, fringe and marks, the same on tops and dresses."""
    hangs = design.has("straps") or design.has("spaghetti straps") or design.neckline in BARE
    return [
        *_ruffles(design, b, hangs),
        *_hem_trims(design, b),
        *_neck_trims(design, tape, b, hangs),
        *_marks(design, b),
    ]


def _ruffles(design: Design, b: Block, hangs: bool) -> list[Piece]:
    """Return a ruffle along the hem, and frills at the shoulders of a sleeveless design."""
    if not design.has("ruffle") or design.neckline == "off-shoulder":
        return []
    y = b.hem_y - 16
    hem = o.smooth((-b.hem * 0.97, y - 2), (0, y + b.curve), (b.hem * 0.97, y - 2))
    stack = [ornaments.ruffle(hem, 30, 8)]
    if design.sleeve == "sleeveless" and not hangs:
        frill = ornaments.ruffle(o.smooth((-5, 0), (14, 22), (20, 52)), 14, 4)
        stack += pair(frill.moved(lambda q: o.shift(q, b.shoulder * 0.84, b.slope + 2)))
    return stack


def _hem_trims(design: Design, b: Block) -> list[Piece]:
    """Return lace and fringe along the hem."""
    half = hem_line(b)
    hem = np.concatenate([o.flip(half), half[::-1]])
    stack: list[Piece] = []
    if design.has("lace trim"):
        stack += ornaments.lace_trim(hem, 15)
    if design.has("fringe"):
        stack += ornaments.fringe(o.shift(hem, 0, -3), 34)
    return stack


def _neck_trims(design: Design, tape: Tape, b: Block, hangs: bool) -> list[Piece]:
    """Return beads, a bow and tie ends at the neckline or below it."""
    stack: list[Piece] = []
    if design.has("beads"):
        right = front_neck(b, design.neckline)
        line = (
            o.smooth((-b.chest * 0.5, b.top + 4), (0, b.top + 8), (b.chest * 0.5, b.top + 4))
            if hangs
            else np.concatenate([o.flip(right)[::-1][:-1], right])
        )
        stack += ornaments.beads(o.shift(line, 0, 5), 7, 2.4)
        stack += ornaments.beads(o.shift(line, 0, 13), 9, 1.9)
    if design.has("bow"):
        stack += ornaments.bow(0, (b.top + 10) if hangs else b.depth + 10, tape(21), tails=2.1)
    if design.has("tie") and not design.has("hood"):
        at_hem = design.length == "cropped" or design.cut == "tie front"
        y = b.hem_y - 14 if at_hem else (b.top + 8 if hangs else b.depth + 8)
        stack += ornaments.tie_ends(0, y, tape(44))
    return stack


def _marks(design: Design, b: Block) -> list[Piece]:
    """Return embroidery, a logo and a waist belt."""
    stack: list[Piece] = []
    if design.has("embroidery"):
        sides = (b.chest * 0.48, -b.chest * 0.48)[: 2 if design.seed % 2 else 1]
        stack += [q for x in sides for q in ornaments.embroidery(x, b.underarm + 14, 17)]
    if design.has("logo"):
        stack += ornaments.emblem(b.chest * 0.45, b.underarm - 4, 8.5, kind=design.seed)
    if design.has("belt") and design.category in ("top", "blouse", "shirt", "cardigan"):
        stack += fastenings.waist_belt(b.waist * 1.02, b.waist_y)
    return stack
