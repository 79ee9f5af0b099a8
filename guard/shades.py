"""Which colours have a shade by nature, which lack it, and what pictures say of the rest."""

from __future__ import annotations

import numpy as np

import vocabulary
from guard.picture import Look

_HAVE: dict[str, frozenset[str]] = {
    "dark": frozenset({"black", "navy", "burgundy"}),
    "light": frozenset({"white", "cream", "light blue", "beige", "silver"}),
    "bright": frozenset({"red", "orange", "yellow", "turquoise"}),
    "colorful": frozenset({"multicolor"}),
}
_LACK: dict[str, frozenset[str]] = {
    "dark": frozenset(
        {
            "white",
            "cream",
            "light blue",
            "beige",
            "silver",
            "yellow",
            "turquoise",
            "gold",
            "tan",
            "orange",
            "pink",
        }
    ),
    "light": frozenset({"black", "navy", "burgundy", "brown", "olive", "teal", "red"}),
    "bright": frozenset(
        {
            "black",
            "white",
            "cream",
            "grey",
            "silver",
            "beige",
            "brown",
            "tan",
            "burgundy",
            "olive",
            "navy",
            "light blue",
        }
    ),
    "colorful": frozenset(
        {"black", "white", "cream", "grey", "silver", "beige", "brown", "tan", "navy"}
    ),
}
_DEGREE: dict[str, float] = {
    "black": 1.0,
    "navy": 0.92,
    "burgundy": 0.85,
    "brown": 0.75,
    "olive": 0.7,
    "teal": 0.68,
    "purple": 0.62,
    "blue": 0.6,
    "green": 0.58,
    "red": 0.55,
    "grey": 0.5,
    "tan": 0.42,
    "multicolor": 0.45,
    "orange": 0.38,
    "turquoise": 0.36,
    "gold": 0.36,
    "pink": 0.32,
    "silver": 0.25,
    "beige": 0.22,
    "yellow": 0.2,
    "light blue": 0.2,
    "cream": 0.06,
    "white": 0.0,
}
"""Darkness, 1 minus CIE L* of a typical cloth over 100, rounded and spread to 0..1."""
_VIVID: dict[str, float] = {
    "multicolor": 1.0,
    "red": 0.95,
    "orange": 0.95,
    "yellow": 0.9,
    "turquoise": 0.75,
    "pink": 0.7,
    "blue": 0.7,
    "green": 0.7,
    "purple": 0.65,
    "teal": 0.5,
    "gold": 0.5,
    "burgundy": 0.45,
    "light blue": 0.4,
    "olive": 0.3,
    "tan": 0.3,
    "brown": 0.25,
    "navy": 0.25,
    "beige": 0.15,
    "cream": 0.1,
    "silver": 0.05,
    "grey": 0.0,
    "white": 0.0,
    "black": 0.0,
}


def shade_of(shade: str, color: str) -> bool | None:
    """Whether a colour has a shade by nature; None where it depends on the cloth (a blue may be dark or light)."""
    return True if color in _HAVE[shade] else False if color in _LACK[shade] else None


def bounds(
    look: Look, shade: str, within: str | None = None
) -> tuple[np.ndarray, np.ndarray] | None:
    """(n,) least and (n,) greatest probability that pictures have a shade; None without colours.

    The gap between them is the weight of the colours that may or may not have it. within: the stated main colour,
    so that only it and its children count.
    """
    if "color" not in look.probabilities:
        return None
    values, p = look.probabilities["color"]
    if within:
        inside = [vocabulary.covers("color", within, value) for value in values]
        p = p * inside / np.maximum((p * inside).sum(axis=1, keepdims=True), 1e-9)
    has = sum((p[:, n] for n, v in enumerate(values) if shade_of(shade, v)), np.zeros(len(p)))
    lacks = sum(
        (p[:, n] for n, v in enumerate(values) if shade_of(shade, v) is False), np.zeros(len(p))
    )
    return has, 1 - lacks


def degree(shade: str, color: str) -> float:
    """How much of a shade a colour has, 0 to 1, for comparisons."""
    if shade in ("dark", "light"):
        dark = _DEGREE.get(color, 0.5)
        return dark if shade == "dark" else 1 - dark
    return _VIVID.get(color, 0.4)
