"""The app under load: started as a shopkeeper starts it, with a memory of its own; what its processes use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from errors import WorkError
from settings import ROOT

OPEN_WITHIN_S = 600.0
SETTLED_S, IDLE = 2.0, 0.15
"""An app that uses less than this share of a core for so many seconds is idle."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Served:
    """A running app: where it listens, its process, and the file that keeps its sessions."""

    address: str
    pid: int
    memory: Path

    def pids(self) -> list[int]:
        """The app's process and all that it started, parents first."""
        found = [self.pid]
        for pid in found:  # grows while it is walked: children of children
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in _read(task).split()]
        return found

    def memory_mb(self) -> float:
        """Memory of all of its processes (PSS: pages that several share are counted once), in MB."""
        lines = [
            line
            for pid in self.pids()
            for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
        ]
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def cpu_s(self) -> tuple[float, float]:
        """Processor seconds so far: of the page's own process, and of the living ones that it started."""
        page, *others = (_used(pid) for pid in self.pids())
        return page, sum(others)

    def settle(self) -> None:
        """Waits until the app has nothing to do: its further workers are open too."""
        end, before = time.monotonic() + OPEN_WITHIN_S, float("-inf")
        while (used := sum(self.cpu_s())) - before > IDLE * SETTLED_S and time.monotonic() < end:
            before = used
            time.sleep(SETTLED_S)


def _used(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _read(file: Path) -> str:
    """A file below /proc; "" when its process has just ended."""
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(catalog: Path, **environment: str) -> Iterator[Served]:
    """`python app.py` on `catalog`, from the moment its shop is open; ended after. Raises WorkError with its last words.

    environment: settings for it (WORKERS=2, say). Its sessions and uploads lie in a temporary folder, gone with it.
    """
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        memory, port = Path(folder) / "memory.sqlite", _free_port()
        variables = {
            **os.environ,
            **environment,
            "MEMORY": str(memory),
            "GRADIO_TEMP_DIR": f"{folder}/uploads",
        }
        command = [
            sys.executable,
            "app.py",
            "--catalog",
            str(catalog.resolve()),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-browser",
        ]
        with subprocess.Popen(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace", env=variables
        ) as process:
            said: deque[str] = deque(maxlen=20)
            opened = threading.Event()
            threading.Thread(target=_listen, args=(process, said, opened), daemon=True).start()
            try:
                _await(process, said, opened)
                yield Served(f"http://127.0.0.1:{port}", process.pid, memory)
            finally:
                process.terminate()
                process.wait(30)


def _listen(process: subprocess.Popen, said: deque[str], opened: threading.Event) -> None:
    for line in process.stderr:
        said.append(line.rstrip())
        if "The shop is open" in line:
            opened.set()
        elif opened.is_set():
            print(f"app: {line}", end="", file=sys.stderr, flush=True)


def _await(process: subprocess.Popen, said: deque[str], opened: threading.Event) -> None:
    end = time.monotonic() + OPEN_WITHIN_S
    while not opened.wait(0.2):
        if process.poll() is not None or time.monotonic() > end:
            raise WorkError(f"the app did not open: {' / '.join(said) or 'it said nothing'}")
