"""Trousers, jeans, shorts, leggings; briefs and swim shorts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments import fastenings, ornaments
from demo.pieces import Folds, Line, Piece, pair


def legs(
    design: Design, tape: Tape, waist: float, hip: float, top: float, long: float
) -> list[Piece]:
    """Return both legs from the waist down; the left one overlaps the right at the fly."""
    crotch = tape(62, 0.03)
    knee_w, hem_w = {
        "slim": (19.5, 13.5),
        "straight": (24, 22),
        "loose": (29, 27),
        "flared": (22, 37),
    }.get(design.fit or "", (23, 20))
    knee_w, hem_w = tape(knee_w, 0.04), tape(hem_w, 0.05)
    mid = max(min(long * 0.56, 150), crotch + 8)
    short = long < 170
    if short:
        t = np.clip((long - crotch) / 90, 0, 1)
        wide = hip * 0.49 * (1.02 + (0.16 if design.fit in ("loose", "flared") else 0.0)) - (
            4 * t if design.fit == "slim" else 0
        )
        knee_w = hem_w = wide
        mid = crotch + (long - crotch) * 0.5
    lean = tape.between(0.015, 0.06) * (long - crotch)
    ix = hip * 0.5
    kx, hx = ix + lean * 0.4, ix + lean
    out = o.smooth(
        (waist, top),
        (hip * 0.96, top + 24),
        (hip, top + 48),
        (kx + knee_w, top + mid),
        (hx + hem_w, top + long),
    )
    inn = o.smooth(
        (hx - hem_w, top + long + 2),
        (kx - knee_w, top + mid),
        (4, top + crotch + 8),
        (0, top + crotch),
    )
    leg = o.path([(0, top + 2)], out, inn, [(-2, top + crotch - 4), (-2, top + 2)])
    crease = (
        (
            Line(
                np.array([(ix, top + 36), (hx, top + long)], dtype=np.float32),
                "seam",
                1.6,
                strength=0.16,
            ),
        )
        if design.cut == "pressed"
        else ()
    )
    fold = Folds(0.5 if design.category == "leggings" else 0.9, 11, 52, -0.04)
    hem = (
        Line(
            np.array(
                [(hx - hem_w, top + long - 6), (hx + hem_w, top + long - 6)], dtype=np.float32
            ),
            "stitch",
            0.9,
        ),
    )
    inseam = (
        (Line(out[8:] + np.array([-3, 0], dtype=np.float32), "stitch", 0.7),)
        if design.fabric == "denim"
        else ()
    )
    right = Piece(leg, folds=fold, puff=13, turn=-0.03, lines=crease + hem + inseam, drop=0.3)
    pieces = pair(right)
    if design.cut == "cuffed":
        band = o.path(
            [
                (hx - hem_w - 1, top + long - 12),
                (hx + hem_w + 1, top + long - 12),
                (hx + hem_w, top + long + 3),
                (hx - hem_w, top + long + 4),
            ]
        )
        pieces += pair(
            Piece(
                band, "cloth" if design.fabric != "denim" else "faded", puff=4, lift=1.1, drop=0.4
            )
        )
    if design.cut == "jogger":
        band = o.path(
            [
                (hx - hem_w * 0.82, top + long - 2),
                (hx + hem_w * 0.82, top + long - 2),
                (hx + hem_w * 0.7, top + long + 14),
                (hx - hem_w * 0.7, top + long + 14),
            ]
        )
        pieces += pair(Piece(band, fabric="rib", puff=5, drop=0.3))
    if design.has("slit"):
        cut = np.array(
            [
                (hx + hem_w * 0.98, top + long - 46),
                (hx + hem_w + 5, top + long + 10),
                (hx + hem_w * 0.62, top + long + 10),
            ],
            dtype=np.float32,
        )
        pieces = pair(replace(right, holes=(cut,))) + pieces[2:]
    if design.has("zipper") and design.category != "jeans" and design.cut == "ankle zips":
        pieces += [
            q
            for p in fastenings.zipper(
                [(hx + hem_w * 0.5, top + long - 44), (hx + hem_w * 0.56, top + long - 1)]
            )
            for q in pair(p)
        ]
    return pieces


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft trousers, jeans, shorts or leggings."""
    tape = Tape(rng, design.spread)
    ease = {"slim": 0.94, "loose": 1.1}.get(design.fit or "", 1.0)
    waist, hip = tape(45) * ease, tape(57) * ease
    if design.men:
        waist = hip * 0.9
    long = {"cropped": 208.0, "knee": 142.0, "mini": 88.0}.get(design.length or "", 268.0)
    if design.category == "shorts" and not design.length:
        long = 108.0
    stack = legs(design, tape, waist, hip, 0, tape(long, 0.02))
    elastic = design.cut in ("jogger", "drawstring") or design.category == "leggings"
    back = Piece(
        o.path(
            o.smooth((-waist, -11), (0, -15), (waist, -11)),
            o.smooth((waist, 0), (0, 7), (-waist, 0)),
        ),
        puff=3,
        shade=0.55,
        drop=0,
    )
    band = o.path(
        o.smooth((-waist, -12), (0, -8), (waist, -12)),
        o.smooth((waist + 1, 4), (0, 8), (-waist - 1, 4)),
    )
    edge = Line(np.concatenate([band, band[:1]]), "seam", 1.2, strength=0.35)
    stack = [back, *stack]
    stack += pockets(design, waist, hip)
    stack.append(
        Piece(
            band,
            fabric="rib" if elastic else None,
            puff=4,
            lift=0.9,
            drop=0.3,
            lines=(edge,) if elastic else (edge, Line(o.shift(band[9:18], 0, -3), "stitch", 0.8)),
        )
    )
    stack += front_of(design, tape, waist)
    return stack


