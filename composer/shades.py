"""How dark and how vivid the named colours are: the axes behind "darker", "lighter", "brighter", "more colorful"."""

from __future__ import annotations

from functools import cache

import numpy as np

import vocabulary


def _linear(channel: np.ndarray) -> np.ndarray:
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


@cache
def lightness_and_chroma(color: str) -> tuple[float, float] | None:
    """CIE L* (0 to 100) and C*ab of a colour name under D65 (CIE 15:2004); None for a name without a typical cloth."""
    cloth = vocabulary.srgb(color)
    if cloth is None:
        return vocabulary.stated_lightness(color)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ _linear(np.array(cloth) / 255.0) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(np.hypot(500 * (f[0] - f[1]), 200 * (f[1] - f[2])))


def position(shade: str, color: str) -> float | None:
    """Where a colour stands on a shade's axis (higher: more of it); None where it has no place."""
    measured = lightness_and_chroma(color)
    if measured is None:
        return None
    lightness, chroma = measured
    if color == vocabulary.VAGUE["color"] and shade != "colorful":
        return None
    return {
        "dark": -lightness,
        "light": lightness,
        "bright": chroma + 0.3 * lightness,
        "colorful": chroma,
    }[shade]
