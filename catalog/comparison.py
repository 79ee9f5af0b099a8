"""Comparison of a feed with a catalogue, which collects the rows of the next update."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog import files
from catalog.build import BATCH
from catalog.digests import DIGEST_BYTES, digests_of, load_digests
from catalog.encoder import ImageEncoder, encode
from catalog.entries import Entry, file_name
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.pictures import open_picture, picture_hash
from catalog.store import Catalog
from errors import InputError

MAX_REMOVED_SHARE = 0.5
"""A feed that would remove a larger share of the items is more likely cut short than meant."""


@dataclass(frozen=True)
class Changes:
    """Counts of what an update changed.

    Attributes:
        kept: Unchanged rows.
        embedded: Pictures that were encoded.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0
    embedded: int = 0
    rejected: int = 0

    @property
    def any(self) -> bool:
        """Whether the catalogue has changed."""
        return bool(self.added or self.changed or self.removed)


@dataclass
class FreshRow:
    """A row of the fresh part.

    vector: (dim,) float16; None until the picture has been embedded.
    """

    item: Item
    digest: bytes
    claims: Sequence[Claim]
    vector: np.ndarray | None


class FeedComparison:
    """Sorts a feed's entries into unchanged and fresh rows, and finds the dead ones."""

    def __init__(
        self,
        catalog: Catalog,
        load_encoder: Callable[[], ImageEncoder],
        read_claims: Callable[[Item], Sequence[Claim]],
    ) -> None:
        self.catalog, self._load_encoder, self._read_claims = catalog, load_encoder, read_claims
        self.digests = [load_digests(part, catalog.folder) for part in catalog.parts]
        self.dead: set[int] = set(np.flatnonzero(~catalog.alive).tolist())
        self.seen_ids: set[str] = set()
        self.fresh: list[FreshRow] = []
        self.added = self.changed = self.removed = self.kept = self.embedded = 0
        self._to_embed: list[FreshRow] = []
        self._encoder: ImageEncoder | None = None

    def take(self, entry: Entry) -> None:
        """Compare one entry of the feed. If an id repeats, the first entry counts."""
        id_ = entry.item.id
        if id_ in self.seen_ids:
            return
        self.seen_ids.add(id_)
        digest, row = digests_of(entry.item, entry.jpeg), self.catalog.find(id_)
        if row is None:
            self.added += 1
            self._add(entry, digest, None)
        elif self._digest(row) == digest:
            self.kept += 1
        else:
            self.changed += 1
            self.dead.add(row)
            self._add(entry, digest, row)

    def _add(self, entry: Entry, digest: bytes, row: int | None) -> None:
        """Add a fresh row for an entry; row: the row that it replaces."""
        picture = digest[DIGEST_BYTES:]
        vector: np.ndarray | None = None
        if row is not None and self._digest(row)[DIGEST_BYTES:] == picture:
            before = self.catalog.items([row])[0]
            image = before.image
            # An encoder may be told which kind is for sale, so a new kind changes the vector.
            if before.category == entry.item.category:
                vector = np.array(self.catalog.vectors[row])
        else:
            hash_ = picture_hash(entry.jpeg)[:8]
            image = f"{files.IMAGES}/{file_name(entry.item.id)}-{hash_}.jpg"
            # Without a new picture there is nothing to write; a new picture has no vector yet.
            write_whole(self.catalog.folder / image, entry.jpeg)
        item = entry.item.model_copy(update={"image": image})
        fresh = FreshRow(item, digest, tuple(self._read_claims(item)), vector)
        self.fresh.append(fresh)
        if vector is None:
            self._to_embed.append(fresh)
        if len(self._to_embed) >= BATCH:
            self._embed()

    def finish(self, partial: bool, force: bool, rejected: set[str]) -> None:
        """Embed the remaining pictures and mark the items that the feed no longer names.

        Args:
            partial: Keep items that the feed does not name.
            force: Allow the feed to remove more than MAX_REMOVED_SHARE of the items.
            rejected: Ids of rejected rows, whose items stay unchanged.

        Raises InputError if the feed would remove more than that share without `force`.
        """
        if not partial:
            ids, named = self.catalog.ids, self.seen_ids | rejected
            alive: list[int] = np.flatnonzero(self.catalog.alive).tolist()
            removed = [row for row in alive if ids[row] not in named]
            if len(removed) > MAX_REMOVED_SHARE * len(alive) and not force:
                raise InputError(
                    f"the feed names {len(self.seen_ids)} items, so that {len(removed)} of "
                    f"{len(alive)} would go; nothing was changed: give --partial where it names "
                    "only some, or --force where that is meant"
                )
            self.removed = len(removed)
            self.dead.update(removed)
        self._embed()

    def rows(self) -> list[FreshRow]:
        """Return the next fresh part's rows: those of the last part still live, then new ones."""
        rows: list[FreshRow] = []
        start = len(self.catalog.parts[0])
        for part, digests in zip(self.catalog.parts[1:], self.digests[1:], strict=True):
            live = [row for row in range(len(part)) if start + row not in self.dead]
            items, claims = part.items(live), part.claims(live)
            rows += [
                FreshRow(
                    items[row], digests[row].tobytes(), claims[row], np.array(part.vectors[row])
                )
                for row in live
            ]
            start += len(part)
        return rows + self.fresh

    def changes(self) -> Changes:
        """Return the counts so far."""
        return Changes(self.added, self.changed, self.removed, self.kept, self.embedded)

    def _digest(self, row: int) -> bytes:
        start = 0
        for digests in self.digests:
            if row < start + len(digests):
                digest: bytes = digests[row - start].tobytes()
                return digest
            start += len(digests)
        raise IndexError(row)

    def _embed(self) -> None:
        if not self._to_embed:
            return
        if self._encoder is None:
            self._encoder = self._load_encoder()
            self.catalog.check_encoder(self._encoder)
        items = [fresh.item for fresh in self._to_embed]
        pictures = [open_picture(self.catalog.folder / item.image) for item in items]
        vectors = encode(self._encoder, pictures, items)
        for fresh, vector in zip(self._to_embed, vectors, strict=True):
            fresh.vector = vector
        self.embedded += len(items)
        self._to_embed = []


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically, and durably on disk."""
    unfinished = path.with_name(f".{path.name}.writing")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
