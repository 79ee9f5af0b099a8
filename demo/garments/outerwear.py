"""Jackets, blazers, coats and vests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import collars, fastenings, ornaments, tops
from demo.garments.blocks import Block, body, inside_back, upper
from demo.garments.sleeves import cuff, sleeve
from demo.pieces import Folds, Line, Piece, pair

COATS = {"mini": 232.0, "knee": 296.0, "midi": 348.0, "maxi": 400.0}
ROLLED = ("blazer", "coat", "double", "trench", "waistcoat")


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft a jacket, blazer, coat or vest."""
    tape = Tape(rng, design.spread)
    b = block_of(design, tape)
    rolled = design.neckline == "v-neck" or (design.neckline == "collar" and design.cut in ROLLED)
    deep = b.depth
    shown = replace(
        design,
        neckline="v-neck" if rolled else ("crew" if design.neckline != "v-neck" else "v-neck"),
        sleeve=design.sleeve or "sleeveless",
    )
    sleeved = design.sleeve not in (None, "sleeveless")
    arm = replace(
        tops.arm_of(design if sleeved else replace(design, sleeve="long"), tape, b),
        wrist=tape(16),
        elbow=tape(22),
    )
    arms = pair(sleeve(b, arm, 1.1)) if sleeved else []
    if arms and design.cut == "bomber":
        arms += pair(cuff(b, arm, 13, fabric="rib", grow=0.85))
    elif arms and design.cut == "puffer":
        arms = pair(replace(quilted(sleeve(b, arm), 19, -arm.angle), puff=14))
        arms += pair(cuff(b, arm, 7, grow=0.9))
    elif arms:
        arms += pair(
            cuff(b, arm, 11 if design.cut in ("denim", "trucker", "biker") else 6, grow=1.02)
        )
    main = body(b, shown, 0.9, (), sleeveless=not sleeved)
    if design.cut == "puffer":
        main = quilted(main, 25, 0.0)
    stack = [
        inside_back(b, "lining" if rolled else "cloth", 0.7),
        *arms,
        main,
        *seams(design, b),
        *fronts(design, tape, b, deep),
    ]
    stack += collar_of(design, tape, b, deep, rolled)
    if design.has("hood"):
        behind, over = collars.hood(
            replace(b, depth=14), up=tape.chance(0.75), cords=design.has("tie")
        )
        if design.material == ("fur",) or design.cut == "parka":
            over += [fur_rim(b)]
        stack = behind + stack + over
    stack += pockets(design, b) + extras(design, tape, b)
    return stack


def block_of(design: Design, tape: Tape) -> Block:
    """Return the block: wider than a shirt's, longer for a coat, open down to the first button."""
    b = upper(replace(design, length=None, neckline="crew"), tape)
    b = replace(
        b,
        chest=b.chest * 1.08,
        waist=b.waist * (1.0 if design.fit == "slim" else 1.12),
        hip=b.hip * 1.08,
        hem=b.hem * 1.08,
        shoulder=b.shoulder * 1.07,
        curve=3,
    )
    if design.category == "coat":
        low = COATS[design.length or "knee"] * (1.04 if design.men else 0.98)
        spread = {"a-line": 1.55, "slim": 1.05, "loose": 1.28}.get(design.fit or "", 1.16)
        b = replace(b, hem_y=tape(low, 0.02), hem=b.hip * spread, hip_y=b.waist_y + 60)
    elif design.length == "cropped":
        b = replace(b, hem_y=tape(b.waist_y * 1.02), hip_y=b.waist_y)
    elif design.category == "vest":
        b = replace(b, hem_y=b.hem_y * 0.92, shoulder=b.shoulder * 0.9)
    elif design.cut in ("bomber", "denim", "trucker", "biker"):
        b = replace(b, hem_y=b.hem_y * 0.9)
    if design.cut in ROLLED or design.neckline == "v-neck":
        b = replace(
            b,
            depth={"waistcoat": 84.0, "double": 92.0, "trench": 66.0, "coat": 80.0}.get(
                design.cut, b.waist_y * 0.84
            ),
            neck=b.neck * 1.08,
        )
    else:
        b = replace(b, depth=14.0)
    return b


def quilted(piece: Piece, apart: float, angle: float) -> Piece:
    """Return the piece with down chambers of height `apart` across it."""
    return replace(piece, folds=Folds(0.45, 10, 14, angle), quilt=apart, puff=18, lines=())


