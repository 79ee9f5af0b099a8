"""Milliseconds per turn and stage through the whole agent, at any number of items.

Other conversations run first and are reported separately: the very first turns as `cold_ms`, all of
them as `first_turns_ms`. Growing, starting and measuring run in separate processes, so the reported
memory is the agent's alone.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from agent import Stylist
from agent.planner import OFFLINE
from encoders import load_encoder
from evaluation.latency.grow import grow
from evaluation.latency.overhead import overhead
from evaluation.latency.paths import AGENT, RETRIEVAL, chosen, costly_paths, show_paths
from evaluation.latency.search import searches, show_searches
from evaluation.latency.start import memory_mb, show_starts, starts
from evaluation.latency.turns import (
    WARM_UP,
    conversations,
    figures,
    through_agent,
    through_retrieval,
)
from evaluation.report.show import Figures, finish, machine, notice, percentiles, table
from settings import load_settings

COSTLY_SESSIONS = 4
"""Number of sessions for measuring costly paths, whose turns take seconds."""
GRAPH_SESSIONS = 8
"""Number of sessions for measuring the graph alone."""


def run(
    catalog: Path,
    items: int | None = None,
    sessions: int = 40,
    seed: int = 0,
    out: Path | None = None,
    paths: Sequence[str] | None = None,
    few: int = COSTLY_SESSIONS,
    delays: tuple[float, float] = (0.5, 0.01),
    keep: Path | None = None,
    start: bool = True,
) -> Figures:
    """Measure turns on `catalog`, grown (or cut) to `items` if given; print and return the figures.

    paths: see `evaluation.latency.paths`. few: sessions for the costly paths. delays: seconds that
    the loopback model takes to its first token, and for each further one. keep: folder that keeps
    grown catalogues for the next run. start: also measure starts.
    """
    names = chosen(paths)
    with tempfile.TemporaryDirectory() as folder:
        if items is not None:
            catalog = grown(catalog, items, seed, keep or Path(folder))
        started = starts(catalog) if start else {}
        begun = time.perf_counter()
        settings = load_settings()
        encoder = load_encoder(settings.encoder, settings.device)
        stylist = Stylist.open(
            catalog, memory=Path(folder) / "memory.sqlite", settings=settings, encoder=encoder
        )
        opened = (time.perf_counter() - begun) * 1000
        result = _measured(stylist, names, sessions, seed)
        result["paths"] |= costly_paths(stylist, encoder, names, conversations(few, seed), delays)
        stylist.memory.close()
    result |= {
        "open_ms": round(opened, 1),
        "start_s": started,
        "delays_s": {"first": delays[0], "further": delays[1]},
        "machine": machine(),
    }
    _show(result, delays)
    return finish(result, out)


def grown(catalog: Path, items: int, seed: int, folder: Path) -> Path:
    """Return a catalogue of `items` items below `folder`, growing `catalog` if it is not there yet.

    Growing runs in a separate process, so its memory is not counted.
    """
    place = folder / f"{catalog.resolve().name}-{items}-{seed}"
    if not (place / "info.json").is_file():
        notice(f"growing {catalog} to {items:,} items")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(grow, catalog, place, items, seed).result()
    return place


def _measured(stylist: Stylist, names: Sequence[str], sessions: int, seed: int) -> Figures:
    scripts = conversations(sessions, seed)
    # Warm-up: other conversations come first, to read from disk what is needed.
    first = through_agent(stylist, conversations(sessions, seed + 1), OFFLINE)
    warm = through_agent(stylist, scripts, OFFLINE)
    memory = memory_mb()  # measured before the exact scans and the other models
    agent = figures(warm)
    paths = {}
    if RETRIEVAL in names:
        paths[RETRIEVAL] = figures(through_retrieval(stylist, scripts))
    if AGENT in names:
        paths[AGENT] = agent
    index = searches(stylist.catalog, stylist.retriever.index, seed)
    return {
        "items": len(stylist.catalog),
        "text_turn_ms": agent["text_turn_ms"],
        "photo_turn_ms": agent["photo_turn_ms"],
        "search_ms": index[0]["ms"],
        "recall_at_10": index[0]["recall_at_10"],
        "rss_mb": memory["peak"],
        "memory_mb": memory,
        "cold_ms": [round(turn.ms["total"], 1) for turn in first[:WARM_UP]],
        "first_turns_ms": {kind: figures(first)[f"{kind}_turn_ms"] for kind in ("text", "photo")},
        "stages_ms": agent["stages_ms"]
        | {"total": percentiles([turn.ms["total"] for turn in warm])},
        "turns": len(warm),
        "overhead": overhead(stylist, warm, scripts[:GRAPH_SESSIONS]),
        "filters": index,
        "paths": paths,
    }


def _show(result: Figures, delays: tuple[float, float]) -> None:
    rows = [
        [name, *milliseconds.values()]
        for name, milliseconds in [
            ("text turn", result["text_turn_ms"]),
            ("photo turn", result["photo_turn_ms"]),
            *(
                (f"  {kind}, first ones after the start", ms)
                for kind, ms in result["first_turns_ms"].items()
            ),
            ("index search alone", result["search_ms"]),
            *((f"  {name}", ms) for name, ms in result["stages_ms"].items()),
            *(
                (f"overhead: {name.removesuffix('_ms')}", ms)
                for name, ms in result["overhead"].items()
            ),
        ]
    ]
    table(
        f"Milliseconds a turn, {result['items']:,} items, {result['machine']['cpu']}, "
        f"{result['machine']['date']}",
        ["stage", "p50", "p95", "p99"],
        rows,
    )
    show_paths(result["paths"], delays)
    show_searches(result["filters"])
    if result["start_s"]:
        show_starts(result["start_s"])
