"""Rows that were written together and never change: a database, bitmaps and vectors of their own.

A catalogue is one part, and after updates a few small ones more. What became of a row since (sold out, replaced, gone) is the
catalogue's business.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from catalog.facets import FacetTable
from catalog.files import DATABASE, FACETS_FILE, NAMES, VECTORS, read_ahead
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.sequences import PackedStrings, string_numbers

_BM25_WEIGHTS = "8.0, 1.0, 4.0, 4.0"  # title, description, brand, attribute words


class Part:
    """Read-only; safe for many threads (one connection behind a lock). Rows are counted from 0 in each part.

    vectors (n, dim) float16, memory-mapped; designs (n,) int64: a number for each row's design, equal for equal groups.
    """

    def __init__(self, folder: Path) -> None:
        self._address = f"file:{(folder / DATABASE).resolve().as_posix()}?mode=ro&immutable=1"
        self.folder = folder
        self._connection, self._lock = (
            sqlite3.connect(self._address, uri=True, check_same_thread=False),
            threading.Lock(),
        )
        self.facets = FacetTable.load(folder / FACETS_FILE)
        self.vectors: np.ndarray = np.load(folder / VECTORS, mmap_mode="r")
        for name in (VECTORS, DATABASE):
            read_ahead(folder / name)
        self.ids, self.groups, self.designs = self._names(folder / NAMES)

    def close(self) -> None:
        """Releases the database."""
        self._connection.close()

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, id_: str) -> int | None:
        """The row of an id."""
        found = self._query("select row from items where id = ?", (id_,))
        return found[0][0] if found else None

    def items(self, rows: Sequence[int]) -> dict[int, Item]:
        """{row: its item}"""
        return {
            row: Item.model_validate_json(record)
            for row, record in self._by_rows("select row, record from items", rows)
        }

    def claims(self, rows: Sequence[int]) -> dict[int, tuple[Claim, ...]]:
        """{row: what the listing's text claims}"""
        found = self._by_rows("select row, facet, value, present, source from claims", rows)
        grouped = groupby(sorted(found, key=lambda record: record[0]), key=lambda record: record[0])
        said = {
            row: tuple(Claim(f, v, bool(p), s) for _, f, v, p, s in group) for row, group in grouped
        }
        return {row: said.get(row, ()) for row in rows}

    def records(self, table: str) -> Iterator[tuple]:
        """All rows of a table in order, on a connection of their own, so that nobody waits for them."""
        reading = sqlite3.connect(self._address, uri=True)
        try:
            yield from reading.execute(f"select * from {table} order by row")
        finally:
            reading.close()

    # -- full text

    def count(self, word: str, most: int) -> int:
        """Listings with a word, as far as `most`."""
        sql = "select count(*) from (select 1 from items_fts where items_fts match ? limit ?)"
        return self._query(sql, (f'"{word}"', most))[0][0]

    def matches(self, words: Sequence[str]) -> Iterator[tuple[int, float]]:
        """(row, BM25) of listings with any of the words, best first, equal ones by row."""
        match = " OR ".join(f'"{word}"' for word in words)
        sql = (
            f"select rowid, -bm25(items_fts, {_BM25_WEIGHTS}) as score from items_fts where items_fts match ? "
            "order by score desc, rowid"
        )
        with self._lock:
            yield from self._connection.execute(sql, (match,))

    # -- database

    def _names(self, path: Path) -> tuple[PackedStrings, PackedStrings, np.ndarray]:
        if path.is_file():
            with np.load(path, allow_pickle=False) as kept:
                ids, groups = (
                    PackedStrings(kept[name], kept[f"{name}_ends"]) for name in ("ids", "groups")
                )
                return ids, groups, kept["designs"]
        rows = self._query(
            "select id, item_group from items order by row"
        )  # written before names had a file
        return (
            PackedStrings.of(row[0] for row in rows),
            PackedStrings.of(row[1] for row in rows),
            string_numbers(row[1] for row in rows),
        )

    def _query(self, sql: str, values: Sequence = ()) -> list[tuple]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _by_rows(self, select: str, rows: Sequence[int]) -> list[tuple]:
        found: list[tuple] = []
        for start in range(0, len(rows), 500):
            some = rows[start : start + 500]
            found += self._query(f"{select} where row in ({','.join('?' * len(some))})", some)
        return found


def save_names(path: Path, ids: PackedStrings, groups: PackedStrings) -> None:
    """Ids and designs of all rows in one file."""
    np.savez(
        path,
        ids=ids.text,
        ids_ends=ids.ends,
        groups=groups.text,
        groups_ends=groups.ends,
        designs=string_numbers(groups),
    )
