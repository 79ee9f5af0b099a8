"""Online adaptation: slice weights that move with a session's feedback, nothing re-indexed.

Multiplicative updates as in Hedge (Freund and Schapire 1997; Kivinen and Warmuth's exponentiated gradient, 1997): a slice
whose scores told the saved items from the others gains weight, one in which the refused ones stood out loses it. What a
shopper leaves alone while changing other things counts a little, too. Bounded, and neutral without evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer.delta import constraints_by_slice
from composer.space import EPSILON
from encoders import Space
from errors import InputError
from vocabulary.wish import Wish


@dataclass(frozen=True)
class Turn:
    """One past turn. shown (n, dim): what was on the page; saved and refused: rows of it; query (dim,): what it was ranked
    by, as `compose` returned it, or None where nobody kept it."""

    wish: Wish
    shown: np.ndarray
    saved: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    query: np.ndarray | None = None


@dataclass(frozen=True)
class Pace:
    """How fast weights move: by feedback, by what is kept, and by how much at most."""

    feedback: float = 0.2
    kept: float = 0.05
    limit: float = 2.0


PACE = Pace()
"""Chosen with simulated shoppers on a drawn catalogue of another seed than the reported one."""


def emphasis(turns: Sequence[Turn], space: Space, pace: Pace = PACE) -> dict[str, float]:
    """{slice: factor} for `compose`, the past turns in order; {} where they tell nothing.

    Factors lie between 1/limit and limit, around a geometric mean of 1. Raises InputError where a turn's vectors are of
    another size.
    """
    told = np.zeros(len(space.layout.names))
    for number, turn in enumerate(turns):
        if turn.shown.ndim != 2 or turn.shown.shape[1] != space.dim:
            raise InputError(
                f"turn {number + 1} shows vectors of shape {turn.shown.shape}; this space takes (n, {space.dim})"
            )
        told += pace.feedback * _feedback(turn, space)
    told += pace.kept * _kept(turns, space)
    if np.ptp(told) < EPSILON:
        return {}
    bound = np.log(pace.limit)
    factors = np.exp(np.clip(told - told.mean(), -bound, bound))
    return {name: float(factor) for name, factor in zip(space.layout.names, factors, strict=True)}


def _feedback(turn: Turn, space: Space) -> np.ndarray:
    """(slices,): by how many deviations of the page the saved items score above the rest, the refused ones below it."""
    told = np.zeros(len(space.layout.names))
    if turn.query is None or not (turn.saved or turn.refused):
        return told
    starts = [space.layout.slice(name).start for name in space.layout.names]
    scores = np.add.reduceat(
        turn.shown * turn.query, starts, axis=1
    )  # (n, slices); their lengths cancel out below
    spread = scores.std(axis=0)
    marked = (*turn.saved, *turn.refused)
    rest = [row for row in range(len(scores)) if row not in marked]
    middle = scores[rest].mean(axis=0) if rest else scores.mean(axis=0)
    for rows, sign in ((turn.saved, 1.0), (turn.refused, -1.0)):
        if rows:
            told += sign * np.clip(
                (scores[list(rows)].mean(axis=0) - middle) / np.maximum(spread, EPSILON), -2.0, 2.0
            )
    return np.where(spread > 1e-6, told, 0.0)


def _kept(turns: Sequence[Turn], space: Space) -> np.ndarray:
    """(slices,): through how many of the latest turns a slice was left alone while something else changed."""
    count = np.zeros(len(space.layout.names))
    for before, after in zip(turns, turns[1:], strict=False):
        old, new = (constraints_by_slice(turn.wish, space) for turn in (before, after))
        changed = {
            name
            for name in space.layout.names
            if {c.key for c in old.get(name, ())} != {c.key for c in new.get(name, ())}
        }
        if changed:
            for number, name in enumerate(space.layout.names):
                count[number] = 0.0 if name in changed else count[number] + 1.0
    return count - count.mean() if len(count) else count
