"""A start from disk: seconds from a fresh process to its first answered turn, part by part, cold and warm; memory in use.

Cold: the system is asked to drop its copies of the catalogue's and the model's files (posix_fadvise, no rights needed), and
told is how much of the catalogue it still held after that. The program's own libraries stay where they are.
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
from pathlib import Path
from typing import Any

from errors import WorkError
from evaluation.latency.turns import conversations
from evaluation.report.show import table
from settings import ROOT, load_settings

PARTS = ("imports", "catalogue", "encoder", "index", "rest", "warm-up", "first turn")
LIMIT_S = 600


def starts(catalog: Path) -> dict[str, dict]:
    """{"cold": {part: seconds, "total", "memory", "still_held"}, "warm": {...}}, each in a process of its own.

    Raises WorkError where the process fails.
    """
    _started(catalog)  # makes what a first start makes once and keeps, such as search lists
    files = [*_files(catalog), *_files(ROOT / "encoders" / "builtin")]
    dropped = all([_drop(file) for file in files])
    held = _held(catalog / "vectors.npy") if dropped else 1.0
    return {"cold": {**_started(catalog), "still_held": round(held, 3)}, "warm": _started(catalog)}


def _started(catalog: Path) -> dict:
    code = "from evaluation.latency.start import child; child()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(catalog), str(time.monotonic())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        raise WorkError(f"a fresh process could not open {catalog}: {reason}")
    return json.loads(done.stdout.splitlines()[-1])


def child() -> None:
    """The fresh process: opens the catalogue named first, answers a turn, prints the seconds since the second argument."""
    catalog, begun = Path(sys.argv[1]), float(sys.argv[2])
    import agent.stylist as stylist_module
    from agent.memory.store import Memory
    from catalog.store import Catalog
    from encoders import load_encoder

    seconds = {"imports": time.monotonic() - begun}
    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        opened = _part(seconds, "catalogue", lambda: Catalog.open(catalog))
        encoder = _part(seconds, "encoder", lambda: load_encoder(settings.encoder, settings.device))
        open_index = stylist_module.open_index
        stylist_module.open_index = lambda *given: _part(
            seconds, "index", lambda: open_index(*given)
        )
        memory = Memory(Path(folder) / "memory.sqlite")
        stylist = _part(
            seconds, "rest", lambda: stylist_module.Stylist(opened, encoder, memory, settings)
        )
        seconds["rest"] -= seconds.setdefault("index", 0.0)
        _part(seconds, "warm-up", stylist.warm_up)
        said = conversations(1, 0)[0][0]
        _part(seconds, "first turn", lambda: stylist.chat(stylist.new_session(), said.text))
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


def _part(seconds: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    start = time.monotonic()
    result = work()
    seconds[name] = time.monotonic() - start
    return result


def memory_mb() -> dict[str, int]:
    """This process in MB: `peak` and `now` resident; of that its own (`anonymous`) and its share of mapped files (`files`),
    which the system takes back when it needs the room. Zeros where the system does not tell."""
    found = {
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
            found[names[name]] = int(amount[0]) // 1024
    return found


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.is_file()] if folder.is_dir() else []


def _drop(file: Path) -> bool:
    """Ask the system to forget its copy of a file; whether it can be asked."""
    if not hasattr(os, "posix_fadvise"):
        return False
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)  # only what is written back can be forgotten
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
    return True


def _held(file: Path) -> float:
    """The share of a file that the system holds in memory (mincore); 1 where it does not tell."""
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


def show_starts(found: dict[str, dict]) -> None:
    """The table of parts."""
    table(
        "Seconds from a fresh process to its first answer",
        ["start", *PARTS, "total", "MB"],
        [
            [
                name,
                *(f"{made[part]:.2f}" for part in PARTS),
                f"{made['total']:.2f}",
                made["memory_mb"]["peak"],
            ]
            for name, made in found.items()
        ],
    )
