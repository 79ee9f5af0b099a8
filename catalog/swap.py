"""Atomic replacement of a folder, with a lock that keeps other commands out meanwhile."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from catalog import files
from catalog.files import MANIFEST
from errors import InputError, WorkError


@contextmanager
def exclusive_access(folder: Path) -> Iterator[None]:
    """Keep other commands from changing the same catalogue; may be nested.

    Raises WorkError if another command is changing it, and InputError if the parent folder cannot
    be written.
    """
    folder = Path(folder).absolute()
    name = re.sub(r"[^A-Za-z0-9._-]", "_", folder.name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.parent / f".{name}.lock", timeout=0, is_singleton=True)
        lock.acquire()
    except Timeout:
        raise WorkError(
            f"{folder} is being changed by another command; try again when that has ended"
        ) from None
    except OSError as error:
        raise InputError(
            f"cannot write beside {folder} ({error.strerror}); give a folder that can be written"
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Yield a fresh folder that replaces `out` if the block succeeds.

    Otherwise the fresh folder is removed. Leftovers of killed builds are cleared first. Raises
    InputError if `out` holds something other than a catalogue.
    """
    out = Path(out).absolute()
    if out.exists() and not (out / MANIFEST).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            f"{out} exists and is no catalogue; it is left alone: "
            "give another --out or an empty folder"
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(out)
        fresh = out.parent / f".{out.name}.building-{os.getpid()}"
        fresh.mkdir()
    except OSError as error:
        raise InputError(
            f"cannot write beside {out} ({error.strerror}); "
            "give an --out in a folder that can be written"
        ) from None
    try:
        yield fresh
        # A power loss must not leave a partial file. There are too many pictures to wait for.
        for file in fresh.iterdir():
            if file.is_file():
                files.to_disk(file)
        _swap_in(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap_in(fresh: Path, out: Path) -> None:
    if not out.exists():
        fresh.rename(out)
    elif not _exchange(fresh, out):
        aside = out.parent / f".{out.name}.old-{os.getpid()}"
        out.rename(aside)
        fresh.rename(out)
        shutil.rmtree(aside)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders atomically; return False if the system cannot (needs Linux's renameat2)."""
    if os.name != "posix":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    current_folder, exchange_flag = -100, 2
    status: int = rename(
        current_folder, os.fsencode(one), current_folder, os.fsencode(other), exchange_flag
    )
    return status == 0


def _clear_leftovers(out: Path) -> None:
    for leftover in out.parent.glob(f".{out.name}.*-*"):
        kind, _, pid = leftover.name.removeprefix(f".{out.name}.").partition("-")
        if kind not in ("building", "old") or not pid.isdigit() or _is_running(int(pid)):
            continue
        if kind == "old" and not out.exists():
            # The process was killed between the two steps of a swap: restore the former catalogue.
            leftover.rename(out)
        else:
            shutil.rmtree(leftover, ignore_errors=True)


def _is_running(pid: int) -> bool:
    """Return whether another process with this id is running."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
