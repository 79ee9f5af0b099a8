"""Comparison of vector indexes with exact search: agreement@10 under filters, speed, build cost.

Queries are rows with added noise. Filters keep random rows. On an unmodified catalogue, there are
also the filters of wishes, based on its listings. With `items`, the rows are perturbed copies in a
file, without listings; this measures time, memory, and agreement with exact search.
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
from evaluation.report.show import Figures, finish, machine, percentiles, table
from metrics.intervals import estimate
from retrieval import VectorIndex
from settings import load_settings
from vocabulary.wish import Constraint, PriceRange

KINDS = ("faiss", "ivf", "milvus")
SHARES = (1.0, 0.5, 0.1, 0.01, 0.001)
"""Shares of the rows that the filters keep."""
NOISE = 0.05
"""Standard deviation of the noise per coordinate that turns a row into a query."""
K = 10
CHUNK = 65_536
"""Number of rows scanned at a time."""
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
    """A filter on rows.

    mask: (n,) bool, or None for all rows; constraints: the wish that the filter implements, if any.
    """

    name: str
    mask: np.ndarray | None
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True)
class BuiltIndex:
    """An index, the seconds to build and to load it, and its bytes on disk (None for a server)."""

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
) -> Figures:
    """Measure index kinds on a catalogue's vectors or on `items` perturbed ones; print the result.

    server_alone: let Milvus also answer filters that keep few rows, which the shop's own process
    answers faster. MILVUS_URI names a server; without it, Milvus Lite runs on a temporary file.
    Raises InputError if a kind is unknown.
    """
    kinds = list(kinds or KINDS)
    if unknown := set(kinds) - set(KINDS):
        raise InputError(
            f"no index of kind {', '.join(sorted(unknown))} to measure; allowed: {', '.join(KINDS)}"
        )
    shop, rng = Catalog.open(catalog), np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        grow = items is not None and items > len(shop)
        vectors = (
            _grown(shop, items or 0, rng, scratch) if grow else np.asarray(shop.vectors[:items])
        )
        listings = shop if len(vectors) == len(shop) else None
        sample = _queries(vectors, queries, rng)
        filters = [*_random(len(vectors), rng), *(_wishes(shop) if listings is not None else ())]
        truth = exact(vectors, sample, filters)
        measured = {}
        for kind in kinds:
            built = _build(kind, vectors, scratch, listings, server_alone)
            measured[kind] = _measured(built, sample, filters, truth)
    result = {
        "items": len(vectors),
        "queries": queries,
        "k": K,
        "server_alone": server_alone,
        "kinds": measured,
        "machine": machine(),
    }
    _show(measured, len(vectors))
    return finish(result, out)


def _show(measured: dict[str, Figures], rows: int) -> None:
    table(
        f"Agreement@{K} with exact search, {rows} rows",
        ["index", "rows kept", "agreement", "low", "high", "ms p50", "p95"],
        [
            [
                kind,
                name,
                *(float(value) for value in by_filter["agreement_at_10"]),
                by_filter["ms"]["p50"],
                by_filter["ms"]["p95"],
            ]
            for kind, figures in measured.items()
            for name, by_filter in figures["filters"].items()
        ],
    )
    table(
        "Making it",
        ["index", "vectors/s", "build s", "load s", "MB"],
        [
            [
                kind,
                round(figures["vectors_per_s"]),
                figures["build_s"],
                figures["load_s"],
                "" if figures["bytes"] is None else round(figures["bytes"] / 1e6, 1),
            ]
            for kind, figures in measured.items()
        ],
    )


def exact(
    vectors: np.ndarray, queries: np.ndarray, filters: Sequence[Filter]
) -> list[list[np.ndarray]]:
    """Return the K best rows for each filter and query, by brute force over vectors (n, dim).

    Fewer rows are returned if a filter keeps fewer.
    """
    nothing = (np.zeros(0), np.zeros(0, dtype=np.int64))
    best = [[nothing] * len(queries) for _ in filters]
    for start in range(0, len(vectors), CHUNK):
        scores = queries @ np.asarray(vectors[start : start + CHUNK], dtype=np.float32).T
        for by_query, limit in zip(best, filters, strict=True):
            rows = (
                np.arange(scores.shape[1])
                if limit.mask is None
                else np.flatnonzero(limit.mask[start : start + CHUNK])
            )
            for place in range(len(queries)):
                by_query[place] = _better(by_query[place], scores[place, rows], start + rows)
    return [[rows for _, rows in by_query] for by_query in best]


def _better(
    best: tuple[np.ndarray, np.ndarray], scores: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the K best (scores, rows) among the current and the new ones; ties break by row."""
    top = (
        np.argsort(-scores, kind="stable")[:K]
        if len(rows) <= K
        else np.argpartition(-scores, K - 1)[:K]
    )
    all_scores = np.concatenate([best[0], scores[top]])
    all_rows = np.concatenate([best[1], rows[top]])
    order = np.lexsort((all_rows, -all_scores))[:K]
    return all_scores[order], all_rows[order]


