"""The risk-coverage curve of explicit "no" wishes on pictures alone: the more is shown, the more breaks the wish.

El-Yaniv and Wiener, JMLR 2010. A point: all pairs of photo and unwanted value are shown whose probability of having it is
at most t. Coverage is the share shown, risk the share of those that break the wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from evaluation.guard.photos import Case
from guard import Guard, look
from metrics.intervals import interval

WIDTH, HEIGHT, LEFT, TOP = 560, 320, 64, 48


@dataclass(frozen=True)
class Pairs:
    """p (n,): probability that a photo has the unwanted value; breaks (n,) bool; passes, shown (n,) bool by the thresholds
    in use, shown counting the unconfirmed."""

    p: np.ndarray
    breaks: np.ndarray
    passes: np.ndarray
    shown: np.ndarray


def pairs(given: Sequence[Case], guard: Guard) -> Pairs:
    """All pairs of the "no X" cases, by the picture alone."""
    p, breaks, passes, shown = [], [], [], []
    for case in given:
        facet, value = case.wish.facet, str(case.wish.value)
        seen = look(guard.encoder, case.vectors, tuple(dict.fromkeys(("category", facet))))
        chance, able = seen.of(facet, value), seen.can_have(facet, value)
        if case.wish.op != "exclude" or chance is None:
            continue
        chance = chance if able is None else chance * able
        band = guard.thresholds.band(facet, value, "exclude", guard.encoder.fingerprint)
        p.append(chance)
        breaks.append(~case.truth)
        passes.append(chance <= band.low)
        shown.append(chance < band.high)
    if not p:
        return Pairs(np.zeros(0), *(np.zeros(0, dtype=bool) for _ in range(3)))
    return Pairs(*(np.concatenate(parts) for parts in (p, breaks, passes, shown)))


def curve(found: Pairs, points: int = 100) -> list[dict[str, float]]:
    """[{"threshold", "coverage", "risk"}], coverage rising."""
    order = np.argsort(found.p, kind="stable")
    risk = np.cumsum(found.breaks[order]) / np.arange(1, len(order) + 1)
    at = (
        np.unique(np.linspace(1, len(order), min(points, len(order))).astype(int)) - 1
        if len(order)
        else []
    )
    return [
        {
            "threshold": round(float(found.p[order[n]]), 4),
            "coverage": round((n + 1) / len(order), 4),
            "risk": round(float(risk[n]), 4),
        }
        for n in at
    ]


def point(found: Pairs, rows: np.ndarray) -> dict:
    """Coverage and risk of the pairs in `rows` (n,) bool, the risk with its 95% interval."""
    low, high = interval(found.breaks[rows].tolist()) if rows.any() else (float("nan"),) * 2
    risk = float(found.breaks[rows].mean()) if rows.any() else float("nan")
    return {
        "coverage": round(float(rows.mean()), 4) if len(rows) else 0.0,
        "risk": round(risk, 4),
        "interval": [round(low, 4), round(high, 4)],
    }


def report(given: Sequence[Case], guard: Guard, alpha: float) -> dict:
    """{"alpha", "curve", "confirmed", "all"}: the curve, and where the thresholds in use lie on it."""
    found = pairs(given, guard)
    return {
        "alpha": alpha,
        "pairs": len(found.p),
        "curve": curve(found),
        "confirmed": point(found, found.passes),
        "with_unconfirmed": point(found, found.shown),
    }


def drawing(
    result: dict, title: str = 'Explicit "no", pictures alone: risk against coverage'
) -> str:
    """The curve as SVG, with alpha as a dashed line and the thresholds in use as points."""
    top = max(0.05, 1.15 * max([step["risk"] for step in result["curve"]] + [result["alpha"]]))

    def place(coverage: float, risk: float) -> tuple[float, float]:
        return LEFT + WIDTH * coverage, TOP + HEIGHT * (1 - risk / top)

    line = " ".join(
        f"{x:.1f},{y:.1f}" for x, y in (place(s["coverage"], s["risk"]) for s in result["curve"])
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 30}" height="{TOP + HEIGHT + 52}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="12" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
        *_axes(top),
        f'<polyline points="{line}" fill="none" stroke="#3b6fb6" stroke-width="2"/>',
    ]
    x, y = place(0, result["alpha"])
    parts.append(
        f'<line x1="{x}" y1="{y:.1f}" x2="{x + WIDTH}" y2="{y:.1f}" stroke="black" stroke-dasharray="4 3"/>'
    )
    parts.append(
        f'<text x="{x + WIDTH - 4}" y="{y - 4:.1f}" text-anchor="end">alpha {result["alpha"]:g}</text>'
    )
    for name, label, colour in (
        ("confirmed", "called fitting", "#4f9d69"),
        ("with_unconfirmed", "with unconfirmed", "#d9822b"),
    ):
        if np.isfinite(result[name]["risk"]):
            x, y = place(result[name]["coverage"], result[name]["risk"])
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>')
            parts.append(f'<text x="{x - 8:.1f}" y="{y - 8:.1f}" text-anchor="end">{label}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axes(top: float) -> list[str]:
    parts = []
    for step in range(6):
        x, y = LEFT + WIDTH * step / 5, TOP + HEIGHT * (1 - step / 5)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + WIDTH}" y2="{y:.1f}" stroke="#dddddd"/>'
        )
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{top * step / 5:.1%}</text>'
        )
        parts.append(
            f'<text x="{x:.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{step / 5:.0%}</text>'
        )
    parts.append(
        f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">shown of all pairs of photo and '
        "unwanted value</text>"
    )
    return parts


def save(path: Path, result: dict) -> None:
    """Writes the drawing; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawing(result), encoding="utf-8")
