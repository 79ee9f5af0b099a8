"""Latency by catalogue size, measured in one process per size, with a table and a chart.

The figures for ten million items are extrapolated from the largest measured size;
`python -m evaluation index --items 10000000` measures them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from errors import InputError, WorkError
from evaluation.latency.paths import chosen
from evaluation.report.plot import curves, require_matplotlib, save
from evaluation.report.show import Figures, finish, machine, notice, table
from settings import ROOT

EXTRAPOLATED_ITEMS = 10_000_000


def run(
    catalog: Path,
    sizes: str,
    sessions: int = 40,
    seed: int = 0,
    paths: Sequence[str] | None = None,
    few: int = 4,
    delays: tuple[float, float] = (0.5, 0.01),
    keep: Path | None = None,
    start: bool = True,
    out: Path | None = None,
) -> Figures:
    """Measure `latency.run` at each of `sizes` ("1000,10000"); write the chart next to `out`.

    The other arguments are those of `latency.run`. Raises InputError if a size is not a number, and
    WorkError if a process fails.
    """
    if out is not None:
        require_matplotlib()
    item_counts = _sizes(sizes)
    names = chosen(paths)
    with tempfile.TemporaryDirectory() as folder:
        measured = [
            _measured(
                catalog,
                size,
                Path(folder),
                [
                    "--sessions",
                    sessions,
                    "--seed",
                    seed,
                    "--few",
                    few,
                    "--paths",
                    ",".join(names),
                    "--first",
                    delays[0],
                    "--further",
                    delays[1],
                    "--keep",
                    keep or Path(folder) / "grown",
                    "--start" if start else "--no-start",
                ],
            )
            for size in item_counts
        ]
    result = {
        "benchmark": "latency by size",
        "sizes": item_counts,
        "measured": measured,
        "extrapolated": extrapolated(measured),
        "machine": machine(),
    }
    _show(result)
    if out is not None:
        _draw(out.with_suffix(".svg"), measured)
    return finish(result, out)


def _sizes(text: str) -> list[int]:
    parts = [part.strip().replace("_", "") for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise InputError(
            f"--grow {text!r}: give numbers of items with commas between, such as "
            "1000,10000,100000,1000000"
        )
    return sorted({int(part) for part in parts})


def _measured(catalog: Path, size: int, folder: Path, options: Sequence[object]) -> Figures:
    notice(f"{size:,} items")
    out = folder / f"{size}.json"
    command = [
        sys.executable,
        "-m",
        "evaluation",
        "latency",
        "--catalog",
        catalog,
        "--items",
        size,
        "--out",
        out,
        *options,
    ]
    process = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if process.returncode:
        reason = (process.stderr.strip().splitlines() or [f"exit {process.returncode}"])[-1]
        raise WorkError(f"measuring {size:,} items failed: {reason}")
    figures: Figures = json.loads(out.read_text(encoding="utf-8"))
    return figures


def extrapolated(measured: Sequence[Figures]) -> Figures:
    """Return the search's p50 and p95 in ms at EXTRAPOLATED_ITEMS items.

    They scale in proportion from the largest measured size: an index has at most 4,096 lists, so
    from a million rows on, each list grows with the catalogue.
    """
    largest = max(measured, key=lambda figures: figures["items"])
    factor = EXTRAPOLATED_ITEMS / largest["items"]
    return {
        "items": EXTRAPOLATED_ITEMS,
        "search_ms": {
            name: round(largest["search_ms"][name] * factor, 1) for name in ("p50", "p95")
        },
        "note": f"in proportion to {largest['items']:,}, not a measurement",
    }


def _show(result: Figures) -> None:
    columns = [
        "items",
        "text p50",
        "p95",
        "photo p50",
        "p95",
        "search p50",
        "p95",
        "recall@10",
        "overhead",
        "start s",
        "MB",
        "own",
    ]
    rows = [
        [
            f"{m['items']:,}",
            m["text_turn_ms"]["p50"],
            m["text_turn_ms"]["p95"],
            m["photo_turn_ms"]["p50"],
            m["photo_turn_ms"]["p95"],
            f"{m['search_ms']['p50']:.2f}",
            f"{m['search_ms']['p95']:.2f}",
            m["recall_at_10"],
            m["overhead"]["total_ms"]["p95"],
            f"{m['start_s']['cold']['total']:.1f}" if m["start_s"] else "-",
            m["memory_mb"]["now"],
            m["memory_mb"]["anonymous"],
        ]
        for m in result["measured"]
    ]
    table(
        f"Milliseconds by number of items, {result['machine']['cpu']}, {result['machine']['date']}",
        columns,
        rows,
        width=140,
    )
    far = result["extrapolated"]
    notice(
        f"{far['items']:,} items, search alone: p50 {far['search_ms']['p50']} ms, "
        f"p95 {far['search_ms']['p95']} ms ({far['note']})"
    )


def _value(figures: Figures, keys: Sequence[str]) -> float | None:
    """Return the number at these nested keys, or None if there is none."""
    value: Any = figures
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return float(value) if isinstance(value, int | float) else None


def _draw(path: Path, measured: Sequence[Figures]) -> None:
    def line(*keys: str) -> list[tuple[float, float]]:
        values = ((figures["items"], _value(figures, keys)) for figures in measured)
        return [(items, value) for items, value in values if value is not None]

    lines = {
        "photo turn, p95": line("photo_turn_ms", "p95"),
        "photo turn, p50": line("photo_turn_ms", "p50"),
        "text turn, p95": line("text_turn_ms", "p95"),
        "text turn, p50": line("text_turn_ms", "p50"),
        "retrieval alone, text, p50": line("paths", "retrieval", "text_turn_ms", "p50"),
        "agent's overhead, p50": line("overhead", "total_ms", "p50"),
        "index search, p95": line("search_ms", "p95"),
        "index search, p50": line("search_ms", "p50"),
    }
    measured_lines = {name: points for name, points in lines.items() if points}
    save(path, curves("Milliseconds a turn by number of items", "items", "ms", measured_lines))
