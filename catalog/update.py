"""Incremental updates: apply a feed's differences to a catalogue that shoppers are using.

New and changed rows go into a fresh part; the rows that they replace are marked dead. No file that
a reader has open is touched. The new state takes effect when its manifest is renamed over the old
one. An update that is killed before that leaves the old state, and the next update removes what it
wrote.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog import files
from catalog.comparison import Changes, FeedComparison, FreshRow, write_whole
from catalog.digests import save_digests
from catalog.encoder import ImageEncoder
from catalog.entries import Entry, Ledger, write_ledger
from catalog.files import Manifest
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.store import Catalog
from catalog.swap import exclusive_access
from catalog.writing import write_part
from errors import WorkError


def update(
    folder: Path,
    entries: Iterable[Entry],
    load_encoder: Callable[[], ImageEncoder],
    read_claims: Callable[[Item], Sequence[Claim]],
    ledger: Ledger,
    partial: bool = False,
    force: bool = False,
) -> Changes:
    """Apply the differences between `entries` and the catalogue in `folder`.

    An item whose row is rejected stays unchanged.

    Args:
        folder: The catalogue's folder.
        entries: The feed's items.
        load_encoder: Called when the first picture has to be embedded.
        read_claims: Reads the text of a listing.
        ledger: What the feed's reader left out.
        partial: Keep items that the feed does not name.
        force: Allow removing more than half of the items.

    Raises InputError if the feed would remove more than half of the items without `force`, and
    WorkError if another command is changing the catalogue.
    """
    with exclusive_access(folder):
        clear_leftovers(folder)
        catalog = Catalog.open(folder)
        comparison = FeedComparison(catalog, load_encoder, read_claims)
        for entry in tqdm(entries, desc="comparing", unit="item", mininterval=1):
            comparison.take(entry)
        comparison.finish(partial, force, {str(row.get("id", "")) for row in ledger.rejected})
        changes = replace(comparison.changes(), rejected=len(ledger.rejected))
        if changes.any:
            write_ledger(folder, ledger)
            commit(folder, catalog, comparison.rows(), comparison.dead, len(ledger.rejected))
        catalog.close()
        return changes


def commit(
    folder: Path, catalog: Catalog, rows: Sequence[FreshRow], dead: set[int], rejected: int = 0
) -> None:
    """Write the fresh part, then the manifest that names it and thereby publishes the new state.

    Raises WorkError if the catalogue was replaced meanwhile by something that ignored the lock.
    """
    generation = int(catalog.manifest.get("generation", 0)) + 1
    # Generation numbers restart with each import, so the name includes the content hash too.
    content = hashlib.sha256(b"".join(row.digest for row in rows)).hexdigest()
    name = f"{generation:06d}-{content[:8]}"
    building = folder / files.PARTS / f".{name}.building"
    building.mkdir(parents=True)
    write_part(
        building,
        [row.item for row in rows],
        [row.claims for row in rows],
        _stacked([row.vector for row in rows], catalog.vectors.shape[1]),
    )
    save_digests(building, [row.digest for row in rows])
    base = len(catalog.parts[0])
    dead_in_base = sorted(row for row in dead if row < base)
    np.save(building / files.DEAD, np.array(dead_in_base, dtype=np.int64))
    for file in building.iterdir():
        files.to_disk(file)
    if catalog.changed:
        raise WorkError(f"{folder} was replaced while it was being updated; run the update again")
    building.rename(folder / files.PARTS / name)
    manifest = {
        **catalog.manifest,
        "items": base - len(dead_in_base) + len(rows),
        "rejected": rejected,
        "generation": generation,
        "parts": [name],
    }
    write_manifest(folder, manifest)


def _stacked(vectors: Sequence[np.ndarray | None], dim: int) -> np.ndarray:
    """Return (n, dim) float16. Raises ValueError if a vector is missing."""
    stacked = np.zeros((len(vectors), dim), dtype=np.float16)
    for row, vector in enumerate(vectors):
        if vector is None:
            raise ValueError(f"row {row} has not been embedded")
        stacked[row] = vector
    return stacked


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace a catalogue's manifest atomically."""
    write_whole(folder / files.MANIFEST, files.json_text(manifest).encode())


def clear_leftovers(folder: Path) -> None:
    """Remove parts that no manifest names: leftovers of killed updates and outdated parts."""
    current = set(files.read_manifest(folder).get("parts", []))
    for part in (folder / files.PARTS).glob("*"):
        if part.name not in current:
            shutil.rmtree(part, ignore_errors=True)
    for unfinished in (*folder.glob(".*.writing"), *(folder / files.IMAGES).glob(".*.writing")):
        unfinished.unlink(missing_ok=True)
