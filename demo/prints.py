"""Prints of shirt fronts: words and pictures, as masks over a square that does not repeat."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demo import outlines as o

WORDS = (
    "SALT",
    "WILD",
    "MORE SUN",
    "NORTH",
    "HELLO",
    "SLOW",
    "OCEAN",
    "87",
    "DREAM",
    "NO RUSH",
    "MOON",
    "ROAD",
    "BE KIND",
    "STUDIO",
    "PARIS",
    "WAVE",
)


PICTURES = (
    "sun",
    "mountain",
    "wave",
    "star",
    "heart",
    "cat",
    "moon",
    "palm",
    "lightning",
    "smile",
    "skull",
    "rocket",
)


PRINTS = PICTURES + tuple(f"word {w}" for w in WORDS)


@lru_cache(maxsize=256)
def print_of(kind: str, seed: int, n: int = 256) -> tuple[np.ndarray, ...]:
    """Return masks (n, n) of a shirt front's print, without the ground."""
    layers = [Image.new("L", (n, n)), Image.new("L", (n, n))]
    draws = [ImageDraw.Draw(layer) for layer in layers]
    if kind.startswith("word "):
        _lettering(layers[0], kind[5:], 0.5)
        draws[1].rectangle((n * 0.2, n * 0.76, n * 0.8, n * 0.79), fill=255)
    else:
        _picture(kind, draws, n)
        _lettering(layers[0], WORDS[seed % len(WORDS)], 0.9, 0.16) if seed % 3 == 0 else None
    return tuple(np.asarray(layer, np.float32) / 255 for layer in layers)


def has_words(kind: str, seed: int) -> bool:
    """Return whether the print contains letters."""
    return kind.startswith("word ") or seed % 3 == 0


