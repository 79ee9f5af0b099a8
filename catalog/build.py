"""Builds a catalogue: pictures, vectors, database and bitmaps, swapped in when complete.

This module depends on no encoder and no listing reader; both are passed in as callables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog import files, store
from catalog.checkpoint import EmbeddingCheckpoint
from catalog.digests import digests_of, save_digests
from catalog.encoder import ImageEncoder, encode, encoder_record
from catalog.entries import (
    Entry,
    Ledger,
    Origin,
    Truth,
    file_name,
    write_ledger,
    write_truths,
)
from catalog.files import Manifest, write_json
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.pictures import open_picture
from catalog.swap import exclusive_access, replacing
from catalog.writing import write_part
from errors import WorkError

BATCH = 64


def _nothing(folder: Path) -> None:
    pass


def build(
    out: Path,
    entries: Iterable[Entry],
    load_encoder: Callable[[], ImageEncoder],
    read_claims: Callable[[Item], Sequence[Claim]],
    origin: Origin,
    ledger: Ledger | None = None,
    total: int | None = None,
    prepare: Callable[[Path], None] = _nothing,
) -> Manifest:
    """Build the catalogue at `out`, replacing any existing one, and return its manifest.

    Nothing changes at `out` until the build is complete. If a build is killed, running it again
    with the same entries reuses the vectors that it had already computed.

    Args:
        out: The catalogue's folder.
        entries: Items in any order, each id once; embedded in batches as they arrive.
        load_encoder: Called once, after the first entry has arrived, so that loading overlaps
            with the drawing of the next ones.
        read_claims: Reads the text of a listing.
        origin: Where the catalogue comes from.
        ledger: What the entries' source left out.
        total: The number of entries, for the progress bar.
        prepare: Called with the new folder before it is swapped in, to build search lists that
            readers would otherwise wait for.

    Raises InputError if `out` holds something other than a catalogue, and WorkError if there are
    no entries or another command is changing the catalogue.
    """
    with exclusive_access(out), replacing(out) as folder:
        (folder / files.IMAGES).mkdir()
        iterator = iter(entries)
        first = list(islice(iterator, 1))
        encoder = load_encoder()
        checkpoint = EmbeddingCheckpoint(out, encoder.fingerprint)
        items, truths, vectors, digests = _embed(
            folder, chain(first, iterator), encoder, total, checkpoint
        )
        if not items:
            raise WorkError(_nothing_to_load(ledger))
        claims = [
            tuple(read_claims(item))
            for item in tqdm(items, desc="reading listings", unit="item", leave=False)
        ]
        write_part(folder, items, claims, vectors)
        save_digests(folder, digests)
        write_truths(folder / files.TRUTH, items, truths)
        write_ledger(folder, ledger)
        manifest = {
            "version": files.LAYOUT_VERSION,
            "kind": origin.kind,
            "command": origin.command,
            **origin.details,
            "items": len(items),
            "rejected": len(ledger.rejected) if ledger else 0,
            **encoder_record(encoder),
            "currency": _main_currency(items),
            "content": _content_hash(digests, truths),
        }
        write_json(folder / files.MANIFEST, manifest)
        prepare(folder)
    checkpoint.clear()
    return manifest


def re_embed(
    folder: Path, encoder: ImageEncoder, prepare: Callable[[Path], None] = _nothing
) -> Manifest:
    """Recompute a catalogue's vectors with another encoder and return its manifest.

    Pictures and listings are kept. If a run is killed, running it again with the same encoder
    resumes after the last finished batch. prepare: as for `build`.

    Raises WorkError if the catalogue has updates (see `catalog.compact.one_part`) or another
    command is changing it.
    """
    with exclusive_access(folder):
        manifest = files.read_manifest(folder)
        if manifest.get(files.PARTS):
            raise WorkError(
                f"{folder} has updates beside it; run first: python -m catalog compact {folder}"
            )
        catalog = store.Catalog.open(folder)
        with replacing(folder) as fresh:
            files.link_rest(folder, fresh, (files.VECTORS, files.MANIFEST, files.PARTS))
            checkpoint = EmbeddingCheckpoint(folder, encoder.fingerprint)
            np.save(fresh / files.VECTORS, _stored_pictures_embedded(catalog, encoder, checkpoint))
            manifest = {**manifest, **encoder_record(encoder)}
            write_json(fresh / files.MANIFEST, manifest)
            prepare(fresh)
        checkpoint.clear()
        catalog.close()
        return manifest


def _stored_pictures_embedded(
    catalog: store.Catalog, encoder: ImageEncoder, checkpoint: EmbeddingCheckpoint
) -> np.ndarray:
    """Return the vectors (n, dim) float16 of a catalogue's stored pictures."""
    batches = []
    with tqdm(total=len(catalog), desc=f"embedding with {encoder.name}", unit="item") as bar:
        for start in range(0, len(catalog), BATCH):
            rows = range(start, min(start + BATCH, len(catalog)))
            jpegs = [catalog.image_path(row).read_bytes() for row in rows]
            batches.append(embed_batch(encoder, catalog.items(rows), jpegs, checkpoint))
            bar.update(len(rows))
            bar.set_postfix({"batches found": checkpoint.found} if checkpoint.found else {})
    return np.concatenate(batches)


def embed_batch(
    encoder: ImageEncoder,
    items: Sequence[Item],
    jpegs: Sequence[bytes],
    checkpoint: EmbeddingCheckpoint,
) -> np.ndarray:
    """Return the vectors (n, dim) float16 of these pictures.

    Vectors are taken from the checkpoint of an interrupted run if present, else computed and
    stored there.
    """
    content = b"".join(digests_of(item, jpeg) for item, jpeg in zip(items, jpegs, strict=True))

    def make() -> np.ndarray:
        with ThreadPoolExecutor() as pool:
            return encode(encoder, list(pool.map(open_picture, jpegs)), items)

    key = hashlib.sha256(content).hexdigest()[:32]
    return checkpoint.batch(key, (len(items), encoder.dim), make)


def _embed(
    folder: Path,
    entries: Iterable[Entry],
    encoder: ImageEncoder,
    total: int | None,
    checkpoint: EmbeddingCheckpoint,
) -> tuple[list[Item], list[Truth | None], np.ndarray, list[bytes]]:
    """Write the entries' pictures to `folder`; return items, truths, vectors and digests."""
    items: list[Item] = []
    truths: list[Truth | None] = []
    digests: list[bytes] = []
    pending: list[bytes] = []
    batches: list[np.ndarray] = []

    def embed_pending() -> None:
        if pending:
            batches.append(embed_batch(encoder, items[-len(pending) :], pending, checkpoint))
            pending.clear()

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
                embed_pending()
            bar.update()
    embed_pending()
    vectors = np.concatenate(batches) if batches else np.zeros((0, encoder.dim), dtype=np.float16)
    return items, truths, vectors, digests


def _content_hash(digests: Sequence[bytes], truths: Sequence[Truth | None]) -> str:
    """Return one hash (hex) of all listings, pictures and truths."""
    content = b"".join(digests) + json.dumps(truths, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()


def _main_currency(items: Sequence[Item]) -> str | None:
    currencies = [item.currency for item in items if item.price is not None]
    return max(sorted(set(currencies)), key=currencies.count) if currencies else None


def _nothing_to_load(ledger: Ledger | None) -> str:
    rejected = ledger.rejected if ledger else []
    first = (
        f"; the first reason, line {rejected[0]['line']}: {rejected[0]['reason']}"
        if rejected
        else ""
    )
    return f"not one usable item, so no catalogue was built ({len(rejected)} rejected{first})"
