"""The output of every benchmark: human-readable tables, then one JSON line."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

Figures = dict[str, Any]
"""Nested results of a benchmark, as written to its JSON line."""


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], width: int = 120
) -> None:
    """Print a table to stdout, at most `width` characters wide."""
    grid = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        grid.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        grid.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(file=sys.stdout, width=width).print(grid)


def finish(result: Figures, out: Path | None = None) -> Figures:
    """Print the result as one JSON line, write it to the file `out` if given, and return it."""
    line = json.dumps(result, ensure_ascii=False)
    print(line, flush=True)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(line + "\n", encoding="utf-8")
    return result


def machine() -> dict[str, str | int]:
    """Return the hardware and Python version that the figures were measured on, and the date."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        name = models[0] if models else name
    return {
        "cpu": name,
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "date": date.today().isoformat(),
    }


def percentiles(milliseconds: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Return the 50th, 95th and 99th percentiles of times in milliseconds."""
    p50, p95, p99 = np.percentile(np.asarray(milliseconds, dtype=float), [50, 95, 99])
    return {
        "p50": round(float(p50), digits),
        "p95": round(float(p95), digits),
        "p99": round(float(p99), digits),
    }


def notice(text: str) -> None:
    """Print a remark for the user to stderr."""
    print(text, file=sys.stderr, flush=True)
