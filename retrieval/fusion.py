"""Several rankings of the same rows into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

RRF_K = 60
"""Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009."""


def ranks(scores: np.ndarray, ids: Sequence[str]) -> np.ndarray:
    """1-based ranks (n,) of scores, highest first, equal scores by id; 0 for NaN (not ranked)."""
    scored = np.flatnonzero(~np.isnan(scores))
    order = sorted(scored, key=lambda place: (-scores[place], ids[place]))
    result = np.zeros(len(scores), dtype=np.int64)
    result[order] = np.arange(1, len(order) + 1)
    return result


def reciprocal_rank_fusion(rankings: Mapping[str, np.ndarray], weights: Mapping[str, float],
                           k: int = RRF_K) -> np.ndarray:
    """Fused scores (n,): sum over rankers of weight / (k + rank). rankings: name -> (n,) ranks, 0 for not ranked."""
    total = np.zeros(len(next(iter(rankings.values()))))
    for name, ranking in rankings.items():
        total += np.where(ranking > 0, weights[name] / (k + ranking), 0.0)
    return total
