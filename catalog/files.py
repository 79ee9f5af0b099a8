"""What lies in a catalogue's folder, and the manifest that says so."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from errors import CatalogMissingError

DATABASE, IMAGES, VECTORS, MANIFEST = "catalog.sqlite", "images", "vectors.npy", "info.json"
FACETS_FILE, NAMES, TRUTH = "facets.npz", "names.npz", "truth.jsonl"
REJECTED, UNKNOWN = "rejected.jsonl", "unknown_values.json"
PARTS, DEAD, DIGESTS = "parts", "dead.npy", "digests.npy"
BASE_VECTORS = "base_vectors.npy"
LAYOUT_VERSION = 1
AT_A_TIME = 4 << 20


def read_manifest(folder: Path) -> dict:
    """info.json of a catalogue. Raises CatalogMissingError where the folder holds no whole catalogue of this layout."""
    path = folder / MANIFEST
    if not path.is_file():
        what = "no such folder" if not folder.exists() else "no catalogue in it"
        raise CatalogMissingError(
            f"{folder}: {what}; build one: python -m catalog demo --out {folder}, "
            f"or from a feed: python -m catalog import FEED --out {folder}"
        )
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("version") != LAYOUT_VERSION:
        raise CatalogMissingError(
            f"{folder}: a catalogue of layout {manifest.get('version')}, this program reads "
            f"{LAYOUT_VERSION}; rebuild it: {manifest.get('command', 'python -m catalog demo')}"
        )
    return manifest


def stamp(folder: Path) -> tuple[int, int] | None:
    """What changes when another state of the catalogue takes this one's place; None where there is none."""
    try:
        found = (folder / MANIFEST).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def read_ahead(path: Path) -> None:
    """Has the system read a file into its cache, in the background, since it will be needed in pieces. It costs this process no
    memory, and next to nothing where the file is there already."""
    if hasattr(os, "posix_fadvise"):
        threading.Thread(
            target=_read_ahead, args=(path,), name=f"reading {path.name}", daemon=True
        ).start()


def _read_ahead(path: Path) -> None:
    with (
        suppress(OSError),
        path.open("rb") as file,
    ):  # a file that has gone meanwhile is nobody's any more
        for start in range(
            0, path.stat().st_size, AT_A_TIME
        ):  # the system reads at most some megabytes a call
            os.posix_fadvise(file.fileno(), start, AT_A_TIME, os.POSIX_FADV_WILLNEED)


def write_json(path: Path, content: object) -> None:
    """Readable JSON, one final newline."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def to_disk(path: Path) -> None:
    """Waits until a file's content has reached the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def lists_file(folder: Path, manifest: dict) -> Path:
    """Where a large catalogue keeps its search lists: named by the vectors that they were made of."""
    return folder / f"lists-{manifest['encoder']['fingerprint']}-{manifest['content'][:12]}.faiss"


def link_rest(folder: Path, fresh: Path, but: Collection[str]) -> None:
    """All of a catalogue's folder into another but what is named, search lists and halves of files."""
    if (folder / IMAGES).is_symlink() and IMAGES not in but:
        (fresh / IMAGES).symlink_to((folder / IMAGES).resolve())
    for file in folder.rglob("*"):
        within = file.relative_to(folder)
        first = within.parts[0]
        if file.is_file() and first not in but and not first.startswith((".", "lists-")):
            (fresh / within).parent.mkdir(parents=True, exist_ok=True)
            link(file, fresh / within)


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
