"""Seconds from a fresh process to its first answered turn, by part, cold and warm, and memory.

For a cold start, the system is asked to drop the catalogue's and the model's files from its page
cache (posix_fadvise, which needs no privileges). The share of the catalogue that the cache still
held afterwards is reported. The program's own libraries stay in the cache.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from errors import WorkError
from evaluation.latency.turns import conversations
from evaluation.report.show import Figures, table
from settings import ROOT, load_settings

Result = TypeVar("Result")

PARTS = ("imports", "catalogue", "encoder", "index", "rest", "warm-up", "first turn")
TIMEOUT_S = 600


def starts(catalog: Path) -> dict[str, Figures]:
    """Measure a cold and a warm start, each in a separate process.

    Returns {"cold": {part: seconds, "total", "memory_mb", "still_held"}, "warm": {...}}. Raises
    WorkError if a process fails.
    """
    # The very first start builds and saves what later ones reuse, such as search lists.
    _measured_start(catalog)
    dropped = True
    for file in (*_files(catalog), *_files(ROOT / "encoders" / "builtin")):
        dropped &= _drop(file)
    cached = _cached_share(catalog / "vectors.npy") if dropped else 1.0
    cold = _measured_start(catalog)
    return {"cold": {**cold, "still_held": round(cached, 3)}, "warm": _measured_start(catalog)}


def _measured_start(catalog: Path) -> Figures:
    code = "from evaluation.latency.start import child; child()"
    process = subprocess.run(
        [sys.executable, "-c", code, str(catalog), str(time.monotonic())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    if process.returncode:
        reason = (process.stderr.strip().splitlines() or [f"exit {process.returncode}"])[-1]
        raise WorkError(f"a fresh process could not open {catalog}: {reason}")
    figures: Figures = json.loads(process.stdout.splitlines()[-1])
    return figures


def child() -> None:
    """Run the fresh process: open a catalogue, answer a turn, print the seconds by part as JSON.

    Arguments: the catalogue's folder and the monotonic time at which the process was started.
    """
    catalog, begun = Path(sys.argv[1]), float(sys.argv[2])
    # imported here because importing is what is measured first
    import agent.stylist as stylist_module
    from agent.memory.store import Memory
    from catalog.store import Catalog
    from encoders import load_encoder
    from retrieval.factory import open_index

    seconds = {"imports": time.monotonic() - begun}
    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        opened = _part(seconds, "catalogue", lambda: Catalog.open(catalog))
        encoder = _part(seconds, "encoder", lambda: load_encoder(settings.encoder, settings.device))
        # time the opening by replacing the function that the stylist calls
        timed_open = partial(_timed_open, seconds, open_index)
        stylist_module.open_index = timed_open  # type: ignore[attr-defined]  # imported there, not exported
        memory = Memory(Path(folder) / "memory.sqlite")
        stylist = _part(
            seconds, "rest", lambda: stylist_module.Stylist(opened, encoder, memory, settings)
        )
        seconds["rest"] -= seconds.setdefault("index", 0.0)
        _part(seconds, "warm-up", stylist.warm_up)
        turn = conversations(1, 0)[0][0]
        _part(seconds, "first turn", lambda: stylist.chat(stylist.new_session(), turn.text))
        total = time.monotonic() - begun
    print(
        json.dumps(
            {
                "total": round(total, 2),
                **{part: round(seconds[part], 2) for part in PARTS},
                "memory_mb": memory_mb(),
            }
        )
    )


def _timed_open(
    seconds: dict[str, float], open_index: Callable[..., Result], *arguments: object
) -> Result:
    return _part(seconds, "index", lambda: open_index(*arguments))


def _part(seconds: dict[str, float], name: str, work: Callable[[], Result]) -> Result:
    start = time.monotonic()
    result = work()
    seconds[name] = time.monotonic() - start
    return result


def memory_mb() -> dict[str, int]:
    """Return this process's memory in MB, or zeros if the system does not report it.

    `peak` and `now` are resident memory. Of `now`, `anonymous` is the process's own part and
    `files` its share of mapped files, which the system reclaims when it needs memory.
    """
    megabytes = {
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "now": 0,
        "anonymous": 0,
        "files": 0,
    }
    names = {"Rss:": "now", "Pss_Anon:": "anonymous", "Pss_File:": "files"}
    rollup = Path("/proc/self/smaps_rollup")
    for line in rollup.read_text().splitlines() if rollup.exists() else ():
        name, *amount = line.split()
        if name in names:
            megabytes[names[name]] = int(amount[0]) // 1024
    return megabytes


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.is_file()] if folder.is_dir() else []


def _drop(file: Path) -> bool:
    """Ask the system to drop a file from its page cache; return whether it supports the request."""
    if not hasattr(os, "posix_fadvise"):
        return False
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)  # only written pages can be dropped
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
    return True


def _cached_share(file: Path) -> float:
    """Return the share of a file in the page cache (mincore), or 1 if it cannot be determined."""
    size = file.stat().st_size
    mincore = getattr(ctypes.CDLL(None), "mincore", None)
    if mincore is None or not size:
        return 1.0
    with (
        file.open("rb") as handle,
        mmap.mmap(handle.fileno(), size, access=mmap.ACCESS_COPY) as mapped,
    ):
        pages = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
        view = ctypes.c_char.from_buffer(mapped)
        failed = mincore(ctypes.c_void_p(ctypes.addressof(view)), ctypes.c_size_t(size), pages)
        del view
    return 1.0 if failed else sum(page & 1 for page in pages) / len(pages)


def show_starts(measured: dict[str, Figures]) -> None:
    """Print the table of parts."""
    table(
        "Seconds from a fresh process to its first answer",
        ["start", *PARTS, "total", "MB"],
        [
            [
                name,
                *(f"{start[part]:.2f}" for part in PARTS),
                f"{start['total']:.2f}",
                start["memory_mb"]["peak"],
            ]
            for name, start in measured.items()
        ],
    )
