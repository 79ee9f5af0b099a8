"""A chart of figures with their intervals as SVG, written by hand: no plotting library is needed to show a dozen bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from evaluation.statistics import Estimate

LEFT, WIDTH, ROW, GAP, TOP = 210, 520, 13, 10, 54
"""Pixels: room for the names, the axis, a bar, the space between two methods, the heading."""
COLOURS = ("#3b6fb6", "#d9822b", "#4f9d69", "#8e5ea2", "#c0504d", "#7f7f7f")


def bars(title: str, figures: Mapping[str, Mapping[str, Estimate]], lines: Sequence[float] = ()) -> str:
    """SVG of horizontal bars from 0 to 1: one block a method, one bar a group, each with its 95% interval.

    figures: method -> group -> estimate. lines: goals, drawn as dashed lines.
    """
    groups = list(dict.fromkeys(group for by_group in figures.values() for group in by_group))
    block = ROW * len(groups) + GAP
    height = TOP + block * len(figures) + 34
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 30}" height="{height}" '
             'font-family="sans-serif" font-size="11">', '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="12" y="20" font-size="14" font-weight="bold">{escape(title)}</text>', *_legend(groups)]
    for step in range(0, 11, 2):
        x = LEFT + WIDTH * step / 10
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{height - 28}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{height - 12}" text-anchor="middle">{step / 10:.1f}</text>')
    for value in lines:
        x = LEFT + WIDTH * value
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{height - 28}" stroke="black" stroke-dasharray="4 3"/>')
    for number, (method, by_group) in enumerate(figures.items()):
        top = TOP + number * block
        parts.append(f'<text x="{LEFT - 8}" y="{top + block / 2}" text-anchor="end">{escape(method)}</text>')
        parts += [_bar(by_group[group], top + ROW * place, COLOURS[place % len(COLOURS)])
                  for place, group in enumerate(groups) if group in by_group]
    return "\n".join([*parts, "</svg>"]) + "\n"


def save_bars(path: Path, title: str, figures: Mapping[str, Mapping[str, Estimate]], lines: Sequence[float] = ()) -> None:
    """Writes `bars` to a file; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bars(title, figures, lines), encoding="utf-8")


def _legend(groups: Sequence[str]) -> list[str]:
    parts, x = [], LEFT
    for place, group in enumerate(groups):
        parts.append(f'<rect x="{x}" y="30" width="10" height="10" fill="{COLOURS[place % len(COLOURS)]}"/>')
        parts.append(f'<text x="{x + 14}" y="39">{escape(group)}</text>')
        x += 30 + 7 * len(group)
    return parts


def _bar(figure: Estimate, top: float, colour: str) -> str:
    middle = top + ROW / 2
    low, high = (LEFT + WIDTH * min(max(end, 0.0), 1.0) for end in (figure.low, figure.high))
    return (f'<rect x="{LEFT}" y="{top + 1}" width="{WIDTH * min(max(figure.mean, 0.0), 1.0):.1f}" height="{ROW - 2}" '
            f'fill="{colour}"/><line x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}" stroke="#222222" '
            f'stroke-width="1.5"><title>{figure.mean:.3f} [{figure.low:.3f} {figure.high:.3f}]</title></line>')
