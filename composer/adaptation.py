"""Online adaptation: slice weights that follow a session's feedback, nothing re-indexed.

Multiplicative updates as in Hedge (Freund and Schapire 1997; Kivinen and Warmuth's exponentiated
gradient, 1997): a slice whose scores separated the saved items from the others gains weight, one in
which the refused ones stood out loses it. What a shopper leaves alone while changing other things
counts a little, too. The factors are bounded, and neutral without evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from composer.delta import constraints_by_slice
from composer.space import EPSILON
from encoders import Space
from errors import InputError
from vocabulary.wish import Wish

MAX_DEVIATIONS = 2.0
"""How many deviations of a page one mark may count for."""
MIN_SPREAD = 1e-6
"""Deviation of a page's scores below which a slice does not tell items apart."""


@dataclass(frozen=True)
class Turn:
    """One past turn."""

    wish: Wish
    shown: np.ndarray
    """(n, dim) vectors of what was on the page"""
    saved: tuple[int, ...] = ()
    """Rows of `shown` that the shopper saved."""
    refused: tuple[int, ...] = ()
    """Rows of `shown` that the shopper refused."""
    query: np.ndarray | None = None
    """(dim,) what the page was ranked by, as `compose` returned it; None where it was not kept"""


@dataclass(frozen=True)
class Pace:
    """How fast weights move: by feedback, by slices left alone, and by how much at most."""

    feedback: float = 0.2
    kept: float = 0.05
    limit: float = 2.0


PACE = Pace()
"""Chosen with simulated shoppers, on a drawn catalogue of another seed than the reported one."""


def emphasis(turns: Sequence[Turn], space: Space, pace: Pace = PACE) -> dict[str, float]:
    """Return {slice: factor} for `compose` from the past turns in order; {} without evidence.

    Factors lie between 1/limit and limit, around a geometric mean of 1. Raises InputError if a
    turn's vectors have another size.
    """
    log_factors = np.zeros(len(space.layout.names))
    for number, turn in enumerate(turns, 1):
        if turn.shown.ndim != 2 or turn.shown.shape[1] != space.dim:
            raise InputError(
                f"turn {number} shows vectors of shape {turn.shown.shape}; "
                f"this space takes (n, {space.dim})"
            )
        log_factors += pace.feedback * _feedback(turn, space)
    log_factors += pace.kept * _turns_left_alone(turns, space)
    if np.ptp(log_factors) < EPSILON:
        return {}
    bound = np.log(pace.limit)
    factors = np.exp(np.clip(log_factors - log_factors.mean(), -bound, bound))
    return {name: float(factor) for name, factor in zip(space.layout.names, factors, strict=True)}


def _feedback(turn: Turn, space: Space) -> np.ndarray:
    """Return (slices,): how far the saved items score above the rest and the refused ones below.

    Measured in deviations of the page.
    """
    evidence = np.zeros(len(space.layout.names))
    if turn.query is None or not (turn.saved or turn.refused):
        return evidence
    starts = [space.layout.slice(name).start for name in space.layout.names]
    # (n, slices); the lengths of the query's slices cancel out below
    scores = np.add.reduceat(turn.shown * turn.query, starts, axis=1)
    spread = scores.std(axis=0)
    marked = (*turn.saved, *turn.refused)
    rest = [row for row in range(len(scores)) if row not in marked]
    baseline = scores[rest].mean(axis=0) if rest else scores.mean(axis=0)
    for rows, sign in ((turn.saved, 1.0), (turn.refused, -1.0)):
        if rows:
            gap = (scores[list(rows)].mean(axis=0) - baseline) / np.maximum(spread, EPSILON)
            evidence += sign * np.clip(gap, -MAX_DEVIATIONS, MAX_DEVIATIONS)
    return np.where(spread > MIN_SPREAD, evidence, 0.0)


def _turns_left_alone(turns: Sequence[Turn], space: Space) -> np.ndarray:
    """Return (slices,): for how many of the latest changes a slice was left alone, centred."""
    counts = np.zeros(len(space.layout.names))
    for before, after in pairwise(turns):
        changed = _changed_slices(before, after, space)
        if changed:
            for number, name in enumerate(space.layout.names):
                counts[number] = 0.0 if name in changed else counts[number] + 1.0
    return counts - counts.mean() if len(counts) else counts


def _changed_slices(before: Turn, after: Turn, space: Space) -> set[str]:
    old, new = (constraints_by_slice(turn.wish, space) for turn in (before, after))
    return {
        name
        for name in space.layout.names
        if {c.key for c in old.get(name, ())} != {c.key for c in new.get(name, ())}
    }
