"""Replay the recorded conversations under several numeric environments of one machine.

Usage: python tests/numeric_environments.py [TRANSCRIPT...] [--only NAME] [--keep DIR]

Each environment is a fresh process with other code paths in numpy, OpenBLAS, torch and FAISS, as
another processor would take them. It draws and embeds the demo catalogue, then replays the
conversations on it. One line an environment, then `N passed, N failed`; exit 1 if one failed.
What was learnt from it is in docs/numerics.md.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
TRANSCRIPTS = ROOT / "tests" / "transcripts"
ITEMS, SEED = 200, 7
CORES = {
    "x86_64": ("Nehalem", "Haswell", "SkylakeX", "Sandybridge", "Prescott"),
    "AMD64": ("Nehalem", "Haswell", "SkylakeX", "Sandybridge", "Prescott"),
    "aarch64": ("ARMV8", "NEOVERSEN1", "CORTEXA57", "NEOVERSEV1"),
    "arm64": ("ARMV8", "NEOVERSEN1", "CORTEXA57", "VORTEX"),
}
"""OpenBLAS kernels to try, those that differ most from one another first."""
CORES_WANTED = 2
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CONTROLLED = (
    *THREADS,
    "ATEN_CPU_CAPABILITY",
    "ONEDNN_MAX_CPU_ISA",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "OPENBLAS_CORETYPE",
    "FAISS_OPT_LEVEL",
)
"""Variables that are unset unless the environment names them."""


@dataclass(frozen=True)
class Environment:
    """Variables to set, or the reason why they mean nothing on this machine."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    skipped: str = ""


def environments() -> Iterator[Environment]:
    """Yield the environments that can be tried here, the machine's own first."""
    yield Environment("default")
    yield Environment("ATEN_CPU_CAPABILITY=default", {"ATEN_CPU_CAPABILITY": "default"})
    if platform.machine() in ("x86_64", "AMD64"):
        yield Environment("ONEDNN_MAX_CPU_ISA=SSE41", {"ONEDNN_MAX_CPU_ISA": "SSE41"})
    else:
        yield Environment("ONEDNN_MAX_CPU_ISA", skipped="names x86 instructions only")
    features = dispatched_features()
    if features:
        value = " ".join(features)
        yield Environment(f"NPY_DISABLE_CPU_FEATURES={value}", {"NPY_DISABLE_CPU_FEATURES": value})
    else:
        yield Environment("NPY_DISABLE_CPU_FEATURES", skipped="numpy dispatches nothing here")
    yield from blas_environments()
    yield Environment("FAISS_OPT_LEVEL=generic", {"FAISS_OPT_LEVEL": "generic"})
    for threads in ("1", "2"):
        yield Environment(f"threads={threads}", dict.fromkeys(THREADS, threads))


def dispatched_features() -> list[str]:
    """List the instruction sets that numpy picks at run time and that this processor has."""
    from numpy._core import _multiarray_umath as core

    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]


def blas_environments() -> Iterator[Environment]:
    """Yield CORES_WANTED OpenBLAS kernels that run here, or why there are fewer."""
    own = blas_core()
    if own is None:
        yield Environment("OPENBLAS_CORETYPE", skipped="numpy has no OpenBLAS of its own here")
        return
    working = 0
    for core in CORES.get(platform.machine(), ()):
        if working == CORES_WANTED:
            return
        same = core.lower() == own.lower()
        reason = "the kernels of this machine's default" if same else why_not(core)
        working += not reason
        yield Environment(f"OPENBLAS_CORETYPE={core}", {"OPENBLAS_CORETYPE": core}, reason)


def why_not(core: str) -> str:
    """Return why OpenBLAS cannot run this core's kernels here, "" if it can."""
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import numpy as np, numeric_environments as n\n"
        "a = np.ones((64, 64), np.float32)\n"
        "assert (a @ a == 64).all()\n"
        "print(n.blas_core())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_CORETYPE": core},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return "this processor lacks its instructions"
    answer = done.stdout.strip()
    return "" if answer.lower() == core.lower() else f"OpenBLAS takes {answer} instead"


def blas_core() -> str | None:
    """Return the core whose kernels numpy's OpenBLAS uses, None if numpy has another BLAS."""
    package = Path(np.__file__).parent
    places = (package.parent / "numpy.libs", package / ".dylibs")
    for path in (path for place in places for path in place.glob("*openblas*")):
        library = ctypes.CDLL(str(path))
        for name in ("scipy_openblas_get_corename64_", "openblas_get_corename"):
            if hasattr(library, name):
                function = getattr(library, name)
                function.restype = ctypes.c_char_p
                return str(function().decode())
    return None


# -- within an environment


