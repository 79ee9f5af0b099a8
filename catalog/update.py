"""A feed's differences into a catalogue that shoppers are using: new and changed rows into a fresh part, the old ones marked.

Nothing that a reader has open is touched. The new state holds from the moment at which its manifest takes the old one's name;
an update that is killed before leaves the old state, and what it wrote is cleared away by the next one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog import files
from catalog.build import BATCH, Encoder, Entry, Ledger, encode, file_name, write_ledger
from catalog.digests import SIZE, digests_of, load_digests, save_digests
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.pictures import open_picture, picture_hash
from catalog.store import Catalog
from catalog.swap import alone
from catalog.writing import write_part
from errors import InputError, WorkError

MANY = 0.5
"""A feed that would take out a larger share of the items than this is more likely cut short than meant."""


@dataclass(frozen=True)
class Changes:
    """What an update did. kept: rows that had not changed; embedded: pictures that went through the encoder."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0
    embedded: int = 0
    rejected: int = 0

    @property
    def any(self) -> bool:
        """Whether the catalogue is another one now."""
        return bool(self.added or self.changed or self.removed)


@dataclass
class _Fresh:
    """A row of the fresh part. vector (dim,) float16, None until its picture has been embedded."""

    item: Item
    digest: bytes
    claims: Sequence[Claim]
    vector: np.ndarray | None
    jpeg: bytes | None = None


def update(
    folder: Path,
    entries: Iterable[Entry],
    encoder: Callable[[], Encoder],
    read_claims: Callable[[Item], Sequence[Claim]],
    ledger: Ledger,
    partial: bool = False,
    force: bool = False,
) -> Changes:
    """Applies the differences between `entries` and the catalogue in `folder`.

    partial: what the feed does not name stays. An item whose row is rejected stays as it was. Raises InputError where the
    feed would take out more than half of the items (force: it does), WorkError where another update is at work.
    """
    with alone(folder):
        clear_leftovers(folder)
        catalog = Catalog.open(folder)
        work = _Work(catalog, encoder, read_claims)
        for entry in tqdm(entries, desc="comparing", unit="item", mininterval=1):
            work.take(entry)
        work.finish(partial, force, {str(reject.get("id", "")) for reject in ledger.rejected})
        changes = Changes(**{**asdict(work.changes()), "rejected": len(ledger.rejected)})
        if changes.any:
            write_ledger(folder, ledger)
            commit(folder, catalog, work.rows(), work.dead, len(ledger.rejected))
        catalog.close()
        return changes


