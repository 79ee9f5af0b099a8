"""The files of a catalogue's folder, and the manifest that describes them."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from errors import CatalogMissingError

DATABASE, IMAGES, VECTORS, MANIFEST = "catalog.sqlite", "images", "vectors.npy", "info.json"
FACETS_FILE, NAMES, TRUTH = "facets.npz", "names.npz", "truth.jsonl"
REJECTED, UNKNOWN = "rejected.jsonl", "unknown_values.json"
PARTS, DEAD, DIGESTS = "parts", "dead.npy", "digests.npy"
BASE_VECTORS = "base_vectors.npy"
LAYOUT_VERSION = 1
READ_AHEAD_BYTES = 4 << 20
"""A call for each such piece: the system reads at most some megabytes a call."""

Manifest = dict[str, Any]
"""The JSON object in info.json."""


def read_manifest(folder: Path) -> Manifest:
    """Return info.json of a catalogue.

    Raises CatalogMissingError if the folder holds no complete catalogue of this layout.
    """
    path = folder / MANIFEST
    if not path.is_file():
        what = "no such folder" if not folder.exists() else "no catalogue in it"
        raise CatalogMissingError(
            f"{folder}: {what}; build one: python -m catalog demo --out {folder}, "
            f"or from a feed: python -m catalog import FEED --out {folder}"
        )
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("version") != LAYOUT_VERSION:
        raise CatalogMissingError(
            f"{folder}: a catalogue of layout {manifest.get('version')}, this program reads "
            f"{LAYOUT_VERSION}; rebuild it: {manifest.get('command', 'python -m catalog demo')}"
        )
    return manifest


def stamp(folder: Path) -> tuple[int, int] | None:
    """Return a stamp that identifies a catalogue's state (inode, mtime in ns); None without one."""
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def read_ahead(path: Path) -> None:
    """Ask the system to read a file into its cache in the background.

    This uses no process memory and costs almost nothing if the file is already cached.
    """
    if hasattr(os, "posix_fadvise"):
        threading.Thread(
            target=_read_ahead, args=(path,), name=f"reading {path.name}", daemon=True
        ).start()


def _read_ahead(path: Path) -> None:
    # The file may have been removed meanwhile.
    with suppress(OSError), path.open("rb") as file:
        for start in range(0, path.stat().st_size, READ_AHEAD_BYTES):
            os.posix_fadvise(file.fileno(), start, READ_AHEAD_BYTES, os.POSIX_FADV_WILLNEED)


def json_text(content: object) -> str:
    """Return human-readable JSON with one final newline."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def write_json(path: Path, content: object) -> None:
    """Write human-readable JSON."""
    path.write_text(json_text(content), encoding="utf-8")


def to_disk(path: Path) -> None:
    """Wait until a file's content has reached the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def bytes_on_disk(path: Path) -> int:
    """Return the size of a file, or of all files in a folder; 0 if there is none."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0


def lists_file(folder: Path, manifest: Manifest) -> Path:
    """Return the path of a catalogue's search lists, named after the vectors behind them."""
    return folder / f"lists-{manifest['encoder']['fingerprint']}-{manifest['content'][:12]}.faiss"


def link_rest(folder: Path, fresh: Path, but: Collection[str]) -> None:
    """Link a catalogue's files into another folder.

    The top-level names in `but`, search lists and unfinished files are left out.
    """
    if (folder / IMAGES).is_symlink() and IMAGES not in but:
        (fresh / IMAGES).symlink_to((folder / IMAGES).resolve())
    for file in folder.rglob("*"):
        path = file.relative_to(folder)
        top = path.parts[0]
        if file.is_file() and top not in but and not top.startswith((".", "lists-")):
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            link(file, fresh / path)


def link(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it if the file system does not support links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
