"""Closed outlines of pattern pieces, in reference pixels.

Garments are drafted around x = 0 with y growing downwards, as a tailor drafts half a block
and mirrors it. `light.py` places the finished stack in the picture. All functions return
float32 arrays of shape (n, 2).
"""

from __future__ import annotations

import numpy as np

Points = np.ndarray


def smooth(*points, steps: int = 8) -> Points:
    """Return a centripetal Catmull-Rom curve through `points` (Yuksel, Schaefer and Keyser, 2011).

    End points are mirrored. The uniform kind would overshoot between unevenly spaced points.
    """
    p = np.asarray(points, np.float32)
    if len(p) < 3:
        return p
    p = np.concatenate([p[:1] * 2 - p[1:2], p, p[-1:] * 2 - p[-2:-1]])
    gap = np.maximum(np.linalg.norm(np.diff(p, axis=0), axis=1), 1e-3)[:, None, None] ** 0.5
    g0, g1, g2 = gap[:-2], gap[1:-1], gap[2:]
    a, b, c, d = (p[i : len(p) - 3 + i, None] for i in range(4))
    m1 = (c - b) + g1 * ((b - a) / g0 - (c - a) / (g0 + g1))
    m2 = (c - b) + g1 * ((d - c) / g2 - (d - b) / (g1 + g2))
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[None, :, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * b
        + (t**3 - 2 * t**2 + t) * m1
        + (3 * t**2 - 2 * t**3) * c
        + (t**3 - t**2) * m2
    )
    return np.concatenate([curve.reshape(-1, 2), p[-2:-1]]).astype(np.float32)


def loop(*points, steps: int = 8) -> Points:
    """Return a closed smooth curve through `points`, without corners."""
    p = list(points)
    n = len(p)
    return smooth(*(p[-2:] + p + p[:2]), steps=steps)[2 * steps : (n + 2) * steps]


def path(*segments) -> Points:
    """Join segments at sharp corners; each is a list of points or a curve."""
    return np.concatenate([np.asarray(s, np.float32).reshape(-1, 2) for s in segments])


def flip(points: Points) -> Points:
    """Mirror the points at the middle line."""
    return np.asarray(points, np.float32) * np.array([-1, 1], dtype=np.float32)


def mirror(right: Points) -> Points:
    """Return a symmetric outline from its right half, drawn from middle to middle."""
    return np.concatenate([right, flip(right)[::-1]])


def ellipse(cx: float, cy: float, rx: float, ry: float, turn: float = 0.0, n: int = 36) -> Points:
    """Return an ellipse of `n` points, turned clockwise by `turn` radians."""
    a = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return shift(rotate(np.stack([rx * np.cos(a), ry * np.sin(a)], 1), turn), cx, cy)


def box(x0: float, y0: float, x1: float, y1: float, r: float = 0.0) -> Points:
    """Return a rectangle with corners rounded by radius `r`."""
    if r <= 0:
        return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float32)
    a = np.linspace(0, np.pi / 2, 6)
    arcs = []
    for cx, cy, start in (
        (x1 - r, y0 + r, -np.pi / 2),
        (x1 - r, y1 - r, 0),
        (x0 + r, y1 - r, np.pi / 2),
        (x0 + r, y0 + r, np.pi),
    ):
        arcs.append(np.stack([cx + r * np.cos(a + start), cy + r * np.sin(a + start)], 1))
    return np.concatenate(arcs).astype(np.float32)


def ribbon(line: Points, width: float, end_width: float | None = None) -> Points:
    """Return a band of `width` along a line, tapering to `end_width`."""
    line = np.asarray(line, np.float32)
    ahead = np.gradient(line, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-6
    side = np.stack([-ahead[:, 1], ahead[:, 0]], 1)
    half = (
        np.linspace(width, width if end_width is None else end_width, len(line), dtype=np.float32)[
            :, None
        ]
        / 2
    )
    return np.concatenate([line + side * half, (line - side * half)[::-1]])


def wavy(
    line: Points, depth: float, waves: float, phase: float = 0.0, soft: bool = False
) -> Points:
    """Return the line, resampled, with a scalloped or a ruffled edge."""
    line = resample(line, int(waves * 8) + 2)
    ahead = np.gradient(line, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-6
    side = np.stack([-ahead[:, 1], ahead[:, 0]], 1)
    swing = np.abs(np.sin(np.linspace(0, np.pi * waves, len(line)) + phase))[:, None] ** (
        2 if soft else 1
    )
    return (line + side * swing * depth).astype(np.float32)


def resample(line: Points, n: int) -> Points:
    """Return `n` points at equal distances along the line."""
    line = np.asarray(line, np.float32)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, along[-1], n)
    return np.stack([np.interp(at, along, line[:, i]) for i in (0, 1)], 1).astype(np.float32)


def shift(points: Points, dx: float, dy: float) -> Points:
    """Move the points right and down."""
    return (np.asarray(points) + [dx, dy]).astype(np.float32)


def rotate(points: Points, angle: float, cx: float = 0.0, cy: float = 0.0) -> Points:
    """Turn the points clockwise on the page by `angle` radians around (cx, cy)."""
    c, s = np.cos(angle), np.sin(angle)
    p = np.asarray(points, np.float32) - np.array([cx, cy], dtype=np.float32)
    return (
        p @ np.array([[c, s], [-s, c]], dtype=np.float32) + np.array([cx, cy], dtype=np.float32)
    ).astype(np.float32)


def scale(points: Points, sx: float, sy: float | None = None) -> Points:
    """Scale the points around the origin; `sy` defaults to `sx`."""
    return np.asarray(points, np.float32) * np.array(
        [sx, sx if sy is None else sy], dtype=np.float32
    )
