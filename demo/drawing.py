"""From a design to a relief, and from a relief to pictures."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter

from demo import patterns
from demo.colours import Colourway
from demo.design import Design
from demo.garments.register import draft
from demo.light import Canvas, Relief
from demo.motifs import flowers
from demo.patterns import Pattern
from demo.pieces import Piece, bounds, placed

FRAME = (384.0, 512.0)
SIZE = (384, 512)
PLACED = ("graphic", "color block", "tie-dye")  # patterns that have a place on the garment


def drawn_stack(design: Design) -> list[Piece]:
    """Return the design's pieces as drafted, around x = 0."""
    return draft(design, np.random.default_rng(design.seed))


def pieces_of(design: Design) -> list[Piece]:
    """Return the pieces scaled and centred in the reference frame."""
    return placed(drawn_stack(design), most=1.9)


def relief_of(design: Design, size: tuple[int, int] = SIZE) -> Relief:
    """Return the design's cloth and light without its colours.

    size: (width, height) in pixels, 3:4.
    """
    return relief(pieces_of(design), design, size)


def relief(stack: list[Piece], design: Design, size: tuple[int, int] = SIZE) -> Relief:
    """Light a stack of pieces and lay the design's pattern on it."""
    canvas = Canvas(size, size[0] / FRAME[0], np.random.default_rng([design.seed, 1]))
    pattern = aimed(design.pattern, stack)
    fixed = pattern.name in PLACED
    for piece in stack:
        canvas.lay(replace(piece, turn=0.0) if fixed else piece, design.fabric)
    return canvas.finish(
        laced(patterns.bolt(pattern)) if design.fabric == "lace" else patterns.bolt(pattern)
    )


def aimed(pattern: Pattern, stack: list[Piece]) -> Pattern:
    """Return the pattern placed on the largest piece of cloth.

    A print sits on the chest; blocks and dye spread over the whole height.
    """
    if pattern.name not in PLACED:
        return pattern
    x0, y0, x1, y1 = bounds(
        [
            max(
                (p for p in stack if p.slot == "cloth"),
                key=lambda p: np.prod(np.ptp(p.outline, axis=0)),
            )
        ]
    )
    wide, tall = float(x1 - x0), float(y1 - y0)
    if pattern.name == "graphic":
        reach = round(min(wide * 0.3, tall * 0.3))
        return replace(
            pattern,
            centre=(round((x0 + x1) / 2), round(y0 + tall * (0.36 if tall > wide * 1.6 else 0.47))),
            reach=reach,
        )
    if pattern.name == "color block":
        return replace(
            pattern, centre=(round((x0 + x1) / 2), round((y0 + y1) / 2)), reach=round(tall / 2)
        )
    return replace(pattern, centre=(round((x0 + x1) / 2), round(y0 + tall * 0.45)))


def laced(bolt: patterns.Bolt) -> patterns.Bolt:
    """Return the bolt as lace: flowers closed, the net between them open to the lining."""

    def look(u, v):
        names, weights = bolt(u, v)
        net = lace_net()
        n = len(net)
        closed = net[(v * 2).astype(np.int32) % n, (u * 2).astype(np.int32) % n][..., None]
        return (*names, "lining"), np.concatenate([weights * closed, 1 - closed], -1)

    return look


@lru_cache(maxsize=1)
def lace_net() -> np.ndarray:
    """Return (n, n) float32, 1 where lace is closed."""
    leaves, petals, hearts = flowers("meadow", np.random.default_rng(11))
    n = len(petals)
    y, x = np.mgrid[0:n, 0:n]
    net = ((np.abs((x + y) % 11 - 5.5) < 1.6) | (np.abs((x - y) % 11 - 5.5) < 1.6)) * 0.75
    closed = np.maximum.reduce([leaves, petals, net.astype(np.float32)]) - hearts * 0.7
    return np.clip(closed, 0.12, 1).astype(np.float32)


def ground_shadow(alpha: np.ndarray, zoom: float) -> np.ndarray:
    """Return (H, W) in 0 to 1: the light left on the ground, darkest close to the item."""
    small = np.asarray(Image.fromarray(alpha).reduce(4))
    small = np.pad(small, 8)
    out = np.ones_like(small)
    for dx, dy, radius, depth in ((0.5, 1.2, 2.2, 0.34), (1.6, 3.0, 7, 0.26)):
        n = max(1, round(radius * zoom))
        moved = np.roll(small, (round(dy * zoom), round(dx * zoom)), (0, 1))
        out *= 1 - depth * uniform_filter(uniform_filter(moved, n), n)
    out = out[8:-8, 8:-8]
    return np.asarray(Image.fromarray(out).resize(alpha.shape[::-1], Image.Resampling.BILINEAR))


@lru_cache(maxsize=4)
def _falloff(size: tuple[int, int]) -> np.ndarray:
    """Return a studio wall's light: brighter towards the lamp, darker in the far corner."""
    w, h = size
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    far = np.hypot(x / w - 0.36, (y / h - 0.3) * 1.15)
    grain = np.random.default_rng(3).standard_normal((h, w)).astype(np.float32) * 0.003
    return (1.035 - 0.13 * far**1.6 + grain)[..., None]


def dye(
    r: Relief,
    colourway: Colourway,
    shadow: np.ndarray | None = None,
    backdrop: np.ndarray | None = None,
) -> Image.Image:
    """Dye the relief in one colourway.

    backdrop: (H, W, 3) in 0 to 255; None for a studio wall.
    """
    h, w = r.alpha.shape
    table = np.array([colourway.rgb(ink) for ink in r.inks], dtype=np.float32)
    cloth = (r.weights.reshape(-1, len(r.inks)) @ table).reshape(h, w, 3)
    cloth *= r.shade[..., None]
    # dark cloth too shows its folds: a little of the light comes back whatever the dye
    cloth += ((r.gleam * 235 + np.maximum(r.shade - 0.8, 0) * 24) * r.alpha)[..., None]
    if backdrop is None:
        backdrop = np.array(colourway.backdrop, dtype=np.float32) * _falloff((w, h))
    if shadow is None:
        shadow = ground_shadow(r.alpha, w / FRAME[0])
    cloth += backdrop * (shadow * (1 - r.alpha))[..., None]
    np.clip(cloth, 0, 255, out=cloth)
    return Image.fromarray(cloth.astype(np.uint8))


def render_design(
    design: Design, colourways: list[Colourway], size: tuple[int, int] = SIZE
) -> list[Image.Image]:
    """Draw one picture for each colourway, all from one relief."""
    r = relief_of(design, size)
    shadow = ground_shadow(r.alpha, size[0] / FRAME[0])
    return [dye(r, colourway, shadow) for colourway in colourways]