def fronts(design: Design, tape: Tape, b: Block, deep: float) -> list[Piece]:
    """Return the front edge and what closes it."""
    low = b.hem_y + b.curve
    stack: list[Piece] = []

    def strip(x0: float, x1: float) -> Piece:
        edge = Line(np.array([(x1, deep), (x1, low)], dtype=np.float32), "seam", 1.8, strength=0.65)
        return Piece(o.box(x0, deep - 1, x1, low), puff=2, lift=0.2, drop=0.3, lines=(edge,))

    if design.cut == "bomber":
        rib = o.mirror(
            o.path(
                [(0, b.hem_y - 10), (b.hem * 0.98, b.hem_y - 11)],
                [(b.hem * 0.93, b.hem_y + 6)],
                [(0, b.hem_y + 8)],
            )
        )
        stack.append(Piece(rib, fabric="rib", puff=5, drop=0.3))
        low = b.hem_y + 8
    if design.cut == "biker" and design.has("zipper"):
        return stack + fastenings.zipper(o.smooth((-22, deep + 8), (8, deep + 50), (14, low)))
    if design.has("zipper"):
        return stack + fastenings.zipper(
            [(0, deep - (12 if design.neckline == "high" else 2)), (0, low)], width=6.5
        )
    if not design.has("buttons"):
        return [*stack, strip(-2, 7)]
    if design.cut in ("double", "trench"):
        stack.append(strip(-4, 16))
        for y in np.linspace(
            deep + 4, b.waist_y + 46 if design.category == "coat" else b.hem_y - 34, 3
        ):
            stack += fastenings.button(-17, float(y), 4) + fastenings.button(11, float(y), 4)
        return stack
    count = {"blazer": 2, "waistcoat": 5, "coat": 4}.get(design.cut, 5)
    stack.append(strip(-6, 6))
    bottom = {"blazer": b.waist_y + 20, "coat": b.hem_y * 0.66}.get(design.cut, b.hem_y - 14)
    return stack + fastenings.buttons(
        0,
        deep + (2 if design.cut in ROLLED else 8),
        bottom,
        count,
        3.6,
        "metal" if design.fabric == "denim" else "button",
    )


def collar_of(design: Design, tape: Tape, b: Block, deep: float, rolled: bool) -> list[Piece]:
    """Return the collar, hood or lapels of the cut."""
    if design.neckline == "v-neck":
        return []
    if rolled:
        return collars.lapels(
            b,
            deep,
            b.shoulder * (0.62 if design.cut != "waistcoat" else 0.4),
            notch=tape.chance(0.75),
        )
    if design.has("hood") and design.neckline == "high":
        return collars.stand_collar(b, 12)
    if design.neckline == "high":
        return collars.stand_collar(
            b,
            16 if design.cut != "bomber" else 13,
            fabric="rib" if design.cut == "bomber" else None,
        )
    if design.neckline == "collar":
        return collars.shirt_collar(
            replace(b, depth=22), "fur" if design.cut == "shearling" else "cloth", 1.4, 1.1
        )
    return collars.rib_neck(b, "crew", 6)


def seams(design: Design, b: Block) -> list[Piece]:
    """Return yokes and panel seams, drawn on a thin overlay of the front."""
    stack: list[Piece] = []
    if design.cut in ("denim", "trucker"):
        y = b.underarm - 16
        for side in (-1, 1):
            stack.append(
                Piece(
                    o.path(
                        [
                            (side * 7, y),
                            (side * b.chest * 0.94, y),
                            (side * b.chest * 0.94, y + 1.6),
                            (side * 7, y + 1.6),
                        ]
                    ),
                    puff=1,
                    drop=0.5,
                )
            )
            ends = [
                [(side * b.chest * (x + 0.12), y), (side * b.chest * x * 0.7, b.hem_y - 8)]
                for x in (0.28, 0.56)
            ]
            stack += [
                Piece(o.ribbon(np.array(line, dtype=np.float32), 1.6), "thread", puff=1, drop=0.3)
                for line in ends
            ]
        stack.append(
            Piece(
                o.mirror(
                    o.path(
                        [(0, b.hem_y - 11), (b.hem * 0.99, b.hem_y - 12)],
                        [(b.hem * 0.98, b.hem_y + 2)],
                        [(0, b.hem_y + 4)],
                    )
                ),
                puff=4,
                drop=0.35,
                lines=(
                    Line(
                        np.array([(-b.hem, b.hem_y - 8), (b.hem, b.hem_y - 8)], dtype=np.float32),
                        "stitch",
                        0.9,
                    ),
                ),
            )
        )
    elif design.category == "blazer" or design.cut == "waistcoat":
        for side in (-1, 1):
            dart = o.smooth(
                (side * b.chest * 0.5, b.underarm + 8),
                (side * b.waist * 0.46, b.waist_y),
                (side * b.hem * 0.55, b.hem_y - 6),
            )
            stack.append(Piece(o.ribbon(dart, 1.4), puff=1, shade=0.8, drop=0.15))
    return stack


