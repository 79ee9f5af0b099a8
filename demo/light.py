"""From pattern pieces to light: masks, heights, normals, shading, ink weights.

Every piece gets a height (its blurred silhouette rounded at the rim, plus folds and pleats), the
height a normal, the normal a Lambert term and a Blinn highlight. The result, a `Relief`, knows
nothing of colours: it says how much of each ink covers a pixel and how bright the light is there,
so one relief can be dyed in all colourways of a design.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import uniform_filter

from demo import fabrics
from demo.outlines import resample
from demo.pieces import Piece

SUN = np.array([-0.45, -0.6, 0.66], dtype=np.float32) / np.float32(
    np.linalg.norm([-0.45, -0.6, 0.66])
)
HALF = (SUN + np.array([0, 0, 1], dtype=np.float32)) / np.float32(
    np.linalg.norm(SUN + np.array([0, 0, 1], dtype=np.float32))
)


@dataclass(frozen=True, eq=False)
class Relief:
    """Ink weights and light of a drawn stack.

    inks: K names; weights (H, W, K): share of each ink; shade (H, W): light; gleam (H, W):
    highlight added; alpha (H, W): coverage of the pixel.
    """

    inks: tuple[str, ...]
    weights: np.ndarray
    shade: np.ndarray
    gleam: np.ndarray
    alpha: np.ndarray


def _mask(size, polygons, holes=(), offset=(0, 0), zoom=1.0) -> np.ndarray:
    """Return (h, w) float32 coverage of the polygons, antialiased by drawing at twice the size."""
    w, h = size
    image = Image.new("L", (w * 2, h * 2))
    draw = ImageDraw.Draw(image)
    for fill, group in ((255, polygons), (0, holes)):
        for polygon in group:
            points = (polygon * zoom - np.float32(offset)) * 2
            draw.polygon([tuple(p) for p in points.tolist()], fill=fill)
    return np.asarray(image.reduce(2), np.float32) * np.float32(1 / 255)


def _resized(field: np.ndarray, size) -> np.ndarray:
    return np.asarray(Image.fromarray(field).resize(size, Image.Resampling.BILINEAR))


def _blur(field: np.ndarray, radius: float) -> np.ndarray:
    """Blur by two box filters, close to a Gaussian of the same radius."""
    n = max(1, round(radius))
    return uniform_filter(uniform_filter(field, n), n)


def _crease(rng, size, zoom, across, along, angle) -> np.ndarray:
    """Return (h, w) smooth noise stretched along the drape, of about unit variance."""
    w, h = size
    ax, ay = max(across * zoom, 2.0), max(along * zoom, 2.0)
    reach = int(np.hypot(w, h)) + 4
    noise = rng.standard_normal((int(reach / ay) + 5, int(reach / ax) + 5)).astype(np.float32)
    c, s = np.cos(angle), np.sin(angle)
    cx, cy = w / 2, h / 2
    matrix = (
        c / ax,
        s / ax,
        noise.shape[1] / 2 - (c * cx + s * cy) / ax,
        -s / ay,
        c / ay,
        noise.shape[0] / 2 - (-s * cx + c * cy) / ay,
    )
    return (
        np.asarray(
            Image.fromarray(noise).transform(
                (w, h), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC
            )
        )
        * 1.5
    )


def _folds(piece: Piece, fabric, rng, size, origin, zoom) -> np.ndarray:
    """Return the height of creases and pleats in half-size pixels."""
    height = np.zeros((size[1], size[0]), np.float32)
    f = piece.folds
    if f is not None and fabric.folds > 0:
        soft = _crease(rng, size, zoom, f.across * 1.7, f.along, f.angle)
        sharp = _crease(rng, size, zoom, f.across, f.along * 0.8, f.angle + rng.normal(0, 0.22))
        height += (
            f.amount * fabric.folds * (0.75 * soft - 0.85 * np.sqrt(sharp**2 + 0.05)) * (zoom * 2)
        )
    if piece.quilt:
        angle = f.angle if f is not None else 0.0
        y, x = np.ogrid[0 : size[1], 0 : size[0]]
        along = ((y + origin[1]) * np.cos(angle) - (x + origin[0]) * np.sin(angle)).astype(
            np.float32
        ) / (piece.quilt * zoom)
        height += (
            np.sqrt(np.abs(np.sin(np.pi * along + 0.35 * height / max(zoom, 0.1))) + 0.02)
            * piece.quilt
            * 0.2
            * (zoom * 2)
        )
    p = piece.pleats
    if p is not None:
        y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
        x, y = (x + origin[0]) / zoom, (y + origin[1]) / zoom
        down = np.clip((y - p.top) / max(p.bottom - p.top, 1), 0, 1)
        half = p.half_top + (p.half_bottom - p.half_top) * down
        phase = (x - p.x) / half * p.count / 2
        wave = np.sin(phase * 2 * np.pi + 0.5 * np.sin(phase * 5.1 + rng.uniform(0, 6)))
        height += p.depth * wave * (0.25 + 0.75 * np.sqrt(down)) * (zoom * 2)
    return height


def _lit(height, fabric) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return shade, gleam and the slopes along x and y of a height field."""
    gy, gx = np.gradient(height)
    nz = 1 / np.sqrt(1 + gx * gx + gy * gy)
    lambert = np.maximum((-gx * SUN[0] - gy * SUN[1] + SUN[2]) * nz, 0)
    shade = fabric.ambient + fabric.diffuse * lambert
    if fabric.gloss > 0:
        mirror = np.maximum((-gx * HALF[0] - gy * HALF[1] + HALF[2]) * nz, 0) ** fabric.focus
        gleam = fabric.gloss * np.maximum(mirror - HALF[2] ** fabric.focus * 0.75, 0)
    else:
        gleam = np.zeros_like(shade)
    return shade, gleam, gx, gy


