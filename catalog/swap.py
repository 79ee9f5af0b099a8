"""A folder that is replaced whole or not at all."""

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
def alone(folder: Path) -> Iterator[None]:
    """Keeps whatever else changes the same catalogue out; may be nested. Raises WorkError where another command is at work,
    InputError where the folder beside it cannot be written."""
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
    """A fresh folder beside `out` that takes its place when the block ends well, and is removed when it does not.

    Clears what builds that were killed left beside it. Raises InputError where `out` holds something else.
    """
    out = Path(out).absolute()
    if out.exists() and not (out / MANIFEST).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            f"{out} exists and is no catalogue; it is left alone: give another --out or an empty folder"
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(out)
        fresh = out.parent / f".{out.name}.building-{os.getpid()}"
        fresh.mkdir()
    except OSError as error:
        raise InputError(
            f"cannot write beside {out} ({error.strerror}); give an --out in a folder that can be written"
        ) from None
    try:
        yield fresh
        for file in fresh.iterdir():  # pictures apart: what a power loss must not leave half
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
    """Swaps two folders in one step where the system can (Linux: renameat2, RENAME_EXCHANGE)."""
    rename = (
        getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        if os.name == "posix"
        else None
    )
    current_folder, exchange_flag = -100, 2
    return (
        rename is not None
        and rename(
            current_folder, os.fsencode(one), current_folder, os.fsencode(other), exchange_flag
        )
        == 0
    )


def _clear_leftovers(out: Path) -> None:
    for left in out.parent.glob(f".{out.name}.*-*"):
        kind, _, pid = left.name.removeprefix(f".{out.name}.").partition("-")
        if kind not in ("building", "old") or not pid.isdigit() or _alive(int(pid)):
            continue
        if kind == "old" and not out.exists():
            left.rename(
                out
            )  # killed between the two steps of a swap: the former catalogue comes back
        else:
            shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # an earlier process had our number
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
