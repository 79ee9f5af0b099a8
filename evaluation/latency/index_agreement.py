"""Vector indexes side by side: how much of the exact ten each finds under filters of any width, how fast, and what making it
takes.

Queries are rows with noise. Filters keep rows by chance; on a catalogue as it is, wishes filter too, as its listings tell. With
`items` the rows are perturbed copies in a file, without listings: that measures time and memory, and agreement with exact search.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.store import Catalog
from errors import InputError
from evaluation.latency.grow import perturbed
from evaluation.report.show import finish, machine, percentiles, table
from metrics.intervals import estimate
from retrieval import VectorIndex
from settings import load_settings
from vocabulary.wish import Constraint, PriceRange

KINDS = ("faiss", "ivf", "milvus")
KEPT = (1.0, 0.5, 0.1, 0.01, 0.001)
"""Shares of the rows that the filters keep."""
NOISE = 0.05
K = 10
CHUNK = 65_536
WISHES = (
    (("category", "require", "dress"),),
    (("gender", "require", "women"), ("pattern", "exclude", "striped")),
    (("color", "require", "navy"), ("price", "require", PriceRange(max=60))),
    (("sleeve_length", "require", "long"),),
    (
        ("category", "exclude", "shoes"),
        ("color", "exclude", "black"),
        ("material", "exclude", "leather"),
    ),
    (("price", "require", PriceRange(min=20, max=80)),),
    (("category", "require", "top"), ("color", "exclude", "blue")),
)


@dataclass(frozen=True)
class Filter:
    """Rows that may be found: mask (n,) bool, None for all of them; constraints: what it follows from, if anything."""

    name: str
    mask: np.ndarray | None
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True)
class Made:
    """An index that was built, the seconds that took, those of loading it again, and its bytes on disk (None: a server's)."""

    index: VectorIndex
    build: float
    load: float
    size: int | None


def run(
    catalog: Path,
    kinds: Sequence[str] | None = None,
    items: int | None = None,
    queries: int = 100,
    seed: int = 0,
    server_alone: bool = False,
    out: Path | None = None,
) -> dict:
    """Measure the kinds on a catalogue's vectors, or on `items` perturbed ones; prints a table and the JSON line.

    server_alone: Milvus answers filters that leave few rows too, which a shop's own process answers faster. MILVUS_URI: a
    server; without it, Milvus Lite in a file that goes with the run.
    """
    kinds = list(kinds or KINDS)
    if unknown := set(kinds) - set(KINDS):
        raise InputError(
            f"no index of kind {', '.join(sorted(unknown))} to measure; allowed: {', '.join(KINDS)}"
        )
    shop, rng = Catalog.open(catalog), np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as scratch:
        grown = items is not None and items > len(shop)
        vectors = (
            _grown(shop, items, rng, Path(scratch)) if grown else np.asarray(shop.vectors[:items])
        )
        listings = shop if len(vectors) == len(shop) else None
        asked = _queries(vectors, queries, rng)
        filters = [*_random(len(vectors), rng), *(_wishes(shop) if listings is not None else ())]
        truth = exact(vectors, asked, filters)
        found = {
            kind: _measured(
                _make(kind, vectors, Path(scratch), listings, server_alone), asked, filters, truth
            )
            for kind in kinds
        }
    result = {
        "items": len(vectors),
        "queries": queries,
        "k": K,
        "server_alone": server_alone,
        "kinds": found,
        "machine": machine(),
    }
    rows = [
        [
            kind,
            name,
            *(float(value) for value in figures["agreement_at_10"]),
            figures["ms"]["p50"],
            figures["ms"]["p95"],
        ]
        for kind, measured in found.items()
        for name, figures in measured["filters"].items()
    ]
    table(
        f"Agreement@{K} with exact search, {len(vectors)} rows",
        ["index", "rows kept", "agreement", "low", "high", "ms p50", "p95"],
        rows,
    )
    table(
        "Making it",
        ["index", "vectors/s", "build s", "load s", "MB"],
        [
            [
                kind,
                round(m["vectors_per_s"]),
                m["build_s"],
                m["load_s"],
                "" if m["bytes"] is None else round(m["bytes"] / 1e6, 1),
            ]
            for kind, m in found.items()
        ],
    )
    return finish(result, out)


def exact(
    vectors: np.ndarray, queries: np.ndarray, filters: Sequence[Filter]
) -> list[list[np.ndarray]]:
    """For each filter and query the K best rows (fewer where fewer are kept), by brute force over vectors (n, dim)."""
    best = [[(np.zeros(0), np.zeros(0, dtype=np.int64))] * len(queries) for _ in filters]
    for start in range(0, len(vectors), CHUNK):
        scores = queries @ np.asarray(vectors[start : start + CHUNK], dtype=np.float32).T
        for number, kept in enumerate(filters):
            rows = (
                np.arange(scores.shape[1])
                if kept.mask is None
                else np.flatnonzero(kept.mask[start : start + CHUNK])
            )
            for place in range(len(queries)):
                held = scores[place, rows]
                top = (
                    rows[np.argsort(-held, kind="stable")[:K]]
                    if len(rows) <= K
                    else rows[np.argpartition(-held, K - 1)[:K]]
                )
                joined = (
                    np.concatenate([best[number][place][0], scores[place, top]]),
                    np.concatenate([best[number][place][1], start + top]),
                )
                order = np.lexsort((joined[1], -joined[0]))[:K]
                best[number][place] = joined[0][order], joined[1][order]
    return [[rows for _, rows in found] for found in best]


def _measured(
    made: Made, queries: np.ndarray, filters: Sequence[Filter], truth: list[list[np.ndarray]]
) -> dict:
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for kept, wanted in zip(filters, truth, strict=True):
        agreed, times = groups.setdefault(kept.name, ([], []))
        for query, right in zip(queries, wanted, strict=True):
            start = time.perf_counter()
            rows, _ = made.index.search(query[None], K, kept.mask, kept.constraints)
            times.append((time.perf_counter() - start) * 1000)
            if len(right):
                agreed.append(len({*rows[0].tolist()} & {*right.tolist()}) / len(right))
    figures = {
        name: {"agreement_at_10": estimate(agreed).rounded(), "ms": percentiles(times)}
        for name, (agreed, times) in groups.items()
    }
    return {
        "build_s": round(made.build, 2),
        "vectors_per_s": round(made.index.size / max(made.build, 1e-9), 1),
        "load_s": round(made.load, 3),
        "bytes": made.size,
        "filters": figures,
    }


def _make(
    kind: str, vectors: np.ndarray, scratch: Path, listings: Catalog | None, server_alone: bool
) -> Made:
    """Builds an index, has it kept, and opens what was kept."""
    if kind == "milvus":
        return _in_milvus(vectors, scratch, listings, server_alone)
    from retrieval.faiss_index import FaissIndex
    from retrieval.ivf_index import IvfIndex

    built: FaissIndex | IvfIndex = FaissIndex() if kind == "faiss" else IvfIndex()
    build = _seconds(lambda: built.build(vectors))
    file = scratch / f"{kind}.faiss"
    built.save(file)
    fresh = IvfIndex()
    load = _seconds(
        lambda: FaissIndex.load(file) if kind == "faiss" else fresh.load_lists(file, vectors)
    )
    return Made(built, build, load, file.stat().st_size)


def _in_milvus(
    vectors: np.ndarray, scratch: Path, listings: Catalog | None, server_alone: bool
) -> Made:
    from retrieval.columns import Columns
    from retrieval.milvus_index import MilvusIndex
    from retrieval.milvus_server import MilvusServer

    settings = load_settings()
    file = scratch / "milvus.db"
    elsewhere = settings.milvus_uri if not settings.milvus_uri.endswith(".db") else str(file)
    token = settings.milvus_token.get_secret_value() if settings.milvus_token else None
    columns = Columns(listings) if listings is not None else None
    server = MilvusServer(elsewhere, token)
    index, again = (
        MilvusIndex(server, "stylist_benchmark", columns, 0 if server_alone else None)
        for _ in range(2)
    )
    build = _seconds(lambda: index.build(vectors))
    load = _seconds(lambda: again.open(vectors))
    size = (
        sum(part.stat().st_size for part in file.rglob("*") if part.is_file())
        if file.exists()
        else None
    )
    return Made(again, build, load, size)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _grown(shop: Catalog, items: int, rng: np.random.Generator, scratch: Path) -> np.ndarray:
    """(items, dim) float16 in a file: the catalogue's rows, then perturbed copies of them."""
    sizes = list(shop.manifest["slices"].values())
    source = np.asarray(shop.vectors)
    rows = np.lib.format.open_memmap(
        scratch / "vectors.npy", mode="w+", dtype=np.float16, shape=(items, source.shape[1])
    )
    for start in range(0, items, len(source)):
        part = source[: min(len(source), items - start)]
        rows[start : start + len(part)] = part if start == 0 else perturbed(part, sizes, rng)
    rows.flush()
    return np.load(scratch / "vectors.npy", mmap_mode="r")


def _queries(vectors: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    picked = np.sort(rng.integers(0, len(vectors), count))
    return (
        vectors[picked].astype(np.float32) + rng.normal(0, NOISE, (count, vectors.shape[1]))
    ).astype(np.float32)


def _random(rows: int, rng: np.random.Generator) -> Iterator[Filter]:
    for share in KEPT:
        mask = None
        if share < 1:
            mask = np.zeros(rows, dtype=bool)
            mask[rng.choice(rows, size=max(1, round(share * rows)), replace=False)] = True
        yield Filter(f"{100 * share:g}%", mask)


def _wishes(shop: Catalog) -> Iterator[Filter]:
    for wish in WISHES:
        constraints = tuple(
            Constraint(facet=facet, op=op, value=value) for facet, op, value in wish
        )
        yield Filter(
            "as wishes tell", np.asarray(shop.allowed_rows(constraints), dtype=bool), constraints
        )