def front_of(design: Design, tape: Tape, waist: float) -> list[Piece]:
    """Return fly, button, loops, belt or cords at the waistband."""
    stack: list[Piece] = []
    if design.category == "leggings" or design.cut in ("jogger", "drawstring"):
        if design.has("tie"):
            stack += pair(
                Piece(
                    o.ribbon(o.smooth((3, -3), (7, 18), (4, 36)), 2.8), "cord", puff=1.4, drop=0.5
                )
            )
        return stack
    fly = Line(o.smooth((12, 6), (12, 34), (8, 48), (0, 54)), "stitch", 0.9, strength=0.45)
    stack.append(
        Piece(
            o.path([(0, 5), (13, 5)], o.smooth((13, 5), (13, 36), (8, 50), (0, 56))),
            puff=2,
            lift=0.4,
            drop=0.2,
            lines=(
                fly,
                Line(np.array([(0, 6), (0, 60)], dtype=np.float32), "seam", 1.5, strength=0.55),
            ),
        )
    )
    if design.has("zipper"):
        stack += fastenings.zipper([(2, 8), (2, 50)], width=5)
    if design.has("buttons"):
        stack += fastenings.button(1, -2, 3.6, "metal" if design.fabric == "denim" else "button")
        if design.cut == "button fly":
            stack += fastenings.buttons(
                4, 14, 44, 3, 3.0, "metal" if design.fabric == "denim" else "button"
            )
    stack += _belt_loops(design, waist)
    if design.has("belt"):
        stack += fastenings.waist_belt(waist * 1.02, -4, 11)
    if design.has("tie"):
        stack += ornaments.tie_ends(0, 0, 50)
    if design.has("bow"):
        stack += ornaments.bow(0, 0, 20, tails=2.0)
    return stack


def _belt_loops(design: Design, waist: float) -> list[Piece]:
    """Return the four loops on the waistband of jeans, trousers and shorts."""
    if design.category not in ("jeans", "trousers", "shorts"):
        return []
    return [
        Piece(
            o.box(x * waist - 2.2, -12 + 3 * (1 - x * x), x * waist + 2.2, 7),
            puff=1.6,
            lift=1.2,
            drop=0.45,
        )
        for x in (-0.72, -0.36, 0.36, 0.72)
    ]


def pockets(design: Design, waist: float, hip: float) -> list[Piece]:
    """Return the pockets below the waistband."""
    if not design.has("pockets"):
        return []
    stack: list[Piece] = []
    if design.fabric == "denim" or design.cut in ("cargo", "chino"):
        curve = o.smooth((waist * 0.52, 4), (waist * 0.6, 24), (waist * 0.86, 36), (hip * 0.99, 40))
        bag = o.path(curve, [(hip * 0.99, 40), (waist * 1.0, 4)])
        stack += pair(
            Piece(
                bag,
                puff=3,
                lift=0.3,
                shade=0.86,
                drop=0,
                lines=(
                    Line(curve, "seam", 2.2, strength=0.7),
                    Line(o.shift(curve, -3, 2.5), "stitch", 1.0, strength=0.45),
                ),
            )
        )
        if design.fabric == "denim":
            stack.append(
                Piece(
                    o.path(
                        [
                            (waist * 0.66, 17),
                            (waist * 0.88, 19),
                            (waist * 0.87, 32),
                            (waist * 0.74, 31),
                        ]
                    ),
                    puff=2,
                    lift=0.5,
                    drop=0.25,
                )
            )
    else:
        stack += pair(fastenings.welt_pocket(waist * 0.66, 6, hip * 0.97, 46, 4.5))
    if design.cut == "cargo":
        stack += [
            q
            for p in fastenings.patch_pocket(hip * 0.62, 108, hip * 1.06, 154, flap=True, point=0)
            for q in pair(p)
        ]
    return stack


