"""Shades of pictures (dark, light, bright, colorful), judged from their colours."""

from __future__ import annotations

import numpy as np

import vocabulary
from guard.picture import Look


def bounds(
    look: Look, shade: str, within: str | None = None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the least and the greatest probability, each (n,), that pictures have a shade.

    The gap between them is the weight of the colours that may or may not have it. within: the
    stated main colour; only it and its children count then. None without colours.
    """
    if "color" not in look.probabilities:
        return None
    values, p = look.probabilities["color"]
    if within:
        inside = [vocabulary.covers("color", within, value) for value in values]
        p = p * inside / np.maximum((p * inside).sum(axis=1, keepdims=True), 1e-9)
    has = sum(
        (p[:, n] for n, v in enumerate(values) if vocabulary.has_shade(shade, v)), np.zeros(len(p))
    )
    lacks = sum(
        (p[:, n] for n, v in enumerate(values) if vocabulary.has_shade(shade, v) is False),
        np.zeros(len(p)),
    )
    return has, 1 - lacks
