"""How long a turn takes, stage by stage, through the very agent that shoppers talk to, at any number of items.

Other conversations come first and are reported apart: the very first turns as `cold_ms`, all of them as `first_turns_ms`.
Growing, starting and measuring have processes of their own, so that memory is that of the agent alone.
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
from evaluation.report.show import finish, machine, notice, percentiles, table
from settings import load_settings

FEW = 4
"""Sessions over which costly paths are measured: a turn of theirs takes seconds."""
GRAPH_SESSIONS = 8
"""Sessions over which the graph is measured alone."""


def run(
    catalog: Path,
    items: int | None = None,
    sessions: int = 40,
    seed: int = 0,
    out: Path | None = None,
    paths: Sequence[str] | None = None,
    few: int = FEW,
    delays: tuple[float, float] = (0.5, 0.01),
    keep: Path | None = None,
    start: bool = True,
) -> dict:
    """Measure turns on `catalog`, grown (or cut) to `items` where given; returns and prints the contract's figures.

    paths: see `latency_paths`; few: sessions of the costly ones; delays: seconds that the loopback model takes to its first
    token and for each further one; keep: folder where grown catalogues stay, and are found again; start: also measure starts.
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
    """A catalogue of `items` items below `folder`, made from `catalog` in a process of its own where it is not there yet."""
    place = folder / f"{catalog.resolve().name}-{items}-{seed}"
    if not (place / "info.json").is_file():
        notice(f"growing {catalog} to {items:,} items")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(grow, catalog, place, items, seed).result()
    return place


def _measured(stylist: Stylist, names: Sequence[str], sessions: int, seed: int) -> dict:
    talks = conversations(sessions, seed)
    first = through_agent(
        stylist, conversations(sessions, seed + 1), OFFLINE
    )  # other ones: what they need is read from disk
    turns = through_agent(stylist, talks, OFFLINE)
    cold, warm = first[:WARM_UP], turns
    memory = memory_mb()  # before the exact scans and the other models
    made = figures(warm)
    paths = {}
    if RETRIEVAL in names:
        paths[RETRIEVAL] = figures(through_retrieval(stylist, talks))
    if AGENT in names:
        paths[AGENT] = made
    index = searches(stylist.catalog, stylist.retriever.index, seed)
    return {
        "items": len(stylist.catalog),
        "text_turn_ms": made["text_turn_ms"],
        "photo_turn_ms": made["photo_turn_ms"],
        "search_ms": index[0]["ms"],
        "recall_at_10": index[0]["recall_at_10"],
        "rss_mb": memory["peak"],
        "memory_mb": memory,
        "cold_ms": [round(turn.ms["total"], 1) for turn in cold],
        "first_turns_ms": {kind: figures(first)[f"{kind}_turn_ms"] for kind in ("text", "photo")},
        "stages_ms": made["stages_ms"]
        | {"total": percentiles([turn.ms["total"] for turn in warm])},
        "turns": len(warm),
        "overhead": overhead(stylist, warm, talks[:GRAPH_SESSIONS]),
        "filters": index,
        "paths": paths,
    }


def _show(result: dict, delays: tuple[float, float]) -> None:
    rows = [
        [name, *made.values()]
        for name, made in [
            ("text turn", result["text_turn_ms"]),
            ("photo turn", result["photo_turn_ms"]),
            *(
                (f"  {kind}, first ones after the start", made)
                for kind, made in result["first_turns_ms"].items()
            ),
            ("index search alone", result["search_ms"]),
            *((f"  {name}", made) for name, made in result["stages_ms"].items()),
            *(
                (f"overhead: {name.removesuffix('_ms')}", made)
                for name, made in result["overhead"].items()
            ),
        ]
    ]
    table(
        f"Milliseconds a turn, {result['items']:,} items, {result['machine']['cpu']}, {result['machine']['date']}",
        ["stage", "p50", "p95", "p99"],
        rows,
    )
    show_paths(result["paths"], delays)
    show_searches(result["filters"])
    if result["start_s"]:
        show_starts(result["start_s"])