class Canvas:
    """Lays pieces on one another and lights them; `finish` applies the pattern and the grain."""

    def __init__(self, size: tuple[int, int], zoom: float, rng: np.random.Generator):
        self.size, self.zoom, self.rng = size, zoom, rng
        w, h = size
        self.inks: list[str] = ["cloth"]
        self.layers = [np.zeros((h, w), np.float32)]
        self.shade = np.ones((h, w), np.float32)
        self.gleam = np.zeros((h, w), np.float32)
        self.u = np.zeros((h, w), np.float32)
        self.v = np.zeros((h, w), np.float32)
        self.grain = np.zeros((h, w), np.int8)  # 1 + index into grains
        self.grains: list[tuple[str, float]] = []

    def _layer(self, slot: str) -> np.ndarray:
        if slot not in self.inks:
            self.inks.append(slot)
            self.layers.append(np.zeros_like(self.shade))
        return self.layers[self.inks.index(slot)]

    def _window(self, outline, pad) -> tuple[int, int, int, int] | None:
        """Return an even-sized window around the outline: x0, y0, width, height."""
        w, h = self.size
        lo = np.floor(outline.min(0) * self.zoom - pad).astype(int) // 2 * 2
        hi = np.ceil(outline.max(0) * self.zoom + pad).astype(int)
        x0, y0 = max(lo[0], 0), max(lo[1], 0)
        cw, ch = (min(hi[0], w) - x0) // 2 * 2, (min(hi[1], h) - y0) // 2 * 2
        return (x0, y0, cw, ch) if cw >= 4 and ch >= 4 else None

    def lay(self, piece: Piece, fabric_name: str) -> None:
        """Add a piece on top of the others; pieces outside the picture add nothing."""
        window = self._window(piece.outline, 8 * self.zoom if piece.drop else 2)
        if window is None:
            return
        x0, y0, cw, ch = window
        fabric = fabrics.FABRICS[piece.fabric or fabric_name]
        mask = _mask((cw, ch), [piece.outline], piece.holes, (x0, y0), self.zoom)
        here = (slice(y0, y0 + ch), slice(x0, x0 + cw))
        if piece.drop:
            self._shadow(piece, mask, here)
        shade, gleam, du, dv = self._surface(piece, fabric, mask, (x0, y0))
        cover = mask * (
            piece.alpha * (fabric.alpha if piece.slot in ("cloth", "accent", "sheer") else 1.0)
        )
        for layer in self.layers:
            layer[here] *= 1 - cover
        layer = self._layer(piece.slot)
        layer[here] += cover
        self.shade[here] += (shade * piece.shade - self.shade[here]) * mask
        self.gleam[here] += (gleam - self.gleam[here]) * mask
        self._thread(piece, fabric, mask > 0.5, here, (x0, y0), du, dv)
        for line in piece.lines:
            self._line(line, mask, here, (x0, y0))

    def _shadow(self, piece, mask, here) -> None:
        small = np.asarray(Image.fromarray(mask).reduce(2))
        soft = _blur(
            np.roll(small, (int(2 * self.zoom), int(1.5 * self.zoom)), (0, 1)), 5 * self.zoom
        )
        soft = _resized(soft, mask.shape[::-1])
        self.shade[here] *= 1 - piece.drop * soft * (1 - mask)

    def _surface(self, piece, fabric, mask, origin):
        """Return shade, gleam and pattern displacement of the piece at full size."""
        zoom = self.zoom / 2
        small = np.ascontiguousarray(np.asarray(Image.fromarray(mask).reduce(2)))
        h, w = small.shape
        radius = max(piece.puff * zoom * 1.3, 1.0)
        inner = np.clip(_blur(small, radius) * 2 - 1, 0, 1)
        dome = np.sqrt(np.clip(1 - (1 - inner) ** 2, 0, 1))
        height = dome * radius * 0.75 * piece.lift
        folds = _folds(piece, fabric, self.rng, (w, h), (origin[0] / 2, origin[1] / 2), zoom)
        height = _blur(height, 1.6 * self.zoom) + folds * inner
        shade, gleam, gx, gy = _lit(height, fabric)
        shade *= 0.8 + 0.2 * dome
        full = mask.shape[::-1]
        shade, gleam = _resized(shade, full), _resized(gleam, full)
        if piece.slot not in ("cloth", "accent"):
            return shade, gleam, 0.0, 0.0
        reach = 5.0 * self.zoom
        return (
            shade,
            gleam,
            np.clip(_resized(gx, full) * reach, -reach, reach),
            np.clip(_resized(gy, full) * reach, -reach, reach),
        )

    def _thread(self, piece, fabric, inside, here, origin, du, dv) -> None:
        """Return where on the bolt of cloth each pixel lies, in reference pixels."""
        h, w = inside.shape
        y, x = np.ogrid[0:h, 0:w]
        x = (x + origin[0]).astype(np.float32) + du
        y = (y + origin[1]).astype(np.float32) + dv
        c, s = (
            np.float32(np.cos(piece.turn) / self.zoom),
            np.float32(np.sin(piece.turn) / self.zoom),
        )
        np.copyto(self.u[here], c * x + s * y, where=inside)
        np.copyto(self.v[here], c * y - s * x, where=inside)
        kind = (fabric.grain, fabric.strength)
        if kind not in self.grains:
            self.grains.append(kind)
        self.grain[here][inside] = 1 + self.grains.index(kind)

    def _line(self, line, mask, here, origin) -> None:
        ch, cw = mask.shape
        image = Image.new("L", (cw * 2, ch * 2))
        draw = ImageDraw.Draw(image)
        points = (np.asarray(line.points) * self.zoom - np.float32(origin)) * 2
        width = max(1, round(line.width * 2 * self.zoom))
        if line.kind == "stitch":
            length = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
            dashes = resample(points, max(4, int(length / (3.2 * self.zoom))))
            for a, b in zip(dashes[0::2], dashes[1::2], strict=False):
                draw.line([tuple(a), tuple(b)], fill=255, width=width)
        else:
            draw.line([tuple(p) for p in points], fill=255, width=width, joint="curve")
        mark = np.asarray(image.reduce(2), np.float32) * (mask / 255)
        if line.kind == "seam":
            self.shade[here] *= 1 - line.strength * mark
            return
        mark = mark * min(1.0, line.strength * 2)
        for layer in self.layers:
            layer[here] *= 1 - mark
        layer = self._layer(line.slot)
        layer[here] += mark

    def finish(self, cloth) -> Relief:
        """Return the relief under a pattern.

        cloth: `cloth(u, v) -> (names, weights (..., k))` says which ink lies where on the bolt.
        """
        for i, (name, strength) in enumerate(self.grains):
            if strength == 0:
                continue
            tile = fabrics.grain(name)
            where = np.nonzero(self.grain.ravel() == i + 1)[0]
            n = fabrics.TILE - 1
            iu = (self.u.ravel()[where] * 2).astype(np.int32) & n
            iv = (self.v.ravel()[where] * 2).astype(np.int32) & n
            self.shade.ravel()[where] *= (
                1 + strength * min(1.0, self.zoom * 1.1) * tile.ravel()[iv * (n + 1) + iu]
            )
        alpha = np.clip(sum(self.layers), 0, 1)
        names, share = cloth(self.u, self.v)
        inks = list(names) + self.inks[1:]
        stack = np.empty((*alpha.shape, len(inks)), np.float32)
        stack[..., : len(names)] = share * self.layers[0][..., None]
        for i, layer in enumerate(self.layers[1:], len(names)):
            stack[..., i] = layer
        return Relief(tuple(inks), stack, self.shade, self.gleam, alpha)