def draft_underwear(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft boxer briefs, briefs, or a bralette with briefs."""
    if design.cut == "boxers":
        stack = draft(
            replace(
                design,
                cut="drawstring",
                category="leggings",
                length="mini",
                details=design.details - {"pockets", "logo"},
            ),
            rng,
        )
        stack.append(
            Piece(
                o.ribbon(o.smooth((-47, -5), (0, -1), (47, -5)), 15),
                "accent",
                "rib",
                puff=4,
                drop=0.3,
            )
        )
        return stack + (ornaments.emblem(0, -1, 6, "trim", 0) if design.has("logo") else [])
    top = 96 if design.cut == "set" else 0
    brief = o.mirror(
        o.path(
            [(0, top + 4)],
            o.smooth((0, top + 4), (30, top + 2), (56, top - 4)),
            o.smooth((56, top - 4), (55, top + 14), (52, top + 22)),
            o.smooth((52, top + 22), (34, top + 40), (15, top + 66)),
            [(0, top + 70)],
        )
    )
    back = Piece(
        o.path(
            o.smooth((-55, top - 3), (0, top - 8), (55, top - 3)),
            o.smooth((50, top + 20), (0, top + 40), (-50, top + 20)),
        ),
        puff=4,
        shade=0.6,
        drop=0.2,
    )
    band = o.smooth((-55, top), (0, top + 8), (55, top))
    stack = [
        back,
        Piece(brief, puff=10, folds=Folds(0.5, 14, 34), drop=0.3),
        Piece(o.ribbon(band, 8), "accent", "rib", puff=3, drop=0.25),
    ]
    if design.cut == "set":
        cup = o.path(
            o.smooth((0, 34), (12, 12), (34, -2)),
            o.smooth((36, -3), (52, 16), (54, 36)),
            o.smooth((54, 38), (26, 46), (0, 42)),
        )
        strap = Piece(o.ribbon(o.smooth((34, 0), (33, -30), (28, -54)), 3.4), puff=1.6, drop=0.25)
        stack += [
            *pair(strap),
            *pair(Piece(cup, puff=14, lift=1.3, folds=Folds(0.3, 14, 30), drop=0.35)),
            Piece(
                o.ribbon(o.smooth((-55, 38), (0, 46), (55, 38)), 9),
                "accent",
                "rib",
                puff=3,
                drop=0.25,
            ),
        ]
    if design.has("lace trim"):
        stack += ornaments.lace_trim(o.shift(band, 0, 3), 12)
    if design.has("bow"):
        stack += ornaments.bow(0, top + 8, 9, "accent", 1.1)
    return stack


def draft_swimwear(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft swim shorts, a one-piece suit, or a bikini."""
    tape = Tape(rng, design.spread)
    if design.cut == "swim shorts":
        return draft(
            replace(
                design,
                category="shorts",
                cut="drawstring",
                length="mini" if tape.chance(0.4) else None,
            ),
            rng,
        )
    if design.cut == "bikini":
        return draft_underwear(replace(design, cut="set"), rng)
    c, t = tape(50), 40.0
    edge = {
        "v-neck": o.smooth((0, t + 48), (c * 0.3, t + 14), (c * 0.52, t - 12)),
        "square": o.path([(0, t), (c * 0.54, t)], [(c * 0.55, t - 10)]),
        "halter": o.smooth((0, t + 10), (c * 0.2, t - 10), (c * 0.34, t - 40)),
    }.get(design.neckline or "", o.smooth((0, t + 26), (c * 0.3, t + 14), (c * 0.54, t - 12)))
    x = edge[-1][0]
    side = o.smooth(
        (x + 7, edge[-1][1]),
        (c * 0.8, t + 12),
        (c, 72),
        (c * 0.86, 116),
        (c * 1.04, 160),
        (c * 1.04, 172),
    )
    leg = o.smooth((c * 1.04, 174), (c * 0.62, 206), (c * 0.26, 246))
    suit = o.mirror(o.path(edge, side, leg, [(0, 250)]))
    up = o.smooth(
        (x + 3, edge[-1][1] + 2),
        (c * 0.5, -6),
        (c * 0.4 if design.neckline != "halter" else 6, -28),
    )
    back = Piece(
        o.path(o.smooth((-c * 0.9, 80), (0, 92), (c * 0.9, 80)), [(c, 170), (-c, 170)]),
        puff=3,
        shade=0.55,
        drop=0,
    )
    holes = (
        tuple(
            o.loop((s * c * 0.92, 100), (s * c * 0.5, 120), (s * c * 0.92, 138), (s * c * 1.2, 120))
            for s in (-1, 1)
        )
        if design.has("cutout")
        else ()
    )
    stack = [
        back,
        *pair(Piece(o.ribbon(up, 6), puff=3, drop=0.2)),
        Piece(
            suit,
            puff=14,
            folds=Folds(0.35, 16, 50),
            holes=holes,
            drop=0.3,
            lines=(Line(o.shift(leg, -3, -2), "stitch", 0.8),),
        ),
    ]
    if design.has("ruffle"):
        stack.append(
            ornaments.ruffle(o.smooth((-c * 0.56, t - 2), (0, t + 16), (c * 0.56, t - 2)), 24, 7)
        )
    if design.has("belt"):
        stack += fastenings.waist_belt(c * 0.88, 118, 9)
    if design.has("bow"):
        stack += ornaments.bow(0, t + 26, 18)
    return stack
