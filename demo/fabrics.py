"""How cloths take the light, and their grain.

A fabric is how much light it scatters and mirrors, how deep it folds, and a small tile of
surface relief (twill, stitches, pebbles), sampled along each piece's own thread direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter

TILE = 128  # pixels of a grain tile at twice the reference resolution: it repeats every 64


@dataclass(frozen=True)
class Fabric:
    """gloss: strength of the highlight, focus: its exponent, folds: depth of creases against cotton's,
    grain: name and strength of the surface tile, pattern_scale unaffected."""

    gloss: float = 0.05
    focus: float = 8.0
    folds: float = 1.0
    grain: str = "plain"
    strength: float = 0.05
    ambient: float = 0.42
    diffuse: float = 0.88
    alpha: float = 1.0


FABRICS: dict[str, Fabric] = {
    "cotton": Fabric(grain="plain", strength=0.035),
    "denim": Fabric(gloss=0.03, folds=0.8, grain="twill", strength=0.17),
    "leather": Fabric(
        gloss=0.62, focus=20, folds=1.15, grain="pebble", strength=0.06, ambient=0.36, diffuse=0.9
    ),
    "knit": Fabric(gloss=0.0, folds=0.55, grain="knit", strength=0.3),
    "cable": Fabric(gloss=0.0, folds=0.4, grain="cable", strength=0.42),
    "rib": Fabric(gloss=0.0, folds=0.3, grain="rib", strength=0.28),
    "lace": Fabric(gloss=0.04, folds=0.6, grain="plain", strength=0.04),
    "satin": Fabric(
        gloss=0.6, focus=11, folds=1.7, grain="smooth", strength=0.01, ambient=0.34, diffuse=0.94
    ),
    "silk": Fabric(
        gloss=0.27, focus=8, folds=1.5, grain="smooth", strength=0.012, ambient=0.38, diffuse=0.9
    ),
    "linen": Fabric(gloss=0.0, folds=1.3, grain="slub", strength=0.15),
    "wool": Fabric(gloss=0.0, folds=0.5, grain="felt", strength=0.1),
    "chiffon": Fabric(gloss=0.12, focus=8, folds=1.5, grain="smooth", strength=0.02, alpha=0.86),
    "velvet": Fabric(
        gloss=0.32, focus=3.5, folds=1.35, grain="felt", strength=0.06, ambient=0.26, diffuse=0.98
    ),
    "sheer": Fabric(gloss=0.12, focus=8, folds=1.2, grain="mesh", strength=0.05, alpha=0.62),
    "mesh": Fabric(gloss=0.05, folds=0.7, grain="mesh", strength=0.3, alpha=0.84),
    "sequin": Fabric(gloss=0.3, focus=10, folds=0.9, grain="sequin", strength=0.62, ambient=0.4),
    "shiny": Fabric(
        gloss=0.55, focus=14, folds=1.5, grain="smooth", strength=0.01, ambient=0.36, diffuse=0.92
    ),
    "fur": Fabric(gloss=0.0, folds=0.5, grain="fur", strength=0.3),
    "nylon": Fabric(gloss=0.28, focus=12, folds=1.3, grain="smooth", strength=0.02),
    "canvas": Fabric(gloss=0.0, folds=0.5, grain="plain", strength=0.12),
    "straw": Fabric(gloss=0.02, folds=0.2, grain="straw", strength=0.3),
    "metal": Fabric(
        gloss=0.9, focus=9, folds=0.0, grain="smooth", strength=0.0, ambient=0.3, diffuse=0.95
    ),
    "suede": Fabric(gloss=0.02, folds=0.8, grain="felt", strength=0.1),
    "plastic": Fabric(gloss=0.6, focus=18, folds=0.0, grain="smooth", strength=0.0),
    "rubber": Fabric(gloss=0.08, folds=0.0, grain="smooth", strength=0.0),
    "glass": Fabric(gloss=0.8, focus=14, folds=0.0, grain="smooth", strength=0.0),
    "skin": Fabric(gloss=0.08, focus=6, folds=0.0, grain="smooth", strength=0.0),
}


def _noise(rng, *sigma: float) -> np.ndarray:
    field = gaussian_filter(rng.standard_normal((TILE, TILE)), sigma, mode="wrap")
    return field / (field.std() + 1e-6)


def _lattice(rows: int, cols: int, stagger: float = 0.5):
    """Cell coordinates in [-0.5, 0.5) of a staggered grid, and the indices of the cells."""
    y, x = np.mgrid[0:TILE, 0:TILE] / TILE
    r = np.floor(y * rows)
    gx = x * cols + stagger * (r % 2)
    return gx % 1 - 0.5, (y * rows) % 1 - 0.5, np.floor(gx) % cols, r


def _fur(rng) -> np.ndarray:
    y, x = np.mgrid[0:TILE, 0:TILE]
    return _noise(rng, 7, 1.2) * 0.8 + _noise(rng, 3, 0.8) * 0.5


@cache
def grain(name: str) -> np.ndarray:
    """(TILE, TILE) float32 around 0, about within -1 to 1, repeating without a seam."""
    rng = np.random.default_rng(sum(map(ord, name)))
    y, x = np.mgrid[0:TILE, 0:TILE]
    if name == "smooth":
        field = _noise(rng, 6, 6) * 0.5
    elif name == "twill":
        field = (
            np.sin((x + y) * 2 * np.pi / 8) * 0.6
            + _noise(rng, 5, 0.7) * 0.35
            + _noise(rng, 1, 1) * 0.3
        )
    elif name == "pebble":
        field = np.abs(_noise(rng, 2.2, 2.2)) - 0.8
    elif name == "knit":  # rows of V-shaped stitches
        gx, gy, _, _ = _lattice(16, 10, 0.0)
        field = np.cos(2 * np.pi * (gy + 1.1 * np.abs(gx))) * 0.75 - (np.abs(gx) > 0.42) * 0.7
    elif name == "cable":
        gx, gy, _, _ = _lattice(4, 4, 0.0)
        twist = 0.26 * np.sin(2 * np.pi * gy)
        strand = np.maximum(
            np.exp(-(((gx - twist) / 0.13) ** 2)), np.exp(-(((gx + twist) / 0.13) ** 2))
        )
        field = strand * 1.5 - 0.8 + np.cos(2 * np.pi * y / 8) * 0.2
    elif name == "rib":
        field = np.cos(2 * np.pi * x / 12.8) * 0.9 + np.cos(2 * np.pi * y / 6.4) * 0.1
    elif name == "slub":
        field = _noise(rng, 0.6, 9) * 0.5 + _noise(rng, 9, 0.6) * 0.5
    elif name == "felt":
        field = _noise(rng, 1.2, 1.2) * 0.5 + _noise(rng, 3, 3) * 0.4
    elif name == "fur":
        field = _fur(rng)
    elif name == "mesh":
        gx, gy, _, _ = _lattice(24, 24)
        field = 0.5 - 1.5 * (gx**2 + gy**2 < 0.075)
    elif name == "sequin":
        gx, gy, c, r = _lattice(16, 16)
        spark = rng.uniform(-1, 1, (16, 16))[r.astype(int), c.astype(int)]
        inside = gx**2 + gy**2 < 0.21
        field = np.where(inside, np.sign(spark) * spark**2 * 1.3 + (gx + gy) * spark, -0.7)
    elif name == "straw":
        field = (
            np.sin(x * 2 * np.pi / 8) * np.sin(y * 2 * np.pi / 8) * 0.9 + _noise(rng, 1, 1) * 0.15
        )
    else:  # plain weave
        field = _noise(rng, 0.6, 2.4) * 0.4 + _noise(rng, 2.4, 0.6) * 0.4
    return np.clip(field, -1.6, 1.6).astype(np.float32)
