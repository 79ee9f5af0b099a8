"""How long a turn takes, stage by stage, through the very agent that shoppers talk to.

Every session asks a first wish (half of them with a photo, drawn by us with other silhouettes than the catalogue's)
and then refines it. The first turns of the process are left out as warm-up; they are reported apart as `cold`.
"""

from __future__ import annotations

import resource
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from agent import Stylist
from catalog.drawn import render_training
from evaluation.grow import grow
from evaluation.show import finish, machine, percentiles, table

FIRST = ("a navy dress with long sleeves", "striped shirt for men under 60", "black leather jacket", "a floral skirt",
         "white sneakers", "something for a garden wedding", "grey hoodie, no zipper", "a warm coat, not black")
NEXT = ("cheaper", "in red instead", "no pockets", "more like the first", "longer", "show more", "not striped", "why this one?")
PHOTO = ("like this but in navy, no stripes", "like this but cheaper", "the same in red", "like this without pockets")


def _turns(stylist: Stylist, sessions: int, seed: int) -> list[tuple[str, dict[str, float]]]:
    rng = np.random.default_rng(seed)
    taken: list[tuple[str, dict[str, float]]] = []
    words, refinements, changes = cycle(FIRST), cycle(NEXT), cycle(PHOTO)
    for number in range(sessions):
        session = stylist.new_session()
        photo = render_training(rng)[0] if number % 2 else None
        first = next(changes) if photo is not None else next(words)
        asked = [(first, photo), *((text, None) for text in islice(refinements, 3))]
        for text, picture in asked:
            start = time.perf_counter()
            reply = stylist.chat(session, text, image=picture)
            total = (time.perf_counter() - start) * 1000
            kind = "text" if picture is None else "photo"
            taken.append((kind, {**reply.ms, "total": total}))
        stylist.forget(session)
    return taken


def _recall(stylist: Stylist, queries: int, seed: int, k: int = 10) -> tuple[float, list[float]]:
    """Recall@k of the index against an exact scan, and the search times in ms."""
    vectors = np.asarray(stylist.catalog.vectors, dtype=np.float32)
    rng = np.random.default_rng(seed)
    picked = vectors[rng.integers(0, len(vectors), queries)] + rng.normal(0, 0.05, (queries, vectors.shape[1]))
    agreed, times = [], []
    for query in picked.astype(np.float32):
        start = time.perf_counter()
        rows, _ = stylist.retriever.index.search(query, k)
        times.append((time.perf_counter() - start) * 1000)
        exact = np.argsort(-(vectors @ query), kind="stable")[:k]
        agreed.append(len(set(np.ravel(rows).tolist()) & set(exact.tolist())) / k)
    return float(np.mean(agreed)), times


def run(catalog: Path, items: int | None = None, sessions: int = 40, seed: int = 0, out: Path | None = None) -> dict:
    """Measure turns on `catalog`, grown (or cut) to `items` where given; returns and prints the contract's figures."""
    with tempfile.TemporaryDirectory() as folder:
        if items is not None:
            catalog = grow(catalog, Path(folder) / "grown", items, seed)
        start = time.perf_counter()
        stylist = Stylist.open(catalog, memory=Path(folder) / "memory.sqlite")
        opened = (time.perf_counter() - start) * 1000
        turns = _turns(stylist, sessions, seed)
        recall, searches = _recall(stylist, 100, seed)
    cold, warm = turns[:2], turns[2:]
    stages = sorted({stage for _, ms in warm for stage in ms})
    result = {
        "items": len(stylist.catalog.ids),
        "text_turn_ms": percentiles([ms["total"] for kind, ms in warm if kind == "text"]),
        "photo_turn_ms": percentiles([ms["total"] for kind, ms in warm if kind == "photo"]),
        "search_ms": percentiles(searches),
        "recall_at_10": round(recall, 4),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "open_ms": round(opened, 1),
        "cold_ms": [round(ms["total"], 1) for _, ms in cold],
        "stages_ms": {stage: percentiles([ms[stage] for _, ms in warm if stage in ms]) for stage in stages},
        "turns": len(warm),
        "machine": machine(),
    }
    rows = [[name, figures["p50"], figures["p95"], figures["p99"]] for name, figures in
            [("text turn", result["text_turn_ms"]), ("photo turn", result["photo_turn_ms"]),
             ("index search alone", result["search_ms"]), *((f"  {s}", f) for s, f in result["stages_ms"].items())]]
    table(f"Milliseconds a turn, {result['items']} items, {result['machine']['cpu']}", ["stage", "p50", "p95", "p99"], rows)
    return finish(result, out)
