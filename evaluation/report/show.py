"""How every benchmark speaks: a table for people, one JSON line last."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], width: int = 120
) -> None:
    """Print a table to stdout, at most `width` characters wide."""
    sheet = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        sheet.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        sheet.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(file=sys.stdout, width=width).print(sheet)


def finish(result: dict, out: Path | None = None) -> dict:
    """Print the result as one JSON line, and keep it in `out` where that is given."""
    line = json.dumps(result, ensure_ascii=False)
    print(line, flush=True)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(line + "\n", encoding="utf-8")
    return result


def machine() -> dict[str, str | int]:
    """What the figures were measured on, and when."""
    import os

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
    """p50, p95 and p99 of times in milliseconds, rounded to `digits`."""
    p50, p95, p99 = np.percentile(np.asarray(milliseconds, dtype=float), [50, 95, 99])
    return {
        "p50": round(float(p50), digits),
        "p95": round(float(p95), digits),
        "p99": round(float(p99), digits),
    }


def notice(text: str) -> None:
    """A remark for people, to stderr."""
    print(text, file=sys.stderr, flush=True)
