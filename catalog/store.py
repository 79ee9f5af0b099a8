"""A catalogue on disk, opened for reading: items, claims and full text in SQLite, vectors and bitmaps in arrays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

import vocabulary
from catalog.files import (
    DATABASE,
    DEAD,
    FACETS_FILE,
    IMAGES,
    PARTS,
    TRUTH,
    VECTORS,
    lists_file,
    read_manifest,
    stamp,
)
from catalog.full_text import FullText
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.part import Part
from catalog.sequences import ChainedSequence, StackedVectors
from errors import CatalogMissingError, EncoderMismatchError, InputError
from vocabulary.wish import Constraint, Wish

_CACHED = 10_000
"""Items, and listings' claims, that are kept."""
_TRIES = 5
_Kept = TypeVar("_Kept")


class EncoderIdentity(Protocol):
    """What a catalogue has to know of an encoder."""

    name: str
    fingerprint: str
    dim: int


class Catalog:
    """One state of a catalogue. Read-only; safe for many threads. Row order is vector order.

    vectors (n, dim) float16, memory-mapped; designs (n,) int64, equal where `groups` are. alive (n,) bool: rows that an update
    has replaced or taken out are False; they keep their number, and no filter lets them through. parts: the first holds most
    rows, the others came by updates.
    """

    def __init__(
        self,
        folder: Path,
        manifest: dict,
        parts: Sequence[Part],
        dead: np.ndarray,
        stamp: object = None,
    ) -> None:
        self.folder, self.manifest, self.parts, self.stamp = folder, manifest, list(parts), stamp
        one = len(parts) == 1
        self.ids: Sequence[str] = (
            parts[0].ids if one else ChainedSequence([part.ids for part in parts])
        )
        self.groups: Sequence[str] = (
            parts[0].groups if one else ChainedSequence([part.groups for part in parts])
        )
        self.vectors: np.ndarray | StackedVectors = (
            parts[0].vectors if one else StackedVectors([part.vectors for part in parts])
        )
        self.designs = _joined([part.designs for part in parts])
        self.alive = np.ones(len(self.ids), dtype=bool)
        self.alive[dead] = False
        self._starts = np.cumsum([0, *(len(part) for part in parts)]).tolist()
        self._text = FullText(parts)
        self._items: dict[int, Item] = {}
        self._claims: dict[int, tuple[Claim, ...]] = {}

    @classmethod
    def open(cls, folder: str | Path, known: Catalog | None = None) -> Catalog:
        """The catalogue in `folder`. known: an earlier state of it, whose parts are used again where they are the same.

        Raises CatalogMissingError, with the command that builds one.
        """
        folder = Path(folder)
        for _ in range(_TRIES):
            before = stamp(folder)
            manifest = read_manifest(folder)
            try:
                opened = cls._opened(folder, manifest, known, before)
            except (
                OSError,
                sqlite3.Error,
            ):  # the folder was exchanged for another while we read it
                if stamp(folder) == before:
                    raise
                continue
            except SystemError:  # Python 3.11's parser, which numpy reads headers by, when another thread parses (gh-106905)
                continue
            if stamp(folder) == before:
                return opened
        raise CatalogMissingError(
            f"{folder}: it changed {_TRIES} times while it was being opened; try again when updates have ended"
        )

    @classmethod
    def _opened(
        cls, folder: Path, manifest: dict, known: Catalog | None, before: object
    ) -> Catalog:
        names = manifest.get("parts", [])
        same = (
            known is not None
            and known.manifest["content"] == manifest["content"]
            and known.manifest["encoder"] == manifest["encoder"]
        )
        held = {part.folder.name: part for part in known.parts[1:]} if same else {}
        base = known.parts[0] if same else Part(folder)
        parts = [base, *(held.get(name) or Part(folder / PARTS / name) for name in names)]
        dead = np.load(folder / PARTS / names[-1] / DEAD) if names else np.zeros(0, dtype=np.int64)
        return cls(folder, manifest, parts, dead, before)

    @property
    def changed(self) -> bool:
        """Whether the folder holds another state by now."""
        now = stamp(self.folder)
        return now is not None and now != self.stamp

    def close(self) -> None:
        """Releases the databases."""
        for part in self.parts:
            part.close()

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def live(self) -> int:
        """Items that there are now, without the rows that have gone."""
        return int(self.alive.sum())

    # -- rows

    def find(self, id_: str) -> int | None:
        """The row of an id, None where there is none (any more)."""
        for part, start in zip(reversed(self.parts), reversed(self._starts[:-1]), strict=True):
            row = part.find(id_)
            if row is not None and self.alive[start + row]:
                return start + row
        return None

    def row(self, id_: str) -> int:
        """The row of an id. Raises InputError."""
        row = self.find(id_)
        if row is None:
            raise InputError(
                f"no item {id_!r} in {self.folder}; ids look like {', '.join(self.ids[:3])}"
            )
        return row

    def items(self, rows: Iterable[int]) -> list[Item]:
        """The items of these rows, in order."""
        return self._held(self._items, [int(row) for row in rows], Part.items)

    def claims(self, rows: Iterable[int]) -> list[tuple[Claim, ...]]:
        """What the listing's text claims, for each of these rows."""
        return self._held(self._claims, [int(row) for row in rows], Part.claims)

    def _held(self, kept: dict[int, _Kept], rows: list[int], read) -> list[_Kept]:
        """What is kept of these rows, the rest read by a method of their part."""
        found = {row: kept[row] for row in rows if row in kept}
        missing = sorted({row for row in rows if row not in found})
        for part, start, end in zip(self.parts, self._starts, self._starts[1:], strict=False):
            here = [row - start for row in missing if start <= row < end]
            if here:
                found.update({start + row: value for row, value in read(part, here).items()})
        if missing:
            if len(kept) + len(missing) > _CACHED:
                kept.clear()
            kept.update({row: found[row] for row in missing})
        return [found[row] for row in rows]

    def image_path(self, row: int) -> Path:
        """The picture's file."""
        return self.folder / self.items([row])[0].image

    # -- listings

    @cached_property
    def prices(self) -> np.ndarray:
        """(n,) float64 in the catalogue's currency, to the cent; NaN where the listing has none."""
        return _joined([part.facets.exact_price for part in self.parts])

    @cached_property
    def available(self) -> np.ndarray:
        """(n,) bool: something of it can be bought now."""
        return _joined([part.facets.available for part in self.parts]) & self.alive

    def allowed_rows(self, constraints: Wish | Iterable[Constraint]) -> np.ndarray:
        """(n,) bool: False where the listing contradicts a hard constraint (of alternatives: all of them), or is gone."""
        groups = _groups(constraints)
        return _joined([part.facets.allowed(groups) for part in self.parts]) & self.alive

    def affirmed_rows(self, constraints: Wish | Iterable[Constraint]) -> np.ndarray:
        """(n,) bool: True where the listing alone confirms every hard constraint."""
        groups = _groups(constraints)
        return _joined([part.facets.confirmed(groups) for part in self.parts]) & self.alive

    def facet_counts(self) -> dict[str, dict[str, int]]:
        """{facet: {value: listings that state it}}, most frequent first; brands in lower case, sizes in stock."""
        return self._facet_counts

    @cached_property
    def _facet_counts(self) -> dict[str, dict[str, int]]:
        total: dict[str, dict[str, int]] = {
            facet: {} for facet in vocabulary.FACETS if facet != "price"
        }
        for part, start, end in zip(self.parts, self._starts, self._starts[1:], strict=False):
            for facet, counts in part.facets.counts(self.alive[start:end]).items():
                for value, count in counts.items():
                    if count:
                        total[facet][value] = total[facet].get(value, 0) + count
        return {
            f: dict(sorted(c.items(), key=lambda pair: (-pair[1], pair[0])))
            for f, c in total.items()
            if c
        }

    def text_search(
        self, query: str, k: int, rows: np.ndarray | Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The k best rows by BM25 (FTS5) over title, description, brand and attribute words, higher is better.

        rows: a (n,) bool mask or row numbers to stay within. Words of no use (function words, punctuation) are left
        out; a query of nothing else finds nothing.
        """
        return self._text.search(
            query, k, self.alive if rows is None else _as_mask(rows, len(self)) & self.alive
        )

    def has_words(self, query: str) -> bool:
        """Whether any listing, gone ones counted, has one of the words."""
        return self._text.holds(query)

    # -- about

    def info(self) -> dict:
        """The manifest with counts and the sizes on disk (bytes)."""
        prices = self.prices[self.alive & ~np.isnan(self.prices)]
        sizes = {
            name: _bytes_of(self.folder / name) for name in (DATABASE, IMAGES, VECTORS, FACETS_FILE)
        }
        kind = "ivf" if lists_file(self.folder, self.manifest).is_file() else self.manifest["index"]
        return {
            **self.manifest,
            "index": kind,
            "facets": self.facet_counts(),
            "price": {"min": round(float(prices.min()), 2), "max": round(float(prices.max()), 2)}
            if len(prices)
            else None,
            "bytes": {**sizes, "total": _bytes_of(self.folder)},
        }

    def check_encoder(self, encoder: EncoderIdentity) -> None:
        """Raises EncoderMismatchError when another encoder made the vectors, with the command that rebuilds them."""
        made = self.manifest["encoder"]
        if (made["name"], made["fingerprint"]) != (encoder.name, encoder.fingerprint):
            raise EncoderMismatchError(
                f"{self.folder} was embedded by {made['name']} ({made['fingerprint'][:12]}), in use is {encoder.name} "
                f"({encoder.fingerprint[:12]}); rebuild it: python -m catalog embed {self.folder}, "
                f"or set ENCODER={made['name']}"
            )

    def truth(self, ids: Iterable[str]) -> dict[str, dict[str, list[str]]]:
        """{id: {facet: values}} as drawn, for those ids that have one. For evaluation and `show` only."""
        wanted, path = set(ids), self.folder / TRUTH
        if not path.exists():
            return {}
        with path.open(encoding="utf-8") as lines:
            return {
                record["id"]: record["truth"]
                for record in map(json.loads, lines)
                if record["id"] in wanted
            }


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _groups(constraints: Wish | Iterable[Constraint]) -> list[tuple[Constraint, ...]]:
    return (
        constraints if isinstance(constraints, Wish) else Wish(constraints=tuple(constraints))
    ).groups()


def _as_mask(rows: np.ndarray | Sequence[int], n: int) -> np.ndarray:
    rows = np.asarray(rows)
    if rows.dtype == bool:
        return rows
    mask = np.zeros(n, dtype=bool)
    mask[rows.astype(np.int64)] = True
    return mask


def _bytes_of(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0
