"""How sure a figure is: bootstrap intervals of means, of differences and of ratios, over queries.

Percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). Comparisons are
paired: the same resampled queries for both methods, since a hard query is hard for both. Where a figure is the mean
over several groups of queries (the kinds of change), each group is resampled by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 1000
LEVEL = (2.5, 97.5)
"""Percentiles of a 95% interval."""

Groups = Mapping[str, Sequence[float]]
"""Group -> one figure a query."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval."""

    mean: float
    low: float
    high: float

    def above(self, other: Estimate) -> bool:
        """Whether the two intervals lie apart, this one above."""
        return self.low > other.high

    def rounded(self) -> list[float | None]:
        """[mean, low, high], four digits, as the JSON carries it; None for what is not finite."""
        return [
            round(value, 4) if np.isfinite(value) else None
            for value in (self.mean, self.low, self.high)
        ]

    def __str__(self) -> str:
        return f"{short(self.mean)} [{short(self.low)} {short(self.high)}]"


def short(value: float | None) -> str:
    """Two digits, without the zero before the point: .81, -.05, 1.40; a dash for None."""
    if value is None:
        return "-"
    text = f"{value:.2f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def interval(hits: Sequence[float], seed: int = 0, rounds: int = ROUNDS) -> tuple[float, float]:
    """95% bootstrap interval of the mean (percentile method, `rounds` resamples); NaN without figures."""
    found = estimate({"": hits}, seed, rounds)
    return found.low, found.high


def estimate(groups: Groups | Sequence[float], seed: int = 0, rounds: int = ROUNDS) -> Estimate:
    """The mean over the groups of their means."""
    named = _named(groups)
    resampled = _means(named, seed, rounds)
    return _estimate(
        float(np.mean([np.mean(values) if len(values) else np.nan for values in named.values()])),
        resampled,
    )


def difference(
    ours: Groups | Sequence[float],
    theirs: Groups | Sequence[float],
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Estimate:
    """Ours minus theirs, paired by query: both must hold the same queries in the same order."""
    return _paired(np.subtract, ours, theirs, seed, rounds)


def ratio(
    ours: Groups | Sequence[float],
    theirs: Groups | Sequence[float],
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Estimate:
    """Our mean over theirs, paired by query; infinite where theirs is 0."""
    return _paired(_quotient, ours, theirs, seed, rounds)


def spread(means: Sequence[float]) -> float:
    """(largest - smallest) / mean: how far a figure varies; 0 where all are 0."""
    values = np.asarray(means, dtype=float)
    middle = float(values.mean())
    return float(values.max() - values.min()) / middle if middle > 0 else 0.0


def _paired(
    combine: Callable,
    ours: Groups | Sequence[float],
    theirs: Groups | Sequence[float],
    seed: int,
    rounds: int,
) -> Estimate:
    one, other = _named(ours), _named(theirs)
    if {name: len(values) for name, values in one.items()} != {
        name: len(values) for name, values in other.items()
    }:
        raise ValueError("paired figures need the same groups with the same queries")
    whole = [float(np.mean([np.mean(values) for values in side.values()])) for side in (one, other)]
    # the same seed draws the same queries for both sides
    return _estimate(
        float(combine(*whole)), combine(_means(one, seed, rounds), _means(other, seed, rounds))
    )


def _quotient(ours: np.ndarray | float, theirs: np.ndarray | float) -> np.ndarray:
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    return np.divide(ours, theirs, out=np.full(np.shape(ours), np.inf), where=theirs > 0)


def _named(groups: Groups | Sequence[float]) -> dict[str, np.ndarray]:
    named = groups if isinstance(groups, Mapping) else {"": groups}
    return {name: np.asarray(values, dtype=float) for name, values in named.items()}


def _means(groups: Mapping[str, np.ndarray], seed: int, rounds: int) -> np.ndarray:
    """(rounds,) resampled means over the groups' means."""
    if not groups or any(len(values) == 0 for values in groups.values()):
        return np.full(rounds, np.nan)
    rng = np.random.default_rng(seed)
    each = [
        values[rng.integers(0, len(values), (rounds, len(values)))].mean(axis=1)
        for values in groups.values()
    ]
    return np.mean(each, axis=0)


def _estimate(mean: float, resampled: np.ndarray) -> Estimate:
    low, high = np.percentile(
        resampled, LEVEL, method="nearest"
    )  # a ratio may be infinite: nothing to interpolate
    return Estimate(mean, float(low), float(high))
