"""Several rankings of the same rows into one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

RRF_K = 60
"""Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009."""


def ranks(scores: np.ndarray) -> np.ndarray:
    """1-based ranks (n,) of scores, highest first; equal scores share the best rank (1, 2, 2, 4); 0 for NaN."""
    result = np.zeros(len(scores), dtype=np.int64)
    scored = np.flatnonzero(~np.isnan(scores))
    ordered = np.sort(-scores[scored])
    result[scored] = 1 + np.searchsorted(ordered, -scores[scored], side="left")
    return result


def reciprocal_rank_fusion(rankings: Mapping[str, np.ndarray], weights: Mapping[str, float],
                           k: int = RRF_K) -> np.ndarray:
    """Fused scores (n,): sum over rankers of weight / (k + rank). rankings: name -> (n,) ranks, 0 for not ranked."""
    total = np.zeros(len(next(iter(rankings.values()))))
    for name, ranking in rankings.items():
        total += np.where(ranking > 0, weights[name] / (k + ranking), 0.0)
    return total
