"""Pixels for the built-in model, as in its training: the whole picture on a white square."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image


def square(image: Image.Image, side: int) -> np.ndarray:
    """Return (side, side, 3) uint8: the longer side scaled to `side`, centred.

    Transparency and margins are white.
    """
    if image.mode != "RGB":
        image = _opaque(image)
    scale = side / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    canvas = np.full((side, side, 3), 255, dtype=np.uint8)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = np.asarray(image)
    return canvas


def squares(images: Sequence[Image.Image], side: int) -> np.ndarray:
    """Return (n, side, side, 3) uint8, see `square`."""
    return np.stack([square(image, side) for image in images])


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(canvas, layer).convert("RGB")
    return image.convert("RGB")
