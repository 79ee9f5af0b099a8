"""Items on their way into a catalogue, and the ledger of what was left out."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from catalog import files
from catalog.item import Item

MAX_PICTURE_SIDE = 1024
"""Pictures are stored at most this large (longer side, pixels)."""

Truth = dict[str, list[str]]
"""{facet: values} of a drawn item."""


@dataclass(frozen=True)
class Entry:
    """An item with the JPEG bytes of its picture and, for a drawn item, its ground truth."""

    item: Item
    jpeg: bytes
    truth: Truth | None = None


@dataclass
class Ledger:
    """A record of a feed's unusable rows and unknown words, filled while its entries are read.

    Attributes:
        rejected: {"line", "id", "reason"} of each row that was left out.
        unknown: {facet: {word: count}} of words that are in no table.
    """

    rejected: list[dict[str, Any]] = field(default_factory=list)
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """The origin of a catalogue.

    Attributes:
        kind: "demo" or "import".
        command: The command that rebuilds it.
        details: Additional entries for the manifest.
    """

    kind: str
    command: str
    details: dict[str, Any] = field(default_factory=dict)


def to_jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """Return RGB JPEG bytes with the longer side at most MAX_PICTURE_SIDE pixels.

    The output is deterministic: the same picture gives the same bytes.
    """
    if max(image.size) > MAX_PICTURE_SIDE:
        image = image.copy()
        image.thumbnail((MAX_PICTURE_SIDE, MAX_PICTURE_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def file_name(id_: str) -> str:
    """Return a file name for an id: the id if it is plain, else its plain part and a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", id_).strip("._")[:80]
    return plain if plain == id_ else f"{plain}-{hashlib.sha256(id_.encode()).hexdigest()[:10]}"


def write_ledger(folder: Path, ledger: Ledger | None) -> None:
    """Write the ledger of rejected rows and unknown words to the catalogue's folder."""
    if ledger is None:
        return
    lines = "".join(
        json.dumps(row, ensure_ascii=False) + "\n"
        for row in sorted(ledger.rejected, key=lambda row: row["line"])
    )
    (folder / files.REJECTED).write_text(lines, encoding="utf-8")
    files.write_json(folder / files.UNKNOWN, ledger.unknown)


def write_truths(path: Path, items: Sequence[Item], truths: Sequence[Truth | None]) -> None:
    """Write the ground truth of drawn items as JSON lines; write no file if there is none."""
    lines = [
        json.dumps({"id": item.id, "truth": truth}) + "\n"
        for item, truth in zip(items, truths, strict=True)
        if truth
    ]
    if lines:
        path.write_text("".join(lines), encoding="utf-8")
