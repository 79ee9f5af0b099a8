"""Patterns as bolts of printed cloth: (u, v) in reference pixels -> which ink lies there.

Inks are "main", "second", "third", "fourth". Repeating patterns are tiles, drawn once at twice
the reference resolution and looked up, so that a point costs one gather.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter

from demo import motifs, prints

INKS = ("main", "second", "third", "fourth")
Bolt = Callable[[np.ndarray, np.ndarray], tuple[tuple[str, ...], np.ndarray]]


@dataclass(frozen=True)
class Pattern:
    """A printed pattern.

    name: a value of the vocabulary's pattern facet; kind: its variety; scale: size relative to the
    usual; turn: radians; seed: of the drawing; centre, reach: where a placed print sits, in
    reference pixels.
    """

    name: str = "solid"
    kind: str = "solid"
    scale: float = 1.0
    turn: float = 0.0
    seed: int = 0
    centre: tuple[float, float] = (192.0, 256.0)
    reach: float = 60.0


KINDS: dict[str, tuple[str, ...]] = {
    "solid": ("solid",),
    "striped": ("breton", "bold", "pinstripe", "candy", "triple", "diagonal"),
    "checked": ("gingham", "tartan", "windowpane", "buffalo"),
    "polka dot": ("pin dots", "dots", "big dots"),
    "floral": ("meadow", "roses", "ditsy", "tropical"),
    "animal print": ("leopard", "zebra", "cow", "tiger"),
    "graphic": prints.PRINTS,
    "geometric": ("zigzag", "triangles", "diamonds", "hexagons", "scales"),
    "paisley": ("paisley",),
    "camouflage": ("camouflage",),
    "tie-dye": ("spiral", "burst", "bands"),
    "color block": ("halves", "thirds", "diagonal block"),
}


def coverage(pattern: Pattern) -> tuple[float, ...]:
    """Return the share of cloth under each ink; for placed prints, of the cloth around them."""
    reach = 200.0 if pattern.name == "color block" else 60.0
    seed = (
        pattern.seed if pattern.name == "color block" else 0
    )  # all drawings of a kind print about as densely
    return _coverage(Pattern(pattern.name, pattern.kind, seed=seed, reach=reach))


@lru_cache(maxsize=2048)
def _coverage(pattern: Pattern) -> tuple[float, ...]:
    y, x = np.mgrid[56:456:4, 72:312:4].astype(np.float32)
    return tuple(float(share) for share in bolt(pattern)(x, y)[1].mean((0, 1)))


@lru_cache(maxsize=128)
def bolt(pattern: Pattern) -> Bolt:
    """Return the cloth of a pattern as a function of (u, v)."""
    if pattern.name == "solid":
        return lambda u, v: (INKS[:1], np.ones((*u.shape, 1), np.float32))
    if pattern.name == "graphic":
        return _placed(pattern)
    if pattern.name == "color block":
        return _blocks(pattern)
    if pattern.name == "tie-dye":
        return _dyed(pattern)
    return _repeating(pattern, _tile(pattern.name, pattern.kind, pattern.seed))


def _repeating(pattern: Pattern, tile: np.ndarray) -> Bolt:
    n, m, k = tile.shape
    flat = gaussian_filter(tile, (0.9, 0.9, 0), mode="wrap").reshape(
        -1, k
    )  # a picture's pixel is two of the tile's
    c, s = (
        np.float32(np.cos(pattern.turn) * 2 / pattern.scale),
        np.float32(np.sin(pattern.turn) * 2 / pattern.scale),
    )

    def look(u, v):
        i = (c * v - s * u).astype(np.int32) % n
        j = (c * u + s * v).astype(np.int32) % m
        return INKS[:k], np.take(flat, i * m + j, axis=0)

    return look


def _one_hot(levels: list[np.ndarray]) -> np.ndarray:
    """Return ink weights from masks painted over one another, the ground first."""
    ground = np.ones_like(levels[0])
    stack = [ground]
    for mask in levels:
        stack = [s * (1 - mask) for s in stack] + [mask]
    return np.stack(stack, -1).astype(np.float32)


@lru_cache(maxsize=128)
def _tile(name: str, kind: str, seed: int) -> np.ndarray:
    rng = np.random.default_rng([seed, sum(map(ord, kind))])
    if name == "striped":
        return _stripes(kind, rng)
    if name == "checked":
        return _checks(kind, rng)
    if name == "animal print":
        return _animal(kind, rng)
    if name == "camouflage":
        return _camouflage(rng)
    if name == "polka dot":
        return _one_hot([motifs.dots(kind, rng)])
    if name == "geometric":
        return _one_hot(motifs.geometry(kind, rng))
    if name == "paisley":
        return _one_hot(motifs.paisley(rng))
    return _one_hot(motifs.flowers(kind, rng))


def _soft(x: np.ndarray) -> np.ndarray:
    return gaussian_filter(x.astype(np.float32), 0.7, mode="wrap")


def _stripes(kind: str, rng) -> np.ndarray:
    period = {"breton": 36, "bold": 84, "pinstripe": 30, "candy": 28, "triple": 96, "diagonal": 48}[
        kind
    ]
    y = np.arange(period)
    second = {
        "breton": y < 13,
        "bold": y < 42,
        "pinstripe": y < 4,
        "candy": y < 14,
        "diagonal": y < 22,
        "triple": (y % 20 < 9) & (y < 58),
    }[kind]
    rows = _one_hot([np.repeat(_soft(second)[:, None], 8, 1)])
    return rows.transpose(1, 0, 2).copy() if kind in ("pinstripe", "candy") else rows


def _checks(kind: str, rng) -> np.ndarray:
    n = {"gingham": 44, "tartan": 108, "windowpane": 76, "buffalo": 92}[kind]
    t = np.arange(n)
    if kind in ("gingham", "buffalo"):
        band = _soft(t < n // 2)
        second = (band[:, None] + band[None, :]) / 2
        return _one_hot([second])
    if kind == "windowpane":
        band = _soft(t < 7)
        return _one_hot([np.maximum(band[:, None], band[None, :])])
    wide = _soft((t > 10) & (t < 54)) * 0.62
    thin = _soft((t > 28) & (t < 36))
    bright = _soft((t > 76) & (t < 82))
    return _one_hot(
        [
            1 - (1 - wide[:, None]) * (1 - wide[None, :]),
            np.maximum(thin[:, None], thin[None, :]) * 0.8,
            np.maximum(bright[:, None], bright[None, :]) * 0.9,
        ]
    )


def _noise(rng, n: int, *sigma: float) -> np.ndarray:
    field = gaussian_filter(rng.standard_normal((n, n)), sigma, mode="wrap")
    return field / field.std()


def _step(x: np.ndarray, sharp: float = 9.0) -> np.ndarray:
    return np.clip(x * sharp + 0.5, 0, 1)


def _animal(kind: str, rng) -> np.ndarray:
    n = 256
    if kind == "cow":
        return _one_hot([_step(_noise(rng, n, 17, 17) - 0.25, 12)])
    if kind in ("zebra", "tiger"):
        y, x = np.mgrid[0:n, 0:n] / n * 2 * np.pi
        warp = _noise(rng, n, 22, 22) * 1.1 + _noise(rng, n, 9, 9) * 0.35
        wave = np.sin((9 if kind == "zebra" else 8) * y + 1.3 * np.sin(2 * x) + warp * 1.6)
        if kind == "zebra":
            return _one_hot([_step(wave, 2.5)])
        return _one_hot([_step(wave - 0.45 + 0.25 * _noise(rng, n, 12, 5), 3)])
    spots, grid = np.ones((n, n), bool), 7
    for r in range(grid):
        for c in range(grid):
            x, y = (
                (c + 0.5 * (r % 2) + rng.uniform(0.25, 0.75)) / grid * n,
                (r + rng.uniform(0.25, 0.75)) / grid * n,
            )
            spots[int(y) % n, int(x) % n] = False
    near = (
        distance_transform_edt(np.pad(spots, 40, mode="wrap"))[40:-40, 40:-40]
        + _noise(rng, n, 4, 4) * 1.9
    )
    ring = _step(4.2 - np.abs(near - 10.5), 0.5) * _step(_noise(rng, n, 5, 5) + 1.0, 3)
    return _one_hot([_step(8.5 - near, 0.5) * 0.85, ring])


def _camouflage(rng) -> np.ndarray:
    n = 320
    return _one_hot(
        [
            _step(_noise(rng, n, 10, 18) - 0.2, 14),
            _step(_noise(rng, n, 9, 16) - 0.6, 14),
            _step(_noise(rng, n, 7, 14) - 1.0, 14),
        ]
    )


def _placed(p: Pattern) -> Bolt:
    """Return one placed print: the masks of `print_of` over a square of side 2 reach."""
    masks = gaussian_filter(np.stack(prints.print_of(p.kind, p.seed)), (0, 0.9, 0.9))  # (k, n, n)
    k, n, _ = masks.shape

    def look(u, v):
        j = ((u - p.centre[0]) / p.reach + 1) * (n / 2)
        i = ((v - p.centre[1]) / p.reach + 1) * (n / 2)
        inside = (i >= 0) & (i < n - 1) & (j >= 0) & (j < n - 1)
        at = np.where(inside, i, 0).astype(np.int32), np.where(inside, j, 0).astype(np.int32)
        return INKS[: k + 1], _one_hot([m[at] * inside for m in masks])

    return look


def _blocks(p: Pattern) -> Bolt:
    rng = np.random.default_rng(p.seed)
    first, next_ = sorted(rng.uniform([0.34, 0.62], [0.44, 0.7]))

    def look(u, v):
        tall = (
            (v - p.centre[1]) / (2 * p.reach)
            + 0.5
            + (0.6 * (u - p.centre[0]) / (2 * p.reach) if p.kind == "diagonal block" else 0)
        )
        lower = _step(tall - first, 250)
        if p.kind == "halves" or p.kind == "diagonal block":
            return INKS[:2], _one_hot([lower])
        return INKS[:3], _one_hot([lower, _step(tall - next_, 250)])

    return look


def _dyed(p: Pattern) -> Bolt:
    rng = np.random.default_rng(p.seed)
    n = 256
    cloud = np.asarray(_noise(rng, n, 5, 5) * 0.32 + _noise(rng, n, 1.6, 1.6) * 0.1, np.float32)

    def look(u, v):
        x, y = u - p.centre[0], v - p.centre[1]
        c = cloud[(v * 0.9).astype(np.int32) % n, (u * 0.9).astype(np.int32) % n]
        far = np.hypot(x, y) / (30 * p.scale)
        phase = {
            "spiral": far + np.arctan2(y, x) / (2 * np.pi) * 3,
            "burst": far * 1.2,
            "bands": y / (38 * p.scale) + x * 0.004,
        }[p.kind] + c
        around = phase % 3
        weights = np.stack(
            [
                np.maximum(0, 1 - np.minimum(np.abs(around - k), 3 - np.abs(around - k)))
                for k in range(3)
            ],
            -1,
        )
        weights = weights**0.7
        return INKS[:3], (weights / weights.sum(-1, keepdims=True)).astype(np.float32)

    return look
