"""Motifs of printed cloth: flowers, dots, geometry, paisleys.

They are masks over a square tile that wraps seamlessly, at twice the reference resolution.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from demo import outlines as o


class _Wrap:
    """Draws polygons on a wrapping square, at twice the resolution of its masks."""

    def __init__(self, n: int):
        self.n = n
        self.image = Image.new("L", (n * 2, n * 2))
        self.draw = ImageDraw.Draw(self.image)

    def add(self, polygon: np.ndarray, fill: int = 255) -> None:
        lo, hi = polygon.min(0), polygon.max(0)
        for dx in (-self.n, 0, self.n):
            for dy in (-self.n, 0, self.n):
                if (
                    hi[0] + dx > 0
                    and lo[0] + dx < self.n
                    and hi[1] + dy > 0
                    and lo[1] + dy < self.n
                ):
                    self.draw.polygon(
                        [tuple(q) for q in ((polygon + [dx, dy]) * 2).tolist()], fill=fill
                    )

    def mask(self) -> np.ndarray:
        return np.asarray(self.image.reduce(2), np.float32) / 255


def dots(kind: str, rng) -> np.ndarray:
    """Return the mask of dots on a lattice, or scattered."""
    n, r = {"pin dots": (26, 3.6), "dots": (52, 9.0), "big dots": (92, 20.0)}[kind]
    y, x = np.mgrid[0:n, 0:n]
    far = np.minimum(
        _wrapped(x, n / 4, n) ** 2 + _wrapped(y, n / 4, n) ** 2,
        _wrapped(x, 3 * n / 4, n) ** 2 + _wrapped(y, 3 * n / 4, n) ** 2,
    )
    return np.clip(r - np.sqrt(far) + 0.5, 0, 1)


def _wrapped(x, centre, n):
    return (x - centre + n / 2) % n - n / 2


def _scatter(rng, n: int, apart: float, tries: int = 400) -> list[tuple[float, float]]:
    """Return points on the wrapped square that keep `apart` from one another (dart throwing)."""
    found: list[tuple[float, float]] = []
    for x, y in rng.uniform(0, n, (tries, 2)):
        if all(np.hypot(_wrapped(x, a, n), _wrapped(y, b, n)) > apart for a, b in found):
            found.append((x, y))
    return found


def _flower(x, y, r, petals, turn) -> list[np.ndarray]:
    return [
        o.shift(
            o.rotate(
                o.ellipse(0, -r * 0.58, r * 0.36, r * 0.5, n=14), turn + 2 * np.pi * k / petals
            ),
            x,
            y,
        )
        for k in range(petals)
    ]


def _leaf(x, y, length, turn) -> np.ndarray:
    return o.shift(
        o.rotate(
            o.path(
                o.smooth((0, 0), (length * 0.24, -length * 0.5), (0, -length), steps=5),
                o.smooth((0, -length), (-length * 0.24, -length * 0.5), (0, 0), steps=5),
            ),
            turn,
        ),
        x,
        y,
    )


def flowers(kind: str, rng) -> list[np.ndarray]:
    """Return the masks of leaves, petals and centres of flowers."""
    n, apart, size = {
        "meadow": (176, 34, 15),
        "roses": (208, 58, 25),
        "ditsy": (112, 19, 7),
        "tropical": (240, 62, 26),
    }[kind]
    leaves, petals, hearts = _Wrap(n), _Wrap(n), _Wrap(n)
    for x, y in _scatter(rng, n, apart):
        r, turn = size * rng.uniform(0.8, 1.15), rng.uniform(0, 6.3)
        for k in range(3 if kind == "tropical" else 2):
            leaves.add(
                _leaf(
                    x,
                    y,
                    r * (2.1 if kind == "tropical" else 1.6),
                    turn + k * 2.2 + rng.normal(0, 0.3),
                )
            )
        if kind == "roses":
            petals.add(
                o.shift(
                    o.loop(
                        *[
                            (
                                r * (0.9 + 0.12 * (k % 2)) * np.cos(a),
                                r * (0.9 + 0.12 * (k % 2)) * np.sin(a),
                            )
                            for k, a in enumerate(np.linspace(0, 6.28, 10, endpoint=False))
                        ]
                    ),
                    x,
                    y,
                )
            )
            for q, s in ((0.72, 0.0), (0.42, 1.9)):
                hearts.add(
                    o.shift(
                        o.ribbon(
                            o.smooth(
                                *[
                                    (r * q * np.cos(a + turn + s), r * q * np.sin(a + turn + s))
                                    for a in np.linspace(0, 4.4, 8)
                                ]
                            ),
                            r * 0.13,
                        ),
                        x,
                        y,
                    )
                )
        else:
            for petal in _flower(x, y, r * 1.15, 5 if kind != "tropical" else 6, turn):
                petals.add(petal)
            hearts.add(o.ellipse(x, y, r * 0.3, r * 0.3, n=14))
    return [leaves.mask(), petals.mask(), hearts.mask()]


def paisley(rng) -> list[np.ndarray]:
    """Return the masks of paisley drops and their cores."""
    n = 192
    drops, inner, spots = _Wrap(n), _Wrap(n), _Wrap(n)
    body = np.float32(
        o.path(
            o.smooth(
                (2, -34),
                (-10, -20),
                (-19, -2),
                (-16, 16),
                (0, 24),
                (15, 15),
                (16, 0),
                (8, -10),
                (10, -24),
                (2, -34),
                steps=6,
            )
        )
    )
    for row in range(3):
        for col in range(3):
            x, y = (col + 0.5 * (row % 2) + 0.25) * n / 3, (row + 0.5) * n / 3
            turn = 0.5 * (-1) ** row + 3.14 * ((row + col) % 2)

            def place(p, k, turn=turn, x=x, y=y):
                return o.shift(o.rotate(o.scale(p, k), turn), x, y)

            drops.add(place(body, 1.12))
            drops.add(place(body, 0.9), fill=0)
            inner.add(place(body, 0.74))
            spots.add(place(body, 0.4))
            for a in np.linspace(0, 6.28, 9, endpoint=False):
                spots.add(
                    place(o.ellipse(-1 + 25 * np.cos(a), -2 + 31 * np.sin(a), 2.2, 2.2, n=8), 1.0)
                )
    return [drops.mask(), inner.mask(), spots.mask()]


def geometry(kind: str, rng) -> list[np.ndarray]:
    """Return the masks of a geometric motif."""
    if kind == "zigzag":
        n = 60
        y, x = np.mgrid[0:n, 0:n]
        wave = (y + np.abs(_wrapped(x, n / 2, n))) % n
        return [
            np.clip((np.abs(_wrapped(wave, n / 4, n)) < n / 8) * 1.0, 0, 1),
            (np.abs(_wrapped(wave, 3 * n / 4, n)) < n / 16) * 1.0,
        ]
    if kind == "scales":
        n = 64
        field = np.zeros((n, n))
        y, x = np.mgrid[0:n, 0:n]
        for cy, cx in (
            (-n / 2, n / 2),
            (0, 0),
            (0, n),
            (n / 2, n / 2),
            (n, 0),
            (n, n),
            (1.5 * n, n / 2),
        ):
            r = np.hypot(x - cx, y - cy)
            field = np.where(r < n / 2, (r % (n / 6) < n / 14) * 1.0, field)
        return [field]
    tile = _Wrap({"triangles": 84, "diamonds": 72, "hexagons": 78}[kind])
    other = _Wrap(tile.n)
    n = tile.n
    if kind == "triangles":
        for row in range(2):
            for col in range(2):
                x, y = col * n / 2 + row * n / 4, row * n / 2
                shape = np.array(
                    [[x, y + n * 0.44], [x + n * 0.44, y + n * 0.44], [x + n * 0.22, y + n * 0.06]],
                    dtype=np.float32,
                )
                (tile if (row + col) % 2 else other).add(shape)
    elif kind == "diamonds":
        for x, y, t in ((0, 0, tile), (n / 2, n / 2, other)):
            t.add(
                np.array(
                    [[x + n * 0.27, y], [x, y + n * 0.47], [x - n * 0.27, y], [x, y - n * 0.47]],
                    dtype=np.float32,
                )
            )
            t.add(
                np.array(
                    [[x + n * 0.12, y], [x, y + n * 0.2], [x - n * 0.12, y], [x, y - n * 0.2]],
                    dtype=np.float32,
                ),
                fill=0,
            )
    else:
        for x, y, t in ((0, 0, tile), (n / 2, n / 2, other)):
            t.add(o.ellipse(x, y, n * 0.34, n * 0.34, n=6))
            t.add(o.ellipse(x, y, n * 0.18, n * 0.18, n=6), fill=0)
    return [tile.mask(), other.mask()]
