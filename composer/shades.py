"""Lightness and chroma of the named colours: the axes of "darker", "brighter", "more colorful"."""

from __future__ import annotations

from functools import cache

import numpy as np

import vocabulary

_SRGB_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
_D65_WHITE = np.array([0.9505, 1.0, 1.089])


def _linear(channel: np.ndarray) -> np.ndarray:
    """Undo the sRGB gamma of channels in 0 to 1."""
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


@cache
def lightness_and_chroma(color: str) -> tuple[float, float] | None:
    """Return CIE L* (0 to 100) and C*ab of a colour name under D65 (CIE 15:2004).

    None for a name without a typical cloth and without stated values.
    """
    cloth = vocabulary.srgb(color)
    if cloth is None:
        return vocabulary.stated_lightness(color)
    xyz = _SRGB_TO_XYZ @ _linear(np.array(cloth) / 255.0) / _D65_WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(np.hypot(500 * (f[0] - f[1]), 200 * (f[1] - f[2])))


def position(shade: str, color: str) -> float | None:
    """Return where a colour lies on a shade's axis (higher: more of it); None where it does not."""
    measured = lightness_and_chroma(color)
    if measured is None:
        return None
    if color == vocabulary.VAGUE["color"] and shade != "colorful":
        return None
    lightness, chroma = measured
    return {
        "dark": -lightness,
        "light": lightness,
        "bright": chroma + 0.3 * lightness,
        "colorful": chroma,
    }[shade]
