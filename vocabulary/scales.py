"""Ordered values and shades: how long, how dark, how vivid."""

from __future__ import annotations

from functools import cache

from vocabulary.table import ATTRIBUTE_FACETS, TABLE, known

SHADES: tuple[str, ...] = tuple(v for v, entry in TABLE.color.items() if entry.shade)
"""Qualities of colours: dark, light, bright, colorful."""


@cache
def is_shade(facet: str, value: str) -> bool:
    """Return whether a value is a shade ("dark") rather than a colour."""
    return facet == "color" and value in SHADES


def _relative_values(facet: str) -> tuple[str, ...]:
    return tuple(value for value, entry in known(facet).items() if entry.relative)


def _positions(facet: str, key: str) -> dict[str, float]:
    """Return the values of a facet that have a position, lowest first."""
    positions = {value: getattr(entry, key) for value, entry in known(facet).items()}
    placed = {value: float(at) for value, at in positions.items() if at is not None}
    return dict(sorted(placed.items(), key=lambda place: place[1]))


DEGREES: dict[str, dict[str, float]] = {
    facet: _positions(facet, "degree") for facet in ATTRIBUTE_FACETS if _relative_values(facet)
}
"""Ordered facet -> value -> degree, 0 to 1, in order: the scale of verdicts on "longer"."""
STEPS: dict[tuple[str, str], dict[str, float]] = {
    (facet, relative): _positions(facet, "step")
    for facet in ATTRIBUTE_FACETS
    for relative in _relative_values(facet)
}
"""(facet, relative value) -> value -> step, in order: the axis along which a query is moved."""


@cache
def has_shade(shade: str, color: str) -> bool | None:
    """Return whether a colour has a shade by nature; None where it depends on the cloth."""
    entry = TABLE.color.get(color)
    if entry is None or not (shade in entry.shades or shade in entry.lacks_shades):
        return None
    return shade in entry.shades


def shade_degree(shade: str, color: str) -> float:
    """Return how much of a shade a colour has, 0 to 1, for comparisons."""
    entry = TABLE.color.get(color)
    if shade in ("dark", "light"):
        dark = 0.5 if entry is None or entry.darkness is None else entry.darkness
        return dark if shade == "dark" else 1 - dark
    return 0.4 if entry is None or entry.vividness is None else entry.vividness


def srgb(color: str) -> tuple[int, int, int] | None:
    """Return a typical cloth of a colour name in sRGB; None for a name without one."""
    entry = TABLE.color.get(color)
    return None if entry is None else entry.srgb


def stated_lightness(color: str) -> tuple[float, float] | None:
    """Return CIE lightness and chroma of a colour that no single cloth shows (multicolor)."""
    entry = TABLE.color.get(color)
    if entry is None or entry.lightness is None or entry.chroma is None:
        return None
    return entry.lightness, entry.chroma
