"""How fabrics reflect light, and their grain.

A fabric has a diffuse and a specular share, a depth of folds, and a small tile of surface relief
(twill, stitches, pebbles), sampled along each piece's own thread direction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter

TILE = 128  # pixels of a grain tile at twice the reference resolution: it repeats every 64


@dataclass(frozen=True)
class Fabric:
    """How one fabric takes light.

    gloss: strength of the highlight; focus: its exponent; folds: depth of creases relative to
    cotton; grain: name and strength of the surface tile; the pattern's scale is unaffected.
    """

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
    """Return cell coordinates in [-0.5, 0.5) of a staggered grid, and the cells' indices."""
    y, x = np.mgrid[0:TILE, 0:TILE] / TILE
    r = np.floor(y * rows)
    gx = x * cols + stagger * (r % 2)
    return gx % 1 - 0.5, (y * rows) % 1 - 0.5, np.floor(gx) % cols, r


def _twill(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[0:TILE, 0:TILE]
    diagonal = np.sin((x + y) * 2 * np.pi / 8) * 0.6
    return diagonal + _noise(rng, 5, 0.7) * 0.35 + _noise(rng, 1, 1) * 0.3


def _knit(rng: np.random.Generator) -> np.ndarray:
    """Return rows of V-shaped stitches."""
    gx, gy, _, _ = _lattice(16, 10, 0.0)
    return np.cos(2 * np.pi * (gy + 1.1 * np.abs(gx))) * 0.75 - (np.abs(gx) > 0.42) * 0.7


def _cable(rng: np.random.Generator) -> np.ndarray:
    y, _ = np.mgrid[0:TILE, 0:TILE]
    gx, gy, _, _ = _lattice(4, 4, 0.0)
    twist = 0.26 * np.sin(2 * np.pi * gy)
    left, right = np.exp(-(((gx - twist) / 0.13) ** 2)), np.exp(-(((gx + twist) / 0.13) ** 2))
    return np.maximum(left, right) * 1.5 - 0.8 + np.cos(2 * np.pi * y / 8) * 0.2


def _rib(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[0:TILE, 0:TILE]
    return np.cos(2 * np.pi * x / 12.8) * 0.9 + np.cos(2 * np.pi * y / 6.4) * 0.1


def _mesh(rng: np.random.Generator) -> np.ndarray:
    gx, gy, _, _ = _lattice(24, 24)
    return 0.5 - 1.5 * (gx**2 + gy**2 < 0.075)


def _sequin(rng: np.random.Generator) -> np.ndarray:
    gx, gy, c, r = _lattice(16, 16)
    spark = rng.uniform(-1, 1, (16, 16))[r.astype(int), c.astype(int)]
    inside = gx**2 + gy**2 < 0.21
    return np.where(inside, np.sign(spark) * spark**2 * 1.3 + (gx + gy) * spark, -0.7)


def _straw(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[0:TILE, 0:TILE]
    woven = np.sin(x * 2 * np.pi / 8) * np.sin(y * 2 * np.pi / 8) * 0.9
    return woven + _noise(rng, 1, 1) * 0.15


def _plain_weave(rng: np.random.Generator) -> np.ndarray:
    return _noise(rng, 0.6, 2.4) * 0.4 + _noise(rng, 2.4, 0.6) * 0.4


_GRAINS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "smooth": lambda rng: _noise(rng, 6, 6) * 0.5,
    "twill": _twill,
    "pebble": lambda rng: np.abs(_noise(rng, 2.2, 2.2)) - 0.8,
    "knit": _knit,
    "cable": _cable,
    "rib": _rib,
    "slub": lambda rng: _noise(rng, 0.6, 9) * 0.5 + _noise(rng, 9, 0.6) * 0.5,
    "felt": lambda rng: _noise(rng, 1.2, 1.2) * 0.5 + _noise(rng, 3, 3) * 0.4,
    "fur": lambda rng: _noise(rng, 7, 1.2) * 0.8 + _noise(rng, 3, 0.8) * 0.5,
    "mesh": _mesh,
    "sequin": _sequin,
    "straw": _straw,
}


@cache
def grain(name: str) -> np.ndarray:
    """Return a seamless (TILE, TILE) float32 tile around 0, roughly within -1 to 1.

    A name without a grain of its own is a plain weave.
    """
    rng = np.random.default_rng(sum(map(ord, name)))
    field = _GRAINS.get(name, _plain_weave)(rng)
    return np.clip(field, -1.6, 1.6).astype(np.float32)