def _measured(
    built: BuiltIndex,
    queries: np.ndarray,
    filters: Sequence[Filter],
    truth: list[list[np.ndarray]],
) -> Figures:
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for limit, wanted in zip(filters, truth, strict=True):
        agreed, times = groups.setdefault(limit.name, ([], []))
        for query, right in zip(queries, wanted, strict=True):
            start = time.perf_counter()
            rows, _ = built.index.search(query[None], K, limit.mask, limit.constraints)
            times.append((time.perf_counter() - start) * 1000)
            if len(right):
                agreed.append(len({*rows[0].tolist()} & {*right.tolist()}) / len(right))
    figures = {
        name: {"agreement_at_10": estimate(agreed).rounded(), "ms": percentiles(times)}
        for name, (agreed, times) in groups.items()
    }
    return {
        "build_s": round(built.build, 2),
        "vectors_per_s": round(built.index.size / max(built.build, 1e-9), 1),
        "load_s": round(built.load, 3),
        "bytes": built.size,
        "filters": figures,
    }


def _build(
    kind: str, vectors: np.ndarray, scratch: Path, listings: Catalog | None, server_alone: bool
) -> BuiltIndex:
    """Build an index, save it, and load the saved one."""
    if kind == "milvus":
        return _in_milvus(vectors, scratch, listings, server_alone)
    # imported on demand, like pymilvus below: only the measured kinds need to be installed
    from retrieval.faiss_index import FaissIndex
    from retrieval.ivf_index import IvfIndex

    index: FaissIndex | IvfIndex = FaissIndex() if kind == "faiss" else IvfIndex()
    build = _seconds(lambda: index.build(vectors))
    file = scratch / f"{kind}.faiss"
    index.save(file)
    empty = IvfIndex()
    load = _seconds(
        lambda: FaissIndex.load(file) if kind == "faiss" else empty.load_lists(file, vectors)
    )
    return BuiltIndex(index, build, load, file.stat().st_size)


def _in_milvus(
    vectors: np.ndarray, scratch: Path, listings: Catalog | None, server_alone: bool
) -> BuiltIndex:
    from retrieval.columns import Columns
    from retrieval.milvus_index import MilvusIndex
    from retrieval.milvus_server import MilvusServer

    settings = load_settings()
    file = scratch / "milvus.db"
    address = settings.milvus_uri if not settings.milvus_uri.endswith(".db") else str(file)
    token = settings.milvus_token.get_secret_value() if settings.milvus_token else None
    columns = Columns(listings) if listings is not None else None
    server = MilvusServer(address, token)
    index, reopened = (
        MilvusIndex(server, "stylist_benchmark", columns, 0 if server_alone else None)
        for _ in range(2)
    )
    build = _seconds(lambda: index.build(vectors))
    load = _seconds(lambda: reopened.open(vectors))
    size = (
        sum(part.stat().st_size for part in file.rglob("*") if part.is_file())
        if file.exists()
        else None
    )
    return BuiltIndex(reopened, build, load, size)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _grown(shop: Catalog, items: int, rng: np.random.Generator, scratch: Path) -> np.ndarray:
    """Return (items, dim) float16 backed by a file: the catalogue's rows, then perturbed copies."""
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
    originals = vectors[np.sort(rng.integers(0, len(vectors), count))].astype(np.float32)
    return (originals + rng.normal(0, NOISE, originals.shape)).astype(np.float32)


def _random(rows: int, rng: np.random.Generator) -> Iterator[Filter]:
    for share in SHARES:
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