def _lettering(image: Image.Image, words: str, at: float, height: float = 0.46) -> None:
    n = image.size[0]
    font = ImageFont.load_default(200)
    stamp = Image.new("L", (1600, 300))
    ImageDraw.Draw(stamp).text(
        (20, 20), words, font=font, fill=255, stroke_width=7, stroke_fill=255
    )
    stamp = stamp.crop(stamp.getbbox())
    wide = n * 0.92 if height > 0.2 else n * 0.6
    k = min(wide / stamp.width, n * height / stamp.height)
    stamp = stamp.resize(
        (
            max(1, int(stamp.width * k)),
            max(1, int(stamp.height * k * (1.25 if height > 0.2 else 1))),
        ),
        Image.Resampling.LANCZOS,
    )
    image.paste(stamp, ((n - stamp.width) // 2, int(n * at - stamp.height / 2)))


def _picture(kind: str, draws, n: int) -> None:
    def poly(layer, points, fill=255):
        draws[layer].polygon(
            [tuple(q) for q in (np.asarray(points, np.float32) * n).tolist()], fill=fill
        )

    def disc(layer, x, y, r, fill=255, ry=None):
        ry = r if ry is None else ry
        draws[layer].ellipse(((x - r) * n, (y - ry) * n, (x + r) * n, (y + ry) * n), fill=fill)

    _PICTURES[kind](poly, disc)


def _star(x, y, r, inner=0.42, points=5):
    return [
        (
            x + (r if k % 2 == 0 else r * inner) * np.sin(np.pi * k / points),
            y - (r if k % 2 == 0 else r * inner) * np.cos(np.pi * k / points),
        )
        for k in range(2 * points)
    ]


def _sun(poly, disc):
    poly(0, _star(0.5, 0.42, 0.36, 0.62, 12))
    disc(1, 0.5, 0.42, 0.2)


def _mountain(poly, disc):
    disc(1, 0.68, 0.24, 0.13)
    poly(0, [(0.06, 0.76), (0.36, 0.2), (0.52, 0.5), (0.62, 0.36), (0.94, 0.76)])
    poly(0, [(0.29, 0.34), (0.36, 0.2), (0.44, 0.35), (0.37, 0.4), (0.34, 0.34)], 0)


def _wave(poly, disc):
    disc(1, 0.5, 0.34, 0.24)
    for k in range(3):
        y = 0.46 + 0.12 * k
        poly(
            0,
            o.ribbon(
                o.smooth(
                    *[(x, y + 0.035 * np.sin(x * 19 + k)) for x in np.linspace(0.08, 0.92, 14)]
                ),
                0.055,
            ),
        )


def _heart(poly, disc):
    poly(
        0,
        o.loop(
            (0.5, 0.28),
            (0.66, 0.14),
            (0.86, 0.24),
            (0.82, 0.46),
            (0.5, 0.8),
            (0.18, 0.46),
            (0.14, 0.24),
            (0.34, 0.14),
        ),
    )
    poly(1, o.loop((0.36, 0.24), (0.42, 0.3), (0.3, 0.4), (0.24, 0.34)))


def _cat(poly, disc):
    disc(0, 0.5, 0.46, 0.28, ry=0.25)
    poly(0, [(0.24, 0.42), (0.24, 0.1), (0.44, 0.26)])
    poly(0, [(0.76, 0.42), (0.76, 0.1), (0.56, 0.26)])
    disc(1, 0.39, 0.43, 0.05)
    disc(1, 0.61, 0.43, 0.05)
    poly(1, [(0.46, 0.54), (0.54, 0.54), (0.5, 0.59)])


def _moon(poly, disc):
    disc(0, 0.48, 0.42, 0.32)
    disc(0, 0.6, 0.36, 0.27, 0)
    for x, y, r in ((0.68, 0.3, 0.09), (0.56, 0.5, 0.05), (0.8, 0.52, 0.05)):
        poly(1, _star(x, y, r))


def _palm(poly, disc):
    disc(1, 0.62, 0.4, 0.26)
    poly(0, o.ribbon(o.smooth((0.38, 0.82), (0.42, 0.6), (0.5, 0.34)), 0.06, 0.035))
    for a in (-1.9, -1.2, -0.5, 0.3, 1.0, 1.7):
        poly(
            0,
            o.shift(
                o.rotate(
                    o.path(
                        o.smooth((0, 0), (0.07, -0.16), (0.02, -0.32)),
                        o.smooth((0.02, -0.32), (-0.03, -0.14), (0, 0)),
                    ),
                    a,
                ),
                0.5,
                0.34,
            ),
        )


def _skull(poly, disc):
    disc(0, 0.5, 0.38, 0.28, ry=0.26)
    poly(0, [(0.36, 0.56), (0.64, 0.56), (0.61, 0.76), (0.39, 0.76)])
    disc(0, 0.39, 0.42, 0.075, 0)
    disc(0, 0.61, 0.42, 0.075, 0)
    poly(0, [(0.5, 0.5), (0.54, 0.58), (0.46, 0.58)], 0)
    for x in (0.44, 0.5, 0.56):
        poly(0, [(x - 0.008, 0.66), (x + 0.008, 0.66), (x + 0.008, 0.77), (x - 0.008, 0.77)], 0)


def _rocket(poly, disc):
    poly(
        0, o.loop((0.5, 0.06), (0.62, 0.26), (0.62, 0.56), (0.5, 0.64), (0.38, 0.56), (0.38, 0.26))
    )
    poly(0, [(0.38, 0.44), (0.22, 0.68), (0.4, 0.6)])
    poly(0, [(0.62, 0.44), (0.78, 0.68), (0.6, 0.6)])
    disc(0, 0.5, 0.32, 0.07, 0)
    poly(1, [(0.42, 0.66), (0.5, 0.88), (0.58, 0.66)])


def _smile(poly, disc):
    disc(0, 0.5, 0.44, 0.34)
    disc(1, 0.38, 0.36, 0.045, ry=0.07)
    disc(1, 0.62, 0.36, 0.045, ry=0.07)
    poly(
        1, o.ribbon(o.smooth((0.3, 0.5), (0.4, 0.62), (0.5, 0.66), (0.6, 0.62), (0.7, 0.5)), 0.045)
    )


_PICTURES = {
    "sun": _sun,
    "mountain": _mountain,
    "wave": _wave,
    "heart": _heart,
    "cat": _cat,
    "moon": _moon,
    "palm": _palm,
    "skull": _skull,
    "rocket": _rocket,
    "smile": _smile,
    "star": lambda poly, disc: (poly(0, _star(0.5, 0.44, 0.36)), poly(1, _star(0.5, 0.44, 0.16))),
    "lightning": lambda poly, disc: (
        disc(1, 0.5, 0.42, 0.33),
        poly(
            0, [(0.56, 0.06), (0.28, 0.48), (0.48, 0.48), (0.42, 0.84), (0.72, 0.38), (0.52, 0.38)]
        ),
    ),
}
