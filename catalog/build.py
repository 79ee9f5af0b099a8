"""Builds a catalogue: pictures, vectors, database and bitmaps, in a folder of its own that is swapped in when whole.

Knows no encoder and no reader of listings; both come in as callables from the door.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image
from tqdm import tqdm

from catalog import files, store
from catalog.checkpoint import EmbeddingCheckpoint
from catalog.digests import digests_of, save_digests
from catalog.files import write_json
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.pictures import open_picture
from catalog.swap import alone, replacing
from catalog.writing import write_part
from errors import WorkError

BATCH = 64
LONGEST = 1024
"""Pictures are kept at most this large (longer side, pixels)."""


class Encoder(store.EncoderIdentity, Protocol):
    """What a build needs of an encoder: its identity and its image tower."""

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        """(n, dim) float32."""


@dataclass(frozen=True)
class Entry:
    """An item on its way in: JPEG bytes of its picture, and the drawn truth where there is one."""

    item: Item
    jpeg: bytes
    truth: dict[str, list[str]] | None = None


@dataclass
class Ledger:
    """What a feed held besides usable items; filled while its entries are read."""

    rejected: list[dict] = field(default_factory=list)
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Where a catalogue comes from: kind ("demo", "import"), what it was made from, and the command that remakes it."""

    kind: str
    command: str
    details: dict = field(default_factory=dict)


def to_jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """RGB JPEG bytes, the longer side at most LONGEST pixels. The same picture gives the same bytes."""
    if max(image.size) > LONGEST:
        image = image.copy()
        image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def build(
    out: Path,
    entries: Iterable[Entry],
    encoder: Callable[[], Encoder],
    read_claims: Callable[[Item], Sequence[Claim]],
    origin: Origin,
    ledger: Ledger | None = None,
    total: int | None = None,
    prepare: Callable[[Path], None] = lambda folder: None,
) -> dict:
    """Builds the catalogue at `out`, replacing the one that is there; returns its manifest.

    entries: any order of ids, each id once; embedded in batches as they come. encoder: called once, after the first
    entry has come, so that loading it overlaps with the drawing of the next ones. Nothing is visible at `out` until all is done.
    Killed, it finds the vectors that it had made when it is run again with the same entries. prepare: called with the new
    folder before it takes its place (search lists that readers would wait for).
    Raises InputError (out is not ours to replace), WorkError (no entry at all, or another command changes it).
    """
    with alone(out), replacing(out) as folder:
        (folder / files.IMAGES).mkdir()
        coming = iter(entries)
        first = list(islice(coming, 1))
        model = encoder()
        partial = EmbeddingCheckpoint(out, model.fingerprint)
        items, truths, vectors, digests = _embed(
            folder, chain(first, coming), model, total, partial
        )
        if not items:
            raise WorkError(_nothing_to_load(ledger))
        claims = [
            tuple(read_claims(item))
            for item in tqdm(items, desc="reading listings", unit="item", leave=False)
        ]
        write_part(folder, items, claims, vectors)
        save_digests(folder, digests)
        _write_truth(folder / files.TRUTH, items, truths)
        write_ledger(folder, ledger)
        manifest = {
            "version": files.LAYOUT_VERSION,
            "kind": origin.kind,
            "command": origin.command,
            **origin.details,
            "items": len(items),
            "rejected": len(ledger.rejected) if ledger else 0,
            **encoder_record(model),
            "currency": _main_currency(items),
            "content": _content(digests, truths),
        }
        write_json(folder / files.MANIFEST, manifest)
        prepare(folder)
    partial.clear()
    return manifest


def re_embed(
    folder: Path, encoder: Encoder, prepare: Callable[[Path], None] = lambda folder: None
) -> dict:
    """New vectors by another encoder for a catalogue that exists; pictures and listings stay. Returns the manifest.

    Killed, it goes on after the last batch that it finished when it is run again with the same encoder. The catalogue must be
    in one part (`catalog.compact.one_part`). prepare: as for `build`.
    """
    with alone(folder):
        return _re_embed(folder, encoder, prepare)


def _re_embed(folder: Path, encoder: Encoder, prepare: Callable[[Path], None]) -> dict:
    manifest = files.read_manifest(folder)
    if manifest.get(files.PARTS):
        raise WorkError(
            f"{folder} has updates beside it; run first: python -m catalog compact {folder}"
        )
    catalog = store.Catalog.open(folder)
    with replacing(folder) as fresh:
        files.link_rest(folder, fresh, (files.VECTORS, files.MANIFEST, files.PARTS))
        partial = EmbeddingCheckpoint(folder, encoder.fingerprint)
        np.save(fresh / files.VECTORS, _embedded_anew(catalog, encoder, partial))
        manifest = {**manifest, **encoder_record(encoder)}
        write_json(fresh / files.MANIFEST, manifest)
        prepare(fresh)
    partial.clear()
    catalog.close()
    return manifest


