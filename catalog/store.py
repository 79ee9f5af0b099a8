"""A catalogue on disk, opened for reading: items, claims and full text in SQLite, vectors and bitmaps in arrays."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import Protocol

import numpy as np

from catalog.claims import Claim
from catalog.facets import FacetTable
from catalog.item import Item
from catalog.wish import Constraint, Wish
from errors import CatalogMissing, EncoderMismatch, InputError

MOST_MATCHES = 5_000
"""Listings with a word from which it tells too little for what ranking them costs (two milliseconds a thousand)."""
DATABASE, IMAGES, VECTORS, MANIFEST = "catalog.sqlite", "images", "vectors.npy", "info.json"
FACETS_FILE, TRUTH, REJECTED, UNKNOWN = "facets.npz", "truth.jsonl", "rejected.jsonl", "unknown_values.json"
LAYOUT_VERSION = 1
_CACHED_ITEMS = 50_000
_BM25_WEIGHTS = "8.0, 1.0, 4.0, 4.0"  # title, description, brand, attribute words
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "can",
        "do",
        "for",
        "from",
        "get",
        "give",
        "have",
        "i",
        "in",
        "is",
        "it",
        "like",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "please",
        "show",
        "some",
        "something",
        "than",
        "that",
        "the",
        "them",
        "then",
        "this",
        "to",
        "want",
        "with",
        "without",
        "you",
    ]
)


class EncoderIdentity(Protocol):
    """What a catalogue has to know of an encoder."""

    name: str
    fingerprint: str
    dim: int


class Catalog:
    """Read-only; safe for many threads (one connection behind a lock). Row order is vector order.

    vectors (n, dim) float16, memory-mapped.
    """

    def __init__(self, folder: Path, manifest: dict, facets: FacetTable, vectors: np.ndarray, connection: sqlite3.Connection):
        self.folder, self.manifest, self.facets, self.vectors = folder, manifest, facets, vectors
        self._connection, self._lock = connection, threading.Lock()
        self._items: dict[int, Item] = {}
        self._claims: dict[int, tuple[Claim, ...]] = {}
        self._frequency: dict[str, int] = {}
        rows = self._query("select id, item_group from items order by row")
        self.ids: list[str] = [row[0] for row in rows]
        self.groups: list[str] = [row[1] for row in rows]
        self._row_of = {id_: row for row, id_ in enumerate(self.ids)}

    @classmethod
    def open(cls, folder: str | Path) -> Catalog:
        """The catalogue in `folder`. Raises CatalogMissing, with the command that builds one."""
        folder = Path(folder)
        manifest = read_manifest(folder)
        connection = sqlite3.connect(
            f"file:{(folder / DATABASE).resolve().as_posix()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        return cls(folder, manifest, FacetTable.load(folder / FACETS_FILE), np.load(folder / VECTORS, mmap_mode="r"), connection)

    def close(self) -> None:
        """Releases the database."""
        self._connection.close()

    def __len__(self) -> int:
        return len(self.ids)

    # -- rows

    def row(self, id_: str) -> int:
        """The row of an id. Raises InputError."""
        if id_ not in self._row_of:
            raise InputError(f"no item {id_!r} in {self.folder}; ids look like {', '.join(self.ids[:3])}")
        return self._row_of[id_]

    def items(self, rows: Iterable[int]) -> list[Item]:
        """The items of these rows, in order."""
        rows = [int(row) for row in rows]
        missing = sorted({row for row in rows if row not in self._items})
        if missing:
            loaded = {
                row: Item.model_validate_json(record) for row, record in self._by_rows("select row, record from items", missing)
            }
            if len(self._items) + len(loaded) > _CACHED_ITEMS:
                self._items = {row: self._items[row] for row in rows if row in self._items}
            self._items = {**self._items, **loaded}
        return [self._items[row] for row in rows]

    def claims(self, rows: Iterable[int]) -> list[tuple[Claim, ...]]:
        """What the listing's text claims, for each of these rows."""
        rows = [int(row) for row in rows]
        missing = sorted({row for row in rows if row not in self._claims})
        if missing:
            found = self._by_rows("select row, facet, value, present, source from claims", missing)
            grouped = groupby(sorted(found, key=lambda record: record[0]), key=lambda record: record[0])
            said = {row: tuple(Claim(f, v, bool(p), s) for _, f, v, p, s in group) for row, group in grouped}
            self._claims = {**self._claims, **{row: said.get(row, ()) for row in missing}}
        return [self._claims[row] for row in rows]

    def image_path(self, row: int) -> Path:
        """The picture's file."""
        return self.folder / self.items([row])[0].image

    # -- listings

    @property
    def prices(self) -> np.ndarray:
        """(n,) float32 in the catalogue's currency, NaN where the listing has none."""
        return self.facets.price

    @property
    def available(self) -> np.ndarray:
        """(n,) bool: something of it can be bought now."""
        return self.facets.available

    def allowed_rows(self, constraints: Wish | Iterable[Constraint]) -> np.ndarray:
        """(n,) bool: False only where the listing contradicts a hard constraint (of alternatives: all of them)."""
        allowed = np.ones(len(self), dtype=bool)
        for group in _groups(constraints):
            allowed &= ~np.logical_and.reduce([self.facets.contradicted(c) for c in group])
        return allowed

    def affirmed_rows(self, constraints: Wish | Iterable[Constraint]) -> np.ndarray:
        """(n,) bool: True where the listing alone confirms every hard constraint."""
        affirmed = np.ones(len(self), dtype=bool)
        for group in _groups(constraints):
            affirmed &= np.logical_or.reduce([self.facets.affirmed(c) for c in group])
        return affirmed

    def facet_counts(self) -> dict[str, dict[str, int]]:
        """{facet: {value: listings that state it}}, most frequent first; brands in lower case, sizes in stock."""
        return self._facet_counts

    @cached_property
    def _facet_counts(self) -> dict[str, dict[str, int]]:
        return self.facets.counts()

    def text_search(self, query: str, k: int, rows: np.ndarray | Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k best rows by BM25 (FTS5) over title, description, brand and attribute words, higher is better.

        rows: a (n,) bool mask or row numbers to stay within. Words of no use (function words, punctuation) are left
        out; a query of nothing else finds nothing.
        """
        words = self._telling_words(query)
        if not words or k <= 0:
            return []
        within = np.ones(len(self), dtype=bool) if rows is None else _as_mask(rows, len(self))
        match = " OR ".join(f'"{word}"' for word in words)
        with self._lock:
            ranked = self._connection.execute(
                f"select rowid, -bm25(items_fts, {_BM25_WEIGHTS}) as score from items_fts "
                "where items_fts match ? order by score desc, rowid",
                (match,),
            )
            return list(islice(((row, score) for row, score in ranked if within[row]), k))

    def _telling_words(self, query: str) -> list[str]:
        """Up to 12 words, the rarest of them; of more than a third of the listings only where no other is."""
        words = list(dict.fromkeys(w for w in re.findall(r"\w+", query.lower()) if w not in _STOP))[:40]
        for word in words:
            if word not in self._frequency:
                count = self._query("select count(*) from items_fts where items_fts match ?", (f'"{word}"',))
                self._frequency[word] = count[0][0]
        present = sorted((w for w in words if self._frequency[w]), key=lambda w: self._frequency[w])
        telling = [w for w in present if self._frequency[w] * 3 <= len(self)] or present
        return [w for w in telling if self._frequency[w] <= MOST_MATCHES][:12]

    # -- about

    def info(self) -> dict:
        """The manifest with counts and the sizes on disk (bytes)."""
        prices = self.prices[~np.isnan(self.prices)]
        sizes = {name: _bytes_of(self.folder / name) for name in (DATABASE, IMAGES, VECTORS, FACETS_FILE)}
        return {
            **self.manifest,
            "facets": self.facet_counts(),
            "price": {"min": round(float(prices.min()), 2), "max": round(float(prices.max()), 2)} if len(prices) else None,
            "bytes": {**sizes, "total": _bytes_of(self.folder)},
        }

    def check_encoder(self, encoder: EncoderIdentity) -> None:
        """Raises EncoderMismatch when another encoder made the vectors, with the command that rebuilds them."""
        made = self.manifest["encoder"]
        if (made["name"], made["fingerprint"]) != (encoder.name, encoder.fingerprint):
            raise EncoderMismatch(
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
            return {record["id"]: record["truth"] for record in map(json.loads, lines) if record["id"] in wanted}

    # -- database

    def _query(self, sql: str, values: Sequence = ()) -> list[tuple]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _by_rows(self, select: str, rows: list[int]) -> list[tuple]:
        found: list[tuple] = []
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            found += self._query(f"{select} where row in ({','.join('?' * len(part))})", part)
        return found


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


def _groups(constraints: Wish | Iterable[Constraint]) -> list[tuple[Constraint, ...]]:
    return (constraints if isinstance(constraints, Wish) else Wish(constraints=tuple(constraints))).groups()


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