def pockets(design: Design, b: Block) -> list[Piece]:
    """Return the pockets of the cut."""
    if not design.has("pockets"):
        return []
    if design.cut in ("denim", "trucker"):
        return [
            q
            for p in fastenings.patch_pocket(
                b.chest * 0.3, b.underarm - 12, b.chest * 0.78, b.underarm + 20, flap=True
            )
            for q in pair(p)
        ]
    y = b.waist_y + (26 if b.hem_y > b.waist_y + 40 else -30)
    if design.cut == "biker":
        return [
            q
            for p in fastenings.zipper([(b.waist * 0.42, y + 12), (b.waist * 0.8, y - 16)], width=5)
            for q in pair(p)
        ]
    if design.cut in ("puffer", "bomber", "shell", "fleece"):
        return pair(fastenings.welt_pocket(b.hip * 0.5, y - 20, b.hip * 0.78, y + 20, 7))
    if design.cut in ("parka", "field"):
        return [
            q
            for p in fastenings.patch_pocket(
                b.hip * 0.26, y, b.hip * 0.88, y + 46, flap=True, point=0
            )
            for q in pair(p)
        ]
    if design.category == "vest":
        return pair(
            fastenings.welt_pocket(b.hem * 0.36, b.hem_y - 36, b.hem * 0.8, b.hem_y - 40, 6)
        )
    pieces = pair(
        fastenings.flap_pocket(
            b.hip * 0.3, y + (4 if design.category == "coat" else 0), b.hip * 0.84
        )
    )
    if design.category == "blazer":
        pieces.append(
            fastenings.welt_pocket(
                b.chest * 0.34, b.underarm - 4, b.chest * 0.68, b.underarm - 9, 5
            )
        )
    return pieces


def extras(design: Design, tape: Tape, b: Block) -> list[Piece]:
    """Return belts, epaulettes and other marks of the cut."""
    stack: list[Piece] = []
    if design.has("belt"):
        soft = design.category == "coat" and design.cut != "trench"
        if soft:
            stack += [
                Piece(
                    o.ribbon(
                        o.smooth(
                            (-b.waist * 1.04, b.waist_y),
                            (0, b.waist_y + 3),
                            (b.waist * 1.04, b.waist_y),
                        ),
                        12,
                    ),
                    puff=5,
                    drop=0.5,
                ),
                *ornaments.tie_ends(6, b.waist_y + 2, 62, width=9),
            ]
        else:
            stack += fastenings.waist_belt(b.waist * 1.04, b.waist_y, 12, "cloth", None)
    if design.has("fringe"):
        y = b.underarm + 4
        stack += ornaments.fringe(
            o.smooth((-b.chest * 0.92, y), (0, y + 10), (b.chest * 0.92, y)), 40
        )
    if design.has("embroidery"):
        stack += [
            q for s in (-1, 1) for q in ornaments.embroidery(s * b.chest * 0.5, b.underarm + 14, 18)
        ]
    if design.has("logo"):
        stack += ornaments.emblem(b.chest * 0.5, b.underarm - 8, 8, kind=design.seed)
    if design.has("beads"):
        stack += [
            q
            for s in (-1, 1)
            for q in ornaments.beads(
                o.smooth((s * b.shoulder * 0.45, b.slope), (s * b.shoulder * 0.95, b.slope + 6)),
                8,
                2.6,
                "metal",
            )
        ]
    return stack


def fur_rim(b: Block) -> Piece:
    """Return the furry edge of a parka's hood."""
    n = b.neck + 15
    rim = o.smooth(
        (-n * 0.5, 12),
        (-n * 0.86, -30),
        (-n * 0.6, -58),
        (0, -68),
        (n * 0.6, -58),
        (n * 0.86, -30),
        (n * 0.5, 12),
    )
    return Piece(o.ribbon(rim, 15), "furtrim", "fur", puff=8, drop=0.4)
