"""SVG charts drawn by matplotlib: bars with their intervals, and curves on log-log axes.

matplotlib is imported on demand, because only charts need it: tables and JSON lines work without
it. Identical figures give identical bytes, as files contain no date and ids use a fixed salt.
"""

from __future__ import annotations

import importlib.util
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import WorkError
from metrics.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's palette, distinguishable in every common form of colour blindness."""
INK, GRID = "#222222", "#dddddd"
DASHES = ("-", (0, (4, 2)), ":", "-.")
PADDING = 1.4
"""Factor by which a logarithmic axis extends beyond its points."""
MIN_LABEL_DISTANCE = 0.045
"""Minimum distance between two curve labels, as a share of the axis."""
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "fashion-stylist",
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#888888",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
}

Points = Sequence[tuple[float, float]]


def require_matplotlib() -> None:
    """Raise WorkError if matplotlib is missing.

    Call this before hours of work that end in a chart.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise WorkError("charts need matplotlib: pip install -r requirements-evaluation.txt")


def new_chart(title: str, width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty chart of `width` by `height` inches in the house style."""
    require_matplotlib()
    import matplotlib  # on demand, see the module docstring
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontweight="bold", fontsize=12)
    return figure, axes


def svg(figure: Figure) -> str:
    """Return the figure as the text of an SVG file."""
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context(SETTINGS):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def save(path: Path, figure: Figure) -> None:
    """Write the figure to `path` as SVG, creating the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg(figure), encoding="utf-8")


def bars(
    title: str, figures: Mapping[str, Mapping[str, Estimate]], goals: Sequence[float] = ()
) -> Figure:
    """Draw horizontal bars from 0 to 1 with 95% intervals, one block per method, one bar per group.

    figures: method -> group -> estimate. goals: values marked by dashed vertical lines.
    """
    groups = list(dict.fromkeys(group for by_group in figures.values() for group in by_group))
    thickness = 0.8 / max(1, len(groups))
    chart, axes = new_chart(title, 8, 1.4 + 0.17 * (len(groups) + 1) * len(figures))
    for number, group in enumerate(groups):
        present = [(row, by[group]) for row, by in enumerate(figures.values()) if group in by]
        means = [min(max(e.mean, 0.0), 1.0) for _, e in present]
        axes.barh(
            [row - 0.4 + thickness * (number + 0.5) for row, _ in present],
            means,
            height=0.9 * thickness,
            color=COLOURS[number % len(COLOURS)],
            label=group,
            xerr=[
                [max(0.0, mean - e.low) for mean, (_, e) in zip(means, present, strict=True)],
                [max(0.0, e.high - mean) for mean, (_, e) in zip(means, present, strict=True)],
            ],
            error_kw={"ecolor": INK, "elinewidth": 1.2},
        )
    for goal in goals:
        axes.axvline(goal, color=INK, linestyle="--", linewidth=1)
    axes.set_xlim(0, 1)
    axes.set_yticks(range(len(figures)), list(figures))
    axes.tick_params(length=0)
    axes.grid(axis="y", visible=False)
    axes.invert_yaxis()
    if len(groups) > 1:
        chart.legend(loc="outside lower center", ncols=len(groups), frameon=False)
    return chart


def curves(title: str, x_label: str, y_label: str, lines: Mapping[str, Points]) -> Figure:
    """Draw curves on log-log axes, each labelled at its right end with its last value.

    lines: name -> (x, y) points sorted by x, all above 0. In a name such as "text turn, p95", the
    part before the last comma determines the colour and the part after it the dashes.
    """
    subjects = list(dict.fromkeys(_subject(name) for name in lines))
    statistics = list(dict.fromkeys(_statistic(name) for name in lines))
    chart, axes = new_chart(title, 9, 5)
    xs, ys = ([point[axis] for points in lines.values() for point in points] for axis in (0, 1))
    axes.set_xscale("log")
    axes.set_yscale("log")
    _set_ticks(axes.xaxis, sorted(set(xs)))
    _set_ticks(axes.yaxis, _decades(ys))
    axes.set_xlim(min(xs) / PADDING, max(xs) * PADDING)
    axes.set_ylim(min(ys) / PADDING, max(ys) * PADDING)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    low, high = (math.log10(limit) for limit in axes.get_ylim())
    ends = {
        name: (math.log10(points[-1][1]) - low) / (high - low) for name, points in lines.items()
    }
    heights = _apart(ends)
    for name, points in lines.items():
        colour = COLOURS[subjects.index(_subject(name)) % len(COLOURS)]
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            color=colour,
            linestyle=DASHES[statistics.index(_statistic(name)) % len(DASHES)],
            marker="o",
            markersize=4,
        )
        axes.annotate(
            f"{name}, {_short(points[-1][1])}",
            xy=points[-1],
            xytext=(1.04, heights[name]),
            textcoords="axes fraction",
            verticalalignment="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1, "shrinkB": 4},
        )
    return chart


def _subject(name: str) -> str:
    return name.rpartition(", ")[0] or name


def _statistic(name: str) -> str:
    return name.rpartition(", ")[2] if ", " in name else ""


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _set_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    axis.set_ticks(list(ticks))
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axis.minorticks_off()


def _decades(values: Sequence[float]) -> list[float]:
    """Return the powers of ten that span the values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0**power for power in range(low, high + 1)]


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """Return the heights, lowered where two are closer than MIN_LABEL_DISTANCE."""
    lowered: dict[str, float] = {}
    last = math.inf
    for name, height in sorted(heights.items(), key=lambda pair: -pair[1]):
        last = min(height, last - MIN_LABEL_DISTANCE)
        lowered[name] = last
    return lowered
