"""The index by itself: milliseconds and recall@10 against an exact scan, without filter and under filters that keep few rows.

Three kinds of filters: rows by chance; rows of a few kinds of garments, asked for by one of them ("dresses" under a filter of
dresses); and the same rows asked for by anything ("shoes" under a filter of dresses), where lists near the query hold none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from catalog.store import Catalog
from evaluation.report.show import percentiles, table
from retrieval.protocol import VectorIndex
from vocabulary.wish import Constraint

KEPT = (1.0, 0.5, 0.1, 0.01, 0.001)
"""Shares of the rows that a filter keeps."""
K = 10
QUERIES = 200
NOISE = 0.05
"""Standard deviation by which a query differs from a row of the catalogue, in every coordinate."""
CHUNK = 32_768
SAME = 1e-5
"""Scores that differ by less are the same: rows of a design in the same picture tie."""


def searches(catalog: Catalog, index: VectorIndex, seed: int, queries: int = QUERIES) -> list[dict]:
    """One record a filter: kind, share kept, rows, milliseconds (p50, p95, p99) and recall@10, over `queries` each."""
    rng = np.random.default_rng(seed)
    found = []
    _timed(
        index, _queries(catalog.vectors, np.arange(len(catalog)), queries, rng), None
    )  # pages come from disk once
    for kind, kept, mask, among in _filters(catalog, rng):
        asked = _queries(catalog.vectors, among, queries, rng)
        rows, times = _timed(index, asked, mask)
        best = exact_scores(catalog.vectors, asked, mask)
        found.append(
            {
                "filter": kind,
                "kept": kept,
                "rows": int(mask.sum()) if mask is not None else len(catalog),
                "ms": percentiles(times, digits=2),
                "recall_at_10": round(recall(catalog.vectors, asked, rows, best), 4),
            }
        )
    return found


def _filters(
    catalog: Catalog, rng: np.random.Generator
) -> Iterator[tuple[str, float, np.ndarray | None, np.ndarray]]:
    """(kind, share kept, (n,) bool or None, rows that queries are drawn from)."""
    everything = np.arange(len(catalog))
    by_kind = _rows_by_kind(catalog, rng)
    for kept in KEPT:
        if kept == 1.0:
            yield "none", kept, None, everything
            continue
        most = max(1, round(kept * len(catalog)))
        for kind, rows, near in (
            ("by chance", rng.permutation(len(catalog))[:most], False),
            ("kinds, asked for", by_kind[:most], True),
            ("kinds, others asked for", by_kind[:most], False),
        ):
            mask = np.zeros(len(catalog), dtype=bool)
            mask[rows] = True
            yield kind, kept, mask, rows if near else everything


def _rows_by_kind(catalog: Catalog, rng: np.random.Generator) -> np.ndarray:
    """(n,) all rows, those of one kind side by side, kinds and the rows within each in a drawn order."""
    label = np.zeros(len(catalog), dtype=np.int64)
    kinds = list(catalog.facet_counts().get("category", {}))
    for number, place in enumerate(rng.permutation(len(kinds)), start=1):
        label[
            np.asarray(
                catalog.affirmed_rows(
                    (Constraint(facet="category", op="require", value=kinds[place]),)
                )
            )
        ] = number
    return np.lexsort((rng.random(len(catalog)), label))


def _queries(
    vectors: np.ndarray, rows: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """(count, dim) float32 near drawn rows."""
    drawn = np.asarray(vectors[np.sort(rng.choice(rows, count))], dtype=np.float32)
    return (drawn + rng.normal(0, NOISE, drawn.shape)).astype(np.float32)


def _timed(
    index: VectorIndex, queries: np.ndarray, mask: np.ndarray | None
) -> tuple[np.ndarray, list[float]]:
    found, times = [], []
    for query in queries:
        start = time.perf_counter()
        rows, _ = index.search(query, K, mask)
        times.append((time.perf_counter() - start) * 1000)
        found.append(np.ravel(rows))
    return np.array(found), times


def exact_scores(
    vectors: np.ndarray, queries: np.ndarray, mask: np.ndarray | None, k: int = K
) -> np.ndarray:
    """(q, k) float32: the best inner products by a scan of all rows (n, dim) that the mask keeps; -inf where fewer are kept."""
    rows = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
    best = np.full((len(queries), k), -np.inf, dtype=np.float32)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        whole = len(part) == part[-1] - part[0] + 1
        block = np.asarray(
            vectors[part[0] : part[-1] + 1] if whole else vectors[part], dtype=np.float32
        )
        scores = np.concatenate([best, queries @ block.T], axis=1)
        best = np.partition(scores, scores.shape[1] - k, axis=1)[:, -k:]
    return -np.sort(-best, axis=1)


def recall(vectors: np.ndarray, queries: np.ndarray, rows: np.ndarray, best: np.ndarray) -> float:
    """The share of the exact best k that was found: rows (q, k), -1 for none; best (q, k) as `exact_scores` tells them."""
    there = np.isfinite(best)
    last = np.min(np.where(there, best, np.inf), axis=1)
    found = np.asarray(vectors[np.maximum(rows, 0).ravel()], dtype=np.float32).reshape(
        *rows.shape, -1
    )
    scores = np.einsum("qkd,qd->qk", found, queries)
    good = ((scores >= last[:, None] - SAME) & (rows >= 0)).sum(axis=1)
    return float((np.minimum(good, there.sum(axis=1)) / np.maximum(there.sum(axis=1), 1)).mean())


def show_searches(found: list[dict]) -> None:
    """The table of filters."""
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
            for row in found
        ],
    )