def replay_here(folder: Path, paths: list[Path]) -> dict:
    """Draw and embed the catalogue in this process's environment and replay the transcripts."""
    sys.path.insert(0, str(ROOT))
    from agent import Stylist
    from agent.memory.store import IN_RAM, Memory
    from agent.replay import player, transcripts
    from catalog.store import Catalog
    from encoders import load_encoder

    command = [sys.executable, "-m", "catalog", "demo", "--out", str(folder)]
    command += ["--items", str(ITEMS), "--seed", str(SEED)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    catalog, encoder = Catalog.open(folder), load_encoder()
    report: dict = {"score_gap": 0.0, "differences": {}, "orders": {}}
    for path in transcripts.find(paths):
        transcript = transcripts.read(path)
        outcome = player.replay(
            transcript,
            # not Stylist.open, which answers some turns to warm up
            lambda settings: Stylist(catalog, encoder, Memory(IN_RAM), settings),
        )
        if outcome.differences:
            report["differences"][path.stem] = outcome.differences
        report["orders"][path.stem] = [
            [card["id"] for card in turn["expect"].get("items", ())] for turn in outcome.turns
        ]
        for recorded, now in zip(transcript.turns, outcome.turns, strict=True):
            gap = score_gap(recorded["expect"], now["expect"])
            report["score_gap"] = max(report["score_gap"], gap)
    return report


def score_gap(recorded: dict, now: dict) -> float:
    """Return the largest difference of an item's score between two replies."""
    before = {card["id"]: card["score"] for card in recorded.get("items", ())}
    return max(
        (
            abs(before[card["id"]] - card["score"])
            for card in now.get("items", ())
            if card["id"] in before
        ),
        default=0.0,
    )


# -- the table


def run(environment: Environment, folder: Path, paths: list[Path]) -> dict:
    """Replay in a fresh process with the environment's variables; returns its report."""
    clean = {name: value for name, value in os.environ.items() if name not in CONTROLLED}
    report = folder.with_suffix(".json")
    command = [sys.executable, __file__, *map(str, paths)]
    command += ["--inside", str(folder), "--report", str(report)]
    done = subprocess.run(
        command, cwd=ROOT, env=clean | environment.variables, capture_output=True, text=True
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        return {"failure": last[0]}
    return json.loads(report.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Difference:
    """How an environment's catalogue and replies differ from the first environment's."""

    pictures: int
    vectors: float
    orders: int

    def __str__(self) -> str:
        return (
            f"{self.pictures} pictures drawn otherwise, vectors within {self.vectors:.0e}, "
            f"{self.orders} replies with near-ties swapped"
        )


def compared(folder: Path, report: dict, first_folder: Path, first: dict) -> Difference:
    """Compare an environment's catalogue and replies with the first environment's."""
    names = sorted(path.name for path in (folder / "images").iterdir())
    pictures = sum(
        (folder / "images" / name).read_bytes() != (first_folder / "images" / name).read_bytes()
        for name in names
    )
    mine, base = (
        np.load(path / "vectors.npy").astype(np.float64) for path in (folder, first_folder)
    )
    orders = sum(
        here != there
        for name, turns in report["orders"].items()
        for here, there in zip(turns, first["orders"][name], strict=True)
    )
    return Difference(pictures, float(np.abs(mine - base).max()), orders)


def table(paths: list[Path], only: str, keep: Path) -> int:
    """Print one line an environment; returns how many failed."""
    passed = failed = 0
    first: tuple[Path, dict] | None = None
    for number, environment in enumerate(environments()):
        if only not in environment.name:
            continue
        if environment.skipped:
            print(f"skipped  {environment.name}: {environment.skipped}", flush=True)
            continue
        began, folder = time.monotonic(), keep / f"environment-{number}"
        report = run(environment, folder, paths)
        seconds = f"{time.monotonic() - began:.0f} s"
        if "failure" in report:
            failed += 1
            print(f"failed   {environment.name}: {report['failure']}, {seconds}", flush=True)
            continue
        first = first or (folder, report)
        differing = report["differences"]
        print(
            f"{'differs' if differing else 'passed'}  {environment.name}: "
            f"{len(report['orders'])} conversations, scores within {report['score_gap']:.3f}, "
            f"{compared(folder, report, *first)}, {seconds}",
            *(f"    {name}: {line}" for name, lines in differing.items() for line in lines),
            sep="\n",
            flush=True,
        )
        passed, failed = passed + (not differing), failed + bool(differing)
    print(f"{passed} passed, {failed} failed")
    return failed


def main() -> int:
    """Return the exit code: 0 if every environment passed, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[TRANSCRIPTS])
    parser.add_argument("--only", default="", help="environments whose name contains this")
    parser.add_argument("--keep", type=Path, help="where the catalogues are left")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--report", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        report = replay_here(given.inside, given.paths)
        given.report.write_text(json.dumps(report), encoding="utf-8")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        keep = given.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        return 1 if table(given.paths, given.only, keep) else 0


if __name__ == "__main__":
    sys.exit(main())
