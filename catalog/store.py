"""A catalogue on disk, opened for reading."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

import vocabulary
from catalog.encoder import EncoderIdentity
from catalog.files import (
    DATABASE,
    DEAD,
    FACETS_FILE,
    IMAGES,
    PARTS,
    TRUTH,
    VECTORS,
    Manifest,
    bytes_on_disk,
    lists_file,
    read_manifest,
    stamp,
)
from catalog.full_text import FullText
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.part import Part
from catalog.rows import RowReader
from catalog.sequences import ChainedSequence, StackedVectors
from errors import CatalogMissingError, EncoderMismatchError, InputError
from vocabulary.wish import Constraint, Wish

_OPEN_ATTEMPTS = 5


class Catalog:
    """One state of a catalogue; read-only and safe for many threads. Row order is vector order.

    Attributes:
        parts: The first holds most rows; the others came with updates.
        ids, groups: The id and the design of each row.
        vectors: (n, dim) float16, memory-mapped.
        designs: (n,) int64, equal where `groups` are.
        alive: (n,) bool, False for rows that an update has replaced or removed. They keep their
            number, and no filter lets them through.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        parts: Sequence[Part],
        dead: np.ndarray,
        stamp: object = None,
    ) -> None:
        self.folder, self.manifest, self.parts, self.stamp = folder, manifest, list(parts), stamp
        single = len(parts) == 1
        self.ids: Sequence[str] = (
            parts[0].ids if single else ChainedSequence([part.ids for part in parts])
        )
        self.groups: Sequence[str] = (
            parts[0].groups if single else ChainedSequence([part.groups for part in parts])
        )
        self.vectors: np.ndarray | StackedVectors = (
            parts[0].vectors if single else StackedVectors([part.vectors for part in parts])
        )
        self.designs = _joined([part.designs for part in parts])
        self.alive = np.ones(len(self.ids), dtype=bool)
        self.alive[dead] = False
        self._reader = RowReader(parts)
        self._text = FullText(parts)

    @classmethod
    def open(cls, folder: str | Path, known: Catalog | None = None) -> Catalog:
        """Open the catalogue in `folder`.

        known: an earlier state of it, whose unchanged parts are reused.
        Raises CatalogMissingError with the command that builds one.
        """
        folder = Path(folder)
        for _ in range(_OPEN_ATTEMPTS):
            before = stamp(folder)
            manifest = read_manifest(folder)
            try:
                opened = cls._opened(folder, manifest, known, before)
            except (OSError, sqlite3.Error):
                # The folder may have been replaced meanwhile.
                if stamp(folder) == before:
                    raise
                continue
            except SystemError:
                # numpy parses array headers with Python's parser, which fails on Python 3.11 when
                # another thread parses (gh-106905).
                continue
            if stamp(folder) == before:
                return opened
        raise CatalogMissingError(
            f"{folder}: it changed {_OPEN_ATTEMPTS} times while it was being opened; "
            "try again when updates have ended"
        )

    @classmethod
    def _opened(
        cls, folder: Path, manifest: Manifest, known: Catalog | None, before: object
    ) -> Catalog:
        names = manifest.get("parts", [])
        reusable: dict[str, Part] = {}
        base: Part | None = None
        if known is not None and all(
            known.manifest[key] == manifest[key] for key in ("content", "encoder")
        ):
            base = known.parts[0]
            reusable = {part.folder.name: part for part in known.parts[1:]}
        parts = [
            base or Part(folder),
            *(reusable.get(name) or Part(folder / PARTS / name) for name in names),
        ]
        dead = np.load(folder / PARTS / names[-1] / DEAD) if names else np.zeros(0, dtype=np.int64)
        return cls(folder, manifest, parts, dead, before)

    @property
    def changed(self) -> bool:
        """Whether the folder now holds another state."""
        now = stamp(self.folder)
        return now is not None and now != self.stamp

    def close(self) -> None:
        """Close the databases."""
        for part in self.parts:
            part.close()

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def live(self) -> int:
        """The number of live items."""
        return int(self.alive.sum())

    def find(self, id_: str) -> int | None:
        """Return the live row of an id, or None."""
        return next((row for row in self._reader.find(id_) if self.alive[row]), None)

    def row(self, id_: str) -> int:
        """Return the row of an id. Raises InputError if there is none."""
        row = self.find(id_)
        if row is None:
            raise InputError(
                f"no item {id_!r} in {self.folder}; ids look like {', '.join(self.ids[:3])}"
            )
        return row

    def items(self, rows: Iterable[int]) -> list[Item]:
        """Return the items of these rows, in order."""
        return self._reader.items(rows)

    def claims(self, rows: Iterable[int]) -> list[tuple[Claim, ...]]:
        """Return the claims of the text of each of these rows' listings."""
        return self._reader.claims(rows)

    def image_path(self, row: int) -> Path:
        """Return the path of a row's picture."""
        return self.folder / self.items([row])[0].image

    @cached_property
    def prices(self) -> np.ndarray:
        """(n,) float64 in the catalogue's currency, to the cent; NaN where not stated."""
        return _joined([part.facets.exact_price for part in self.parts])

    @cached_property
    def available(self) -> np.ndarray:
        """(n,) bool: rows of which something can be bought now."""
        return _joined([part.facets.available for part in self.parts]) & self.alive

    def allowed_rows(self, constraints: Wish | Iterable[Constraint]) -> np.ndarray:
        """Return (n,) bool: rows that are alive and whose listing contradicts no hard constraint.

        One uncontradicted alternative suffices.
        """
        groups = _groups(constraints)
        return _joined([part.facets.allowed(groups) for part in self.parts]) & self.alive

    def affirmed_rows(self, constraints: Wish | Iterable[Constraint]) -> np.ndarray:
        """Return (n,) bool: rows whose listing alone confirms every hard constraint."""
        groups = _groups(constraints)
        return _joined([part.facets.confirmed(groups) for part in self.parts]) & self.alive

    def facet_counts(self) -> dict[str, dict[str, int]]:
        """Return {facet: {value: listings that state it}}, most frequent first.

        Brands are in lower case; sizes are those in stock.
        """
        return self._facet_counts

    @cached_property
    def _facet_counts(self) -> dict[str, dict[str, int]]:
        totals: dict[str, dict[str, int]] = {
            facet: {} for facet in vocabulary.FACETS if facet != "price"
        }
        for part, rows in self._reader.spans():
            for facet, counts in part.facets.counts(self.alive[rows]).items():
                total = totals[facet]
                for value, count in counts.items():
                    if count:
                        total[value] = total.get(value, 0) + count
        return {
            facet: dict(sorted(total.items(), key=lambda pair: (-pair[1], pair[0])))
            for facet, total in totals.items()
            if total
        }

    def text_search(
        self, query: str, k: int, rows: np.ndarray | Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best rows with their scores; higher is better.

        The score is BM25 (FTS5) over title, description, brand and attribute words. Function words
        and punctuation are ignored; a query with nothing else finds nothing.

        rows: a (n,) bool mask or row numbers to search within.
        """
        mask = self.alive if rows is None else _as_mask(rows, len(self)) & self.alive
        return self._text.search(query, k, mask)

    def has_words(self, query: str) -> bool:
        """Return whether any listing, removed ones included, has one of the words."""
        return self._text.holds(query)

    def info(self) -> Manifest:
        """Return the manifest with counts and the sizes on disk (bytes)."""
        prices = self.prices[self.alive & ~np.isnan(self.prices)]
        names = (DATABASE, IMAGES, VECTORS, FACETS_FILE)
        sizes = {name: bytes_on_disk(self.folder / name) for name in names}
        has_lists = lists_file(self.folder, self.manifest).is_file()
        return {
            **self.manifest,
            "index": "ivf" if has_lists else self.manifest["index"],
            "facets": self.facet_counts(),
            "price": {"min": round(float(prices.min()), 2), "max": round(float(prices.max()), 2)}
            if len(prices)
            else None,
            "bytes": {**sizes, "total": bytes_on_disk(self.folder)},
        }

    def check_encoder(self, encoder: EncoderIdentity) -> None:
        """Raise EncoderMismatchError if another encoder made the vectors.

        The error names the command that rebuilds them.
        """
        recorded = self.manifest["encoder"]
        if (recorded["name"], recorded["fingerprint"]) != (encoder.name, encoder.fingerprint):
            raise EncoderMismatchError(
                f"{self.folder} was embedded by {recorded['name']} "
                f"({recorded['fingerprint'][:12]}), in use is {encoder.name} "
                f"({encoder.fingerprint[:12]}); rebuild it: python -m catalog embed {self.folder}, "
                f"or set ENCODER={recorded['name']}"
            )

    def truth(self, ids: Iterable[str]) -> dict[str, dict[str, list[str]]]:
        """Return {id: {facet: values}} as drawn, for those ids that have a truth.

        Used by evaluation and `show` only.
        """
        wanted, path = set(ids), self.folder / TRUTH
        if not path.exists():
            return {}
        with path.open(encoding="utf-8") as lines:
            records = map(json.loads, lines)
            return {record["id"]: record["truth"] for record in records if record["id"] in wanted}


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _groups(constraints: Wish | Iterable[Constraint]) -> list[tuple[Constraint, ...]]:
    wish = constraints if isinstance(constraints, Wish) else Wish(constraints=tuple(constraints))
    return wish.groups()


def _as_mask(rows: np.ndarray | Sequence[int], n: int) -> np.ndarray:
    rows = np.asarray(rows)
    if rows.dtype == bool:
        return rows
    mask = np.zeros(n, dtype=bool)
    mask[rows.astype(np.int64)] = True
    return mask
