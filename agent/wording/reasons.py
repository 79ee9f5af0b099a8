"""The reason why an item is shown, as one line on its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.replies import Check
from agent.wording.phrases import listing, phrase

MAX_CONFIRMED = 4
MIN_LIKENESS = 0.6
"""Likeness in a slice (1 is the same, 0 is as like as any two items) that is worth a word."""
MAX_LIKE_SLICES = 2
_SLICES = {
    "color": "colour",
    "pattern": "pattern",
    "silhouette": "cut",
    "material": "material",
    "appearance": "style",
}


def why(verdicts: Sequence[Check], unconfirmed: Sequence[Check], currency: str) -> str:
    """Return what was confirmed and where, what else was hoped for, and what is not confirmed."""
    met = [check for check in verdicts if check.verdict == "met"]
    hoped_for = [phrase(check, currency) for check in met if check.op == "prefer"]
    parts = [_confirmed(check, currency) for check in met if check.op != "prefer"][:MAX_CONFIRMED]
    if hoped_for:
        parts.append(f"{'also ' if parts else ''}{', '.join(hoped_for[:MAX_CONFIRMED])}")
    if unconfirmed:
        names = ", ".join(phrase(check, currency) for check in unconfirmed)
        parts.append(f"not confirmed: {names}")
    return " · ".join(parts)


def _confirmed(check: Check, currency: str) -> str:
    seen = " (seen in the picture)" if check.source == "picture" else ""
    return f"{phrase(check, currency)}{seen}"


def with_likeness(reason: str, likeness: Mapping[str, float]) -> str:
    """Add in which slices an item is most like the reference; likeness: {slice: likeness}."""
    alike = [
        _SLICES[name]
        for name in sorted(likeness, key=likeness.__getitem__, reverse=True)
        if likeness[name] >= MIN_LIKENESS and name in _SLICES
    ]
    if not alike:
        return reason
    words = f"like it in {listing(alike[:MAX_LIKE_SLICES])}"
    return f"{reason} · {words}" if reason else words
