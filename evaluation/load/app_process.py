"""The app under load: its processes, their memory and their processor time."""

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

START_TIMEOUT_S = 600.0
SETTLE_S, IDLE_SHARE = 2.0, 0.15
"""An app is idle if it uses less than this share of a core for this many seconds."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Served:
    """A running app: its address, its process, and the file of its sessions."""

    address: str
    pid: int
    memory: Path

    def pids(self) -> list[int]:
        """Return the app's process and all its descendants, parents first."""
        pids = [self.pid]
        for pid in pids:  # grows while iterated: children of children
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += [int(child) for child in _read(task).split()]
        return pids

    def memory_mb(self) -> float:
        """Return the memory of all processes in MB (PSS: shared pages are counted once)."""
        lines = [
            line
            for pid in self.pids()
            for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
        ]
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def cpu_s(self) -> tuple[float, float]:
        """Return the processor seconds used so far by the app's process and living descendants."""
        page, *others = (_used(pid) for pid in self.pids())
        return page, sum(others)

    def settle(self) -> None:
        """Wait until the app is idle, which means that its further workers have started too."""
        end, before = time.monotonic() + START_TIMEOUT_S, float("-inf")
        while (
            used := sum(self.cpu_s())
        ) - before > IDLE_SHARE * SETTLE_S and time.monotonic() < end:
            before = used
            time.sleep(SETTLE_S)


def _used(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _read(file: Path) -> str:
    """Return the text of a file below /proc, or "" if its process has just ended."""
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(catalog: Path, **environment: str) -> Iterator[Served]:
    """Run `python app.py` on `catalog`, yield once its shop is open, and stop it afterwards.

    environment: settings of the app, such as WORKERS="2". Sessions and uploads live in a temporary
    folder. Raises WorkError with the app's last output if it does not open.
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
            output: deque[str] = deque(maxlen=20)
            opened = threading.Event()
            threading.Thread(target=_listen, args=(process, output, opened), daemon=True).start()
            try:
                _await(process, output, opened)
                yield Served(f"http://127.0.0.1:{port}", process.pid, memory)
            finally:
                process.terminate()
                process.wait(30)


def _listen(process: subprocess.Popen[str], output: deque[str], opened: threading.Event) -> None:
    for line in process.stderr or ():
        output.append(line.rstrip())
        if "The shop is open" in line:
            opened.set()
        elif opened.is_set():
            print(f"app: {line}", end="", file=sys.stderr, flush=True)


def _await(process: subprocess.Popen[str], output: deque[str], opened: threading.Event) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while not opened.wait(0.2):
        if process.poll() is not None or time.monotonic() > end:
            raise WorkError(f"the app did not open: {' / '.join(output) or 'it said nothing'}")
