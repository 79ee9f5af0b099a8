"""Charts as SVG, written by hand: bars with their intervals, and curves on double logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from metrics.intervals import Estimate

LEFT, WIDTH, ROW, GAP, TOP = 210, 520, 13, 10, 54
"""Pixels: room for the names, the axis, a bar, the space between two methods, the heading."""
COLOURS = ("#3b6fb6", "#d9822b", "#4f9d69", "#8e5ea2", "#c0504d", "#7f7f7f")


def bars(
    title: str, figures: Mapping[str, Mapping[str, Estimate]], lines: Sequence[float] = ()
) -> str:
    """SVG of horizontal bars from 0 to 1: one block a method, one bar a group, each with its 95% interval.

    figures: method -> group -> estimate. lines: goals, drawn as dashed lines.
    """
    groups = list(dict.fromkeys(group for by_group in figures.values() for group in by_group))
    block = ROW * len(groups) + GAP
    height = TOP + block * len(figures) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 30}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="12" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
        *_legend(groups),
    ]
    for step in range(0, 11, 2):
        x = LEFT + WIDTH * step / 10
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{height - 28}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{height - 12}" text-anchor="middle">{step / 10:.1f}</text>')
    for value in lines:
        x = LEFT + WIDTH * value
        parts.append(
            f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{height - 28}" stroke="black" stroke-dasharray="4 3"/>'
        )
    for number, (method, by_group) in enumerate(figures.items()):
        top = TOP + number * block
        parts.append(
            f'<text x="{LEFT - 8}" y="{top + block / 2}" text-anchor="end">{escape(method)}</text>'
        )
        parts += [
            _bar(by_group[group], top + ROW * place, COLOURS[place % len(COLOURS)])
            for place, group in enumerate(groups)
            if group in by_group
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def save_bars(
    path: Path,
    title: str,
    figures: Mapping[str, Mapping[str, Estimate]],
    lines: Sequence[float] = (),
) -> None:
    """Writes `bars` to a file; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bars(title, figures, lines), encoding="utf-8")


def _legend(groups: Sequence[str]) -> list[str]:
    parts, x = [], LEFT
    for place, group in enumerate(groups):
        parts.append(
            f'<rect x="{x}" y="30" width="10" height="10" fill="{COLOURS[place % len(COLOURS)]}"/>'
        )
        parts.append(f'<text x="{x + 14}" y="39">{escape(group)}</text>')
        x += 30 + 7 * len(group)
    return parts


def _bar(figure: Estimate, top: float, colour: str) -> str:
    middle = top + ROW / 2
    low, high = (LEFT + WIDTH * min(max(end, 0.0), 1.0) for end in (figure.low, figure.high))
    return (
        f'<rect x="{LEFT}" y="{top + 1}" width="{WIDTH * min(max(figure.mean, 0.0), 1.0):.1f}" height="{ROW - 2}" '
        f'fill="{colour}"/><line x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}" stroke="#222222" '
        f'stroke-width="1.5"><title>{figure.mean:.3f} [{figure.low:.3f} {figure.high:.3f}]</title></line>'
    )


PLOT = (70, 48, 560, 380)
"""Pixels: left, top, width and height of the field of `curves`."""
LABEL = 15
"""Pixels from one curve's name to the next at least."""


def curves(
    title: str, across: str, up: str, lines: Mapping[str, Sequence[tuple[float, float]]]
) -> str:
    """SVG of curves on double logarithmic axes, each named at its right end.

    across, up: the axes' names; lines: name -> points (x, y), both above 0, by x.
    """
    left, top, width, height = PLOT
    points = [point for line in lines.values() for point in line]
    xs, ys = ([point[axis] for point in points] for axis in (0, 1))
    (x_low, x_high), (y_low, y_high) = _decades(xs), _decades(ys)
    place = (
        lambda x: left + width * (math.log10(x) - x_low) / (x_high - x_low),
        lambda y: top + height - height * (math.log10(y) - y_low) / (y_high - y_low),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 220}" height="{top + height + 52}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="12" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
        f'<text x="{left + width / 2}" y="{top + height + 42}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="16" y="{top + height / 2}" text-anchor="middle" transform="rotate(-90 16 {top + height / 2})">'
        f"{escape(up)}</text>",
    ]
    for power in range(x_low, x_high + 1):
        x = place[0](10.0**power)
        parts.append(
            f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + height}" stroke="#dddddd"/>'
        )
        parts.append(
            f'<text x="{x:.1f}" y="{top + height + 20}" text-anchor="middle">{10**power:,}</text>'
        )
    for power in range(y_low, y_high + 1):
        y = place[1](10.0**power)
        parts.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}" stroke="#dddddd"/>'
        )
        parts.append(
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        )
    ends = _apart({name: place[1](line[-1][1]) for name, line in lines.items()})
    for number, (name, line) in enumerate(lines.items()):
        colour, dashed = (
            COLOURS[number // 2 % len(COLOURS)],
            ' stroke-dasharray="6 4"' if number % 2 else "",
        )
        drawn = [(place[0](x), place[1](y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
        )
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"><title>{escape(name)}: {value[1]:g}</title></circle>'
            for (x, y), value in zip(drawn, line, strict=True)
        ]
        parts.append(
            f'<line x1="{drawn[-1][0] + 4:.1f}" y1="{drawn[-1][1]:.1f}" x2="{left + width + 10}" y2="{ends[name]:.1f}" '
            f'stroke="{colour}" stroke-width="0.7"/>'
        )
        parts.append(
            f'<text x="{left + width + 14}" y="{ends[name] + 4:.1f}" fill="{colour}">{escape(name)}, '
            f"{_short(line[-1][1])}</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def save_curves(
    path: Path, title: str, across: str, up: str, lines: Mapping[str, Sequence[tuple[float, float]]]
) -> None:
    """Writes `curves` to a file; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(curves(title, across, up, lines), encoding="utf-8")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around the values, at least one decade."""
    low = math.floor(math.log10(min(values)))
    return low, max(low + 1, math.ceil(math.log10(max(values))))


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """The heights, moved down where two would be nearer than LABEL pixels."""
    moved: dict[str, float] = {}
    last = -math.inf
    for name, height in sorted(heights.items(), key=lambda pair: pair[1]):
        last = max(height, last + LABEL)
        moved[name] = last
    return moved
