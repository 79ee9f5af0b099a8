"""Bootstrap intervals over queries: of means, of paired differences and ratios, of clustered rows.

Percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
Comparisons are paired: both methods see the same resampled queries, since a hard query is hard for
both. Where a figure is the mean over several groups of queries (the kinds of change), each group is
resampled separately.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 1000
LEVEL = (2.5, 97.5)
"""Percentiles of a 95% interval."""

Groups = Mapping[str, Sequence[float]]
"""{group: one value per query}"""


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95% interval."""

    mean: float
    low: float
    high: float

    def above(self, other: Estimate) -> bool:
        """Return whether this interval lies wholly above the other one."""
        return self.low > other.high

    def rounded(self) -> list[float | None]:
        """Return [mean, low, high] with four digits for JSON; None replaces non-finite numbers."""
        return [
            round(value, 4) if np.isfinite(value) else None
            for value in (self.mean, self.low, self.high)
        ]

    def __str__(self) -> str:
        return f"{short(self.mean)} [{short(self.low)} {short(self.high)}]"


def short(value: float | None) -> str:
    """Format with two digits and no zero before the point: .81, -.05, 1.40; a dash for None."""
    if value is None:
        return "-"
    text = f"{value:.2f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def interval(values: Sequence[float], seed: int = 0, rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the 95% interval (low, high) of the mean; NaN without values."""
    mean = estimate({"": values}, seed, rounds)
    return mean.low, mean.high


def clustered_interval(
    values: np.ndarray, clusters: np.ndarray, seed: int = 0, rounds: int = ROUNDS
) -> tuple[float, float]:
    """Return the 95% interval (low, high) of the mean of rows that are alike within a cluster.

    values: (n,). clusters: (n,) the cluster of each row. Whole clusters are resampled, not rows.
    """
    names, cluster_of = np.unique(clusters, return_inverse=True)
    sums = np.bincount(cluster_of, values, len(names))
    counts = np.bincount(cluster_of, minlength=len(names))
    samples = np.random.default_rng(seed).integers(0, len(names), (rounds, len(names)))
    low, high = np.percentile(sums[samples].sum(1) / counts[samples].sum(1), LEVEL)
    return float(low), float(high)


def estimate(groups: Groups | Sequence[float], seed: int = 0, rounds: int = ROUNDS) -> Estimate:
    """Return the mean over the groups of the groups' means."""
    arrays = _arrays(groups)
    return _estimate(_mean(arrays), _resampled_means(arrays, seed, rounds))


def difference(
    ours: Groups | Sequence[float],
    theirs: Groups | Sequence[float],
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Estimate:
    """Return our mean minus theirs, paired by query.

    Raises ValueError unless both hold the same groups with equally many queries; the caller keeps
    the queries in the same order.
    """
    return _paired(np.subtract, ours, theirs, seed, rounds)


def ratio(
    ours: Groups | Sequence[float],
    theirs: Groups | Sequence[float],
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Estimate:
    """Return our mean over theirs, paired as in `difference`; infinite where theirs is 0."""
    return _paired(_quotient, ours, theirs, seed, rounds)


def spread(means: Sequence[float]) -> float:
    """Return (largest - smallest) / mean, how far a figure varies; 0 where all are 0."""
    values = np.asarray(means, dtype=float)
    mean = float(values.mean())
    return float(values.max() - values.min()) / mean if mean > 0 else 0.0


def _paired(
    combine: Callable[[np.ndarray, np.ndarray], np.ndarray],
    ours: Groups | Sequence[float],
    theirs: Groups | Sequence[float],
    seed: int,
    rounds: int,
) -> Estimate:
    our_values, their_values = _arrays(ours), _arrays(theirs)
    if _sizes(our_values) != _sizes(their_values):
        raise ValueError("paired figures need the same groups with the same queries")
    # The same seed draws the same queries for both sides.
    return _estimate(
        float(combine(np.asarray(_mean(our_values)), np.asarray(_mean(their_values)))),
        combine(
            _resampled_means(our_values, seed, rounds), _resampled_means(their_values, seed, rounds)
        ),
    )


def _quotient(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    quotient: np.ndarray = np.divide(
        ours, theirs, out=np.full(np.shape(ours), np.inf), where=theirs > 0
    )
    return quotient


def _arrays(groups: Groups | Sequence[float]) -> dict[str, np.ndarray]:
    named = groups if isinstance(groups, Mapping) else {"": groups}
    return {name: np.asarray(values, dtype=float) for name, values in named.items()}


def _sizes(groups: Mapping[str, np.ndarray]) -> dict[str, int]:
    return {name: len(values) for name, values in groups.items()}


def _mean(groups: Mapping[str, np.ndarray]) -> float:
    """Return the mean over the groups of their means; NaN where a group is empty."""
    return float(
        np.mean([np.mean(values) if len(values) else np.nan for values in groups.values()])
    )


def _resampled_means(groups: Mapping[str, np.ndarray], seed: int, rounds: int) -> np.ndarray:
    """Return the (rounds,) resampled means over the groups' means."""
    if not groups or any(len(values) == 0 for values in groups.values()):
        return np.full(rounds, np.nan)
    rng = np.random.default_rng(seed)
    group_means = [
        values[rng.integers(0, len(values), (rounds, len(values)))].mean(axis=1)
        for values in groups.values()
    ]
    resampled: np.ndarray = np.mean(group_means, axis=0)
    return resampled


def _estimate(mean: float, resampled: np.ndarray) -> Estimate:
    # A ratio may be infinite, so the bounds are sample values, without interpolation.
    low, high = np.percentile(resampled, LEVEL, method="nearest")
    return Estimate(mean, float(low), float(high))