class _Work:
    """Compares entries with a catalogue, and gathers what shall be fresh rows."""

    def __init__(
        self,
        catalog: Catalog,
        encoder: Callable[[], Encoder],
        read_claims: Callable[[Item], Sequence[Claim]],
    ) -> None:
        self.catalog, self._open_encoder, self._read_claims = catalog, encoder, read_claims
        self.digests = [load_digests(part, catalog.folder) for part in catalog.parts]
        self.dead: set[int] = set(np.flatnonzero(~catalog.alive).tolist())
        self.named: set[str] = set()
        self.fresh: list[_Fresh] = []
        self.added = self.changed = self.removed = self.kept = self.embedded = 0
        self._waiting: list[_Fresh] = []
        self._encoder: Encoder | None = None

    def take(self, entry: Entry) -> None:
        """One entry of the feed; of several with one id the first counts."""
        if entry.item.id in self.named:
            return
        self.named.add(entry.item.id)
        digest, row = digests_of(entry.item, entry.jpeg), self.catalog.find(entry.item.id)
        held = None if row is None else self._digest(row)
        if held == digest:
            self.kept += 1
            return
        same_picture = held is not None and held[SIZE:] == digest[SIZE:]
        self.added, self.changed = self.added + (row is None), self.changed + (row is not None)
        if row is not None:
            self.dead.add(row)
        before = self.catalog.items([row])[0] if row is not None else None
        image = (
            before.image
            if same_picture
            else f"{files.IMAGES}/{file_name(entry.item.id)}-{picture_hash(entry.jpeg)[:8]}.jpg"
        )
        item = entry.item.model_copy(update={"image": image})
        asked_alike = (
            same_picture and before.category == item.category
        )  # an encoder may be told the kind that is for sale
        fresh = _Fresh(
            item,
            digest,
            tuple(self._read_claims(item)),
            np.array(self.catalog.vectors[row]) if asked_alike else None,
            None if same_picture else entry.jpeg,
        )
        self.fresh.append(fresh)
        if fresh.vector is None:
            self._waiting.append(fresh)
            if fresh.jpeg is not None:
                _write_whole(self.catalog.folder / image, fresh.jpeg)
                fresh.jpeg = None
            if len(self._waiting) >= BATCH:
                self._embed()

    def finish(self, partial: bool, force: bool, rejected: set[str]) -> None:
        """Embeds the rest and marks what the feed no longer names."""
        if not partial:
            gone = [
                row
                for row in np.flatnonzero(self.catalog.alive).tolist()
                if self.catalog.ids[row] not in self.named and self.catalog.ids[row] not in rejected
            ]
            items = self.catalog.live
            if len(gone) > MANY * items and not force:
                raise InputError(
                    f"the feed names {len(self.named)} items, so that {len(gone)} of {items} would go; nothing was "
                    "changed: give --partial where it names only some, or --force where that is meant"
                )
            self.removed = len(gone)
            self.dead.update(gone)
        self._embed()

    def rows(self) -> list[_Fresh]:
        """The fresh part's rows: those of the last one that still hold, then the new ones."""
        held, start = [], len(self.catalog.parts[0])
        for part, digests in zip(self.catalog.parts[1:], self.digests[1:], strict=True):
            live = [row for row in range(len(part)) if start + row not in self.dead]
            items, claims = part.items(live), part.claims(live)
            held += [
                _Fresh(items[row], digests[row].tobytes(), claims[row], np.array(part.vectors[row]))
                for row in live
            ]
            start += len(part)
        return held + self.fresh

    def changes(self) -> Changes:
        """The counts so far."""
        return Changes(self.added, self.changed, self.removed, self.kept, self.embedded)

    def _digest(self, row: int) -> bytes:
        start = 0
        for digests in self.digests:
            if row < start + len(digests):
                return digests[row - start].tobytes()
            start += len(digests)
        raise IndexError(row)

    def _embed(self) -> None:
        if not self._waiting:
            return
        if self._encoder is None:
            self._encoder = self._open_encoder()
            self.catalog.check_encoder(self._encoder)
        items = [fresh.item for fresh in self._waiting]
        pictures = [open_picture(self.catalog.folder / item.image) for item in items]
        for fresh, vector in zip(
            self._waiting, encode(self._encoder, pictures, items), strict=True
        ):
            fresh.vector = vector
        self.embedded += len(items)
        self._waiting = []


def commit(
    folder: Path, catalog: Catalog, rows: Sequence[_Fresh], dead: set[int], rejected: int = 0
) -> None:
    """Writes the fresh part, then the manifest that names it: the one moment from which readers see the new state.

    Raises WorkError where the catalogue is another one by now: whoever replaced it did not heed the lock.
    """
    generation = int(catalog.manifest.get("generation", 0)) + 1
    made_of = hashlib.sha256(
        b"".join(row.digest for row in rows)
    ).hexdigest()  # generations begin anew with an import
    name = f"{generation:06d}-{made_of[:8]}"
    building = folder / files.PARTS / f".{name}.building"
    building.mkdir(parents=True)
    vectors = (
        np.stack([row.vector for row in rows])
        if rows
        else np.zeros((0, catalog.vectors.shape[1]), dtype=np.float16)
    )
    write_part(building, [row.item for row in rows], [row.claims for row in rows], vectors)
    save_digests(building, [row.digest for row in rows])
    base = len(catalog.parts[0])
    np.save(
        building / files.DEAD, np.array(sorted(row for row in dead if row < base), dtype=np.int64)
    )
    for file in building.iterdir():
        files.to_disk(file)
    if catalog.changed:
        raise WorkError(f"{folder} was replaced while it was being updated; run the update again")
    building.rename(folder / files.PARTS / name)
    items = base - sum(row < base for row in dead) + len(rows)
    manifest = {
        **catalog.manifest,
        "items": items,
        "rejected": rejected,
        "generation": generation,
        "parts": [name],
    }
    write_manifest(folder, manifest)


def write_manifest(folder: Path, manifest: dict) -> None:
    """Puts a manifest in the place of the one that is there, in one step."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    _write_whole(folder / files.MANIFEST, text.encode())


def clear_leftovers(folder: Path) -> None:
    """Removes parts that no manifest names: those of updates that were killed, and the last but one's."""
    named = set(files.read_manifest(folder).get("parts", []))
    for part in (folder / files.PARTS).glob("*"):
        if part.name not in named:
            shutil.rmtree(part, ignore_errors=True)
    for half in (*folder.glob(".*.writing"), *(folder / files.IMAGES).glob(".*.writing")):
        half.unlink(missing_ok=True)


def _write_whole(path: Path, data: bytes) -> None:
    half = path.with_name(f".{path.name}.writing")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
