"""Risk-coverage curve of explicit "no" wishes judged from pictures alone.

The method follows El-Yaniv and Wiener (JMLR 2010). At a threshold t, a pair of a photo and an
unwanted value is shown if the photo's probability of having the value is at most t. Coverage is the
share of pairs shown; risk is the share of shown pairs that break the wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.guard.photos import Case
from evaluation.report.plot import COLOURS, INK, new_chart
from evaluation.report.plot import save as save_chart
from evaluation.report.show import Figures
from guard import Guard, look
from metrics.intervals import interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Pairs:
    """n pairs of a photo and a value that the shopper does not want.

    p (n,): probability that the photo has the value. breaks (n,) bool: whether it has the value.
    passes (n,) bool: whether the thresholds in use confirm the photo. shown (n,) bool: whether they
    confirm it or at least do not refuse it.
    """

    p: np.ndarray
    breaks: np.ndarray
    passes: np.ndarray
    shown: np.ndarray


def pairs(cases: Sequence[Case], guard: Guard) -> Pairs:
    """Return all pairs of the "no X" cases, judged from the picture alone."""
    p, breaks, passes, shown = [], [], [], []
    for case in cases:
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


def curve(judged: Pairs, points: int = 100) -> list[dict[str, float]]:
    """Return at most `points` of {"threshold", "coverage", "risk"}, coverage rising."""
    n = len(judged.p)
    if n == 0:
        return []
    order = np.argsort(judged.p, kind="stable")
    risk = np.cumsum(judged.breaks[order]) / np.arange(1, n + 1)
    counts = np.unique(np.linspace(1, n, min(points, n)).astype(int))
    return [
        {
            "threshold": round(float(judged.p[order[count - 1]]), 4),
            "coverage": round(float(count / n), 4),
            "risk": round(float(risk[count - 1]), 4),
        }
        for count in counts
    ]


def point(judged: Pairs, rows: np.ndarray) -> Figures:
    """Return coverage and risk of the pairs in `rows` (n,) bool, the risk with its 95% interval."""
    low, high = interval(judged.breaks[rows].tolist()) if rows.any() else (float("nan"),) * 2
    risk = float(judged.breaks[rows].mean()) if rows.any() else float("nan")
    return {
        "coverage": round(float(rows.mean()), 4) if len(rows) else 0.0,
        "risk": round(risk, 4),
        "interval": [round(low, 4), round(high, 4)],
    }


def report(cases: Sequence[Case], guard: Guard, alpha: float) -> Figures:
    """Return the curve and the position of the thresholds in use.

    Keys: "alpha" (the promised bound on the risk), "pairs", "curve", "confirmed",
    "with_unconfirmed".
    """
    judged = pairs(cases, guard)
    return {
        "alpha": alpha,
        "pairs": len(judged.p),
        "curve": curve(judged),
        "confirmed": point(judged, judged.passes),
        "with_unconfirmed": point(judged, judged.shown),
    }


def drawing(result: Figures) -> Figure:
    """Draw the curve of a `report`, with alpha as a dashed line and thresholds in use as points."""
    chart, axes = new_chart('Explicit "no", pictures alone: risk against coverage', 8, 4.5)
    axes.plot(
        [step["coverage"] for step in result["curve"]],
        [step["risk"] for step in result["curve"]],
        color=COLOURS[0],
    )
    axes.axhline(result["alpha"], color=INK, linestyle="--", linewidth=1)
    axes.annotate(
        f"alpha {result['alpha']:g}",
        xy=(0.02, result["alpha"]),
        xytext=(0, 4),
        textcoords="offset points",
    )
    for name, label, colour in (
        ("confirmed", "called fitting", COLOURS[2]),
        ("with_unconfirmed", "with unconfirmed", COLOURS[1]),
    ):
        position = (result[name]["coverage"], result[name]["risk"])
        if np.isfinite(position[1]):
            axes.plot(*position, marker="o", color=colour)
            axes.annotate(
                label,
                xy=position,
                xytext=(-8, 6),
                textcoords="offset points",
                horizontalalignment="right",
            )
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
    axes.set_xlabel("coverage: shown of all pairs of photo and unwanted value")
    axes.set_ylabel("risk: share of these that break the wish")
    return chart


def save(path: Path, result: Figures) -> None:
    """Write the drawing of a `report` to `path` as SVG, creating the folder."""
    save_chart(path, drawing(result))
