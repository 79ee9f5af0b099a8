"""What lies in a catalogue's folder, and the manifest that says so."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from errors import CatalogMissing

DATABASE, IMAGES, VECTORS, MANIFEST = "catalog.sqlite", "images", "vectors.npy", "info.json"
FACETS_FILE, NAMES, TRUTH = "facets.npz", "names.npz", "truth.jsonl"
REJECTED, UNKNOWN = "rejected.jsonl", "unknown_values.json"
PARTS, DEAD, DIGESTS = "parts", "dead.npy", "digests.npy"
BASE_VECTORS = "base_vectors.npy"
LAYOUT_VERSION = 1


def read_manifest(folder: Path) -> dict:
    """info.json of a catalogue. Raises CatalogMissing where the folder holds no whole catalogue of this layout."""
    path = folder / MANIFEST
    if not path.is_file():
        what = "no such folder" if not folder.exists() else "no catalogue in it"
        raise CatalogMissing(
            f"{folder}: {what}; build one: python -m catalog demo --out {folder}, "
            f"or from a feed: python -m catalog import FEED --out {folder}"
        )
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("version") != LAYOUT_VERSION:
        raise CatalogMissing(
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
    """Has the system read a file that will be needed in pieces, in the background; where memory is short, it does not."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)


def write_json(path: Path, content: object) -> None:
    """Readable JSON, one final newline."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
