"""A pair of shoes of any kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo import outlines as o
from demo.design import Design, Tape
from demo.garments.closed_shoes import boots, formal, loafers, sneakers
from demo.garments.open_shoes import flats, flip_flops, heels, sandals
from demo.pieces import Piece, shifted


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft the pair: one shoe in front, its twin a step behind."""
    tape = Tape(rng, design.spread)
    shoe = SHOES[design.category](design, tape)
    if design.category == "flip flops" or design.cut == "slides":
        twin = [p.mirrored() for p in shoe]
        return shifted(twin, -66, 0) + shifted(shoe, 66, 0)
    dx, dy = tape.between(-44, -26), tape.between(-74, -58)
    tall = min(p.outline[:, 1].min() for p in shoe)
    if tall < -150:
        dx, dy = -82.0, -26.0
    behind = [replace(p.moved(lambda q: o.shift(q, dx, dy)), shade=p.shade * 0.93) for p in shoe]
    return behind + shoe


SHOES = {
    "sneakers": sneakers,
    "boots": boots,
    "heels": heels,
    "sandals": sandals,
    "flats": flats,
    "loafers": loafers,
    "formal shoes": formal,
    "flip flops": flip_flops,
}
