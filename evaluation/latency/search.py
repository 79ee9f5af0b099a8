"""Milliseconds and recall@10 of the index alone against an exact scan, with and without filters.

There are three kinds of filters: random rows; rows of a few kinds of garments, queried by one of
these kinds ("dresses" under a filter of dresses); and the same rows queried by anything ("shoes"
under a filter of dresses), where the lists near the query contain none of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from catalog.sequences import StackedVectors
from catalog.store import Catalog
from evaluation.report.show import Figures, percentiles, table
from retrieval.protocol import VectorIndex
from vocabulary.wish import Constraint

Vectors = np.ndarray | StackedVectors

SHARES = (1.0, 0.5, 0.1, 0.01, 0.001)
"""Shares of the rows that the filters keep."""
K = 10
QUERIES = 200
NOISE = 0.05
"""Standard deviation of the noise per coordinate that turns a row into a query."""
CHUNK = 32_768
"""Number of rows scanned at a time."""
SCORE_TOLERANCE = 1e-5
"""Scores that differ by less count as equal, since rows of a design with the same picture tie."""


def searches(
    catalog: Catalog, index: VectorIndex, seed: int, queries: int = QUERIES
) -> list[Figures]:
    """Return one record per filter, each measured over `queries` queries.

    Keys: "filter" (its kind), "kept" (share), "rows", "ms" (p50, p95, p99), "recall_at_10".
    """
    rng = np.random.default_rng(seed)
    records = []
    # a first pass reads the pages from disk
    _timed(index, _queries(catalog.vectors, np.arange(len(catalog)), queries, rng), None)
    for kind, share, mask, sources in _filters(catalog, rng):
        vectors = _queries(catalog.vectors, sources, queries, rng)
        rows, times = _timed(index, vectors, mask)
        best = exact_scores(catalog.vectors, vectors, mask)
        records.append(
            {
                "filter": kind,
                "kept": share,
                "rows": int(mask.sum()) if mask is not None else len(catalog),
                "ms": percentiles(times, digits=2),
                "recall_at_10": round(recall(catalog.vectors, vectors, rows, best), 4),
            }
        )
    return records


def _filters(
    catalog: Catalog, rng: np.random.Generator
) -> Iterator[tuple[str, float, np.ndarray | None, np.ndarray]]:
    """Yield (kind, share kept, mask (n,) bool or None, rows to make queries from)."""
    everything = np.arange(len(catalog))
    by_kind = _rows_by_kind(catalog, rng)
    for share in SHARES:
        if share >= 1.0:
            yield "none", share, None, everything
            continue
        count = max(1, round(share * len(catalog)))
        for kind, rows, near in (
            ("by chance", rng.permutation(len(catalog))[:count], False),
            ("kinds, asked for", by_kind[:count], True),
            ("kinds, others asked for", by_kind[:count], False),
        ):
            mask = np.zeros(len(catalog), dtype=bool)
            mask[rows] = True
            yield kind, share, mask, rows if near else everything


def _rows_by_kind(catalog: Catalog, rng: np.random.Generator) -> np.ndarray:
    """Return (n,) all rows grouped by kind, with kinds and the rows of each in random order."""
    label = np.zeros(len(catalog), dtype=np.int64)
    kinds = list(catalog.facet_counts().get("category", {}))
    for number, place in enumerate(rng.permutation(len(kinds)), start=1):
        of_kind = Constraint(facet="category", op="require", value=kinds[place])
        label[np.asarray(catalog.affirmed_rows((of_kind,)))] = number
    return np.lexsort((rng.random(len(catalog)), label))


def _queries(
    vectors: Vectors, rows: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Return (count, dim) float32 queries: random rows of `rows` with noise."""
    originals = np.asarray(vectors[np.sort(rng.choice(rows, count))], dtype=np.float32)
    return (originals + rng.normal(0, NOISE, originals.shape)).astype(np.float32)


def _timed(
    index: VectorIndex, queries: np.ndarray, mask: np.ndarray | None
) -> tuple[np.ndarray, list[float]]:
    hits, times = [], []
    for query in queries:
        start = time.perf_counter()
        rows, _ = index.search(query, K, mask)
        times.append((time.perf_counter() - start) * 1000)
        hits.append(np.ravel(rows))
    return np.array(hits), times


def exact_scores(
    vectors: Vectors, queries: np.ndarray, mask: np.ndarray | None, k: int = K
) -> np.ndarray:
    """Return (q, k) float32: the best inner products by a scan of all rows that the mask keeps.

    vectors: (n, dim); queries: (q, dim); mask: (n,) bool. Scores are padded with -inf if the mask
    keeps fewer than k rows.
    """
    rows = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
    best = np.full((len(queries), k), -np.inf, dtype=np.float32)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        contiguous = len(part) == part[-1] - part[0] + 1
        block = np.asarray(
            vectors[part[0] : part[-1] + 1] if contiguous else vectors[part], dtype=np.float32
        )
        scores = np.concatenate([best, queries @ block.T], axis=1)
        best = np.partition(scores, scores.shape[1] - k, axis=1)[:, -k:]
    return -np.sort(-best, axis=1)


def recall(vectors: Vectors, queries: np.ndarray, rows: np.ndarray, best: np.ndarray) -> float:
    """Return the share of the exact best k among `rows`.

    rows: (q, k), -1 for none; best: (q, k) as returned by `exact_scores`.
    """
    there = np.isfinite(best)
    last = np.min(np.where(there, best, np.inf), axis=1)
    hits = np.asarray(vectors[np.maximum(rows, 0).ravel()], dtype=np.float32)
    scores = np.einsum("qkd,qd->qk", hits.reshape(*rows.shape, -1), queries)
    good = ((scores >= last[:, None] - SCORE_TOLERANCE) & (rows >= 0)).sum(axis=1)
    return float((np.minimum(good, there.sum(axis=1)) / np.maximum(there.sum(axis=1), 1)).mean())


def show_searches(records: list[Figures]) -> None:
    """Print the table of filters."""
    table(
        "The index alone: ten nearest under a filter",
        ["filter", "kept", "rows", "p50 ms", "p95", "p99", "recall@10"],
        [
            [
                row["filter"],
                f"{row['kept']:.1%}",
                f"{row['rows']:,}",
                *row["ms"].values(),
                row["recall_at_10"],
            ]
            for row in records
        ],
    )