def _embedded_anew(
    catalog: store.Catalog, encoder: Encoder, partial: EmbeddingCheckpoint
) -> np.ndarray:
    """(n, dim) float16 of a catalogue's stored pictures."""
    parts = []
    with tqdm(total=len(catalog), desc=f"embedding with {encoder.name}", unit="item") as bar:
        for start in range(0, len(catalog), BATCH):
            rows = range(start, min(start + BATCH, len(catalog)))
            parts.append(
                _batch(
                    encoder,
                    catalog.items(rows),
                    [catalog.image_path(row).read_bytes() for row in rows],
                    partial,
                )
            )
            bar.update(len(rows))
            bar.set_postfix({"batches found": partial.found} if partial.found else {})
    return np.concatenate(parts)


def _batch(
    encoder: Encoder, items: Sequence[Item], jpegs: Sequence[bytes], partial: EmbeddingCheckpoint
) -> np.ndarray:
    """(n, dim) float16 of these pictures: as kept by a run that was stopped, else made, and kept."""
    digest = hashlib.sha256(
        b"".join(digests_of(item, jpeg) for item, jpeg in zip(items, jpegs, strict=True))
    )

    def make() -> np.ndarray:
        with ThreadPoolExecutor() as pool:
            return encode(encoder, list(pool.map(open_picture, jpegs)), items)

    return partial.batch(digest.hexdigest()[:32], (len(items), encoder.dim), make)


def encoder_record(encoder: Encoder) -> dict:
    """How a manifest names the encoder and its space."""
    layout = getattr(encoder, "layout", None)
    slices = (
        dict(zip(layout.names, map(int, layout.sizes), strict=True)) if layout is not None else {}
    )
    return {
        "encoder": {"name": encoder.name, "fingerprint": encoder.fingerprint},
        "dimensions": int(encoder.dim),
        "slices": slices,
        "index": "flat",
    }


def encode(encoder: Encoder, pictures: list[Image.Image], items: Sequence[Item]) -> np.ndarray:
    """(n, dim) float16. An encoder that can be asked for a garment is told which of those in the picture is for sale."""
    if not getattr(encoder, "may_ask", False):
        return encoder.encode_images(pictures).astype(np.float16)
    kinds = [next(iter(item.attributes.get("category", ())), None) for item in items]
    return encoder.encode_images(pictures, kinds).astype(np.float16)


# -- the parts of a build


def _embed(
    folder: Path,
    entries: Iterable[Entry],
    encoder: Encoder,
    total: int | None,
    partial: EmbeddingCheckpoint,
) -> tuple[list[Item], list[dict | None], np.ndarray, list[bytes]]:
    items, truths, parts, pending, digests = [], [], [], [], []
    with tqdm(total=total, desc="pictures", unit="item", smoothing=0.05) as bar:
        for entry in entries:
            name = f"{files.IMAGES}/{file_name(entry.item.id)}.jpg"
            item = entry.item.model_copy(update={"image": name})
            (folder / name).write_bytes(entry.jpeg)
            digests.append(digests_of(item, entry.jpeg))
            items.append(item)
            truths.append(entry.truth)
            pending.append(entry.jpeg)
            if len(pending) == BATCH:
                parts.append(_batch(encoder, items[-len(pending) :], pending, partial))
                pending = []
            bar.update()
    if pending:
        parts.append(_batch(encoder, items[-len(pending) :], pending, partial))
    vectors = np.concatenate(parts) if parts else np.zeros((0, encoder.dim), dtype=np.float16)
    return items, truths, vectors, digests


def _content(digests: Sequence[bytes], truths: Sequence[dict | None]) -> str:
    """One name (hex) for all listings, pictures and truths."""
    return hashlib.sha256(
        b"".join(digests) + json.dumps(truths, sort_keys=True).encode()
    ).hexdigest()


def file_name(id_: str) -> str:
    """A file name for an id: itself where that is plain, else its readable part and a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", id_).strip("._")[:80]
    return plain if plain == id_ else f"{plain}-{hashlib.sha256(id_.encode()).hexdigest()[:10]}"


def _main_currency(items: Sequence[Item]) -> str | None:
    priced = [item.currency for item in items if item.price is not None]
    return max(sorted(set(priced)), key=priced.count) if priced else None


def _write_truth(path: Path, items: Sequence[Item], truths: Sequence[dict | None]) -> None:
    lines = [
        json.dumps({"id": item.id, "truth": truth})
        for item, truth in zip(items, truths, strict=True)
        if truth
    ]
    if lines:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_ledger(folder: Path, ledger: Ledger | None) -> None:
    """What a feed held besides usable items, beside the catalogue."""
    if ledger is None:
        return
    lines = "".join(
        json.dumps(reject, ensure_ascii=False) + "\n"
        for reject in sorted(ledger.rejected, key=lambda reject: reject["line"])
    )
    (folder / files.REJECTED).write_text(lines, encoding="utf-8")
    write_json(folder / files.UNKNOWN, ledger.unknown)


def _nothing_to_load(ledger: Ledger | None) -> str:
    first = (
        f"; the first reason, line {ledger.rejected[0]['line']}: {ledger.rejected[0]['reason']}"
        if ledger and ledger.rejected
        else ""
    )
    return f"not one usable item, so no catalogue was built ({len(ledger.rejected) if ledger else 0} rejected{first})"
