"""A part of a catalogue: rows that were written together and never change.

A part has its own database, bitmaps and vectors. A catalogue is one part, plus a few small ones
after updates. What has happened to a row since (sold out, replaced, gone) is tracked by the
catalogue.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from catalog.facets import FacetTable
from catalog.files import DATABASE, FACETS_FILE, NAMES, VECTORS, read_ahead
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.sequences import PackedStrings, string_numbers

_BM25_WEIGHTS = "8.0, 1.0, 4.0, 4.0"
"""Of title, description, brand and attribute words."""
_MAX_SQL_VALUES = 500

SqlRow = tuple[Any, ...]


class Part:
    """A read-only part, safe for many threads (one connection behind a lock). Rows count from 0.

    Attributes:
        vectors: (n, dim) float16, memory-mapped.
        ids, groups: The id and the design of each row.
        designs: (n,) int64, the number of each row's design, equal for equal groups.
    """

    def __init__(self, folder: Path) -> None:
        self._address = f"file:{(folder / DATABASE).resolve().as_posix()}?mode=ro&immutable=1"
        self.folder = folder
        self._connection = sqlite3.connect(self._address, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self.facets = FacetTable.load(folder / FACETS_FILE)
        self.vectors: np.ndarray = np.load(folder / VECTORS, mmap_mode="r")
        for name in (VECTORS, DATABASE):
            read_ahead(folder / name)
        self.ids, self.groups, self.designs = self._names(folder / NAMES)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, id_: str) -> int | None:
        """Return the row of an id, or None."""
        rows = self._query("select row from items where id = ?", (id_,))
        return int(rows[0][0]) if rows else None

    def items(self, rows: Sequence[int]) -> dict[int, Item]:
        """Return {row: its item}."""
        return {
            row: Item.model_validate_json(record)
            for row, record in self._by_rows("select row, record from items", rows)
        }

    def claims(self, rows: Sequence[int]) -> dict[int, tuple[Claim, ...]]:
        """Return {row: the claims of the listing's text}."""
        records = self._by_rows("select row, facet, value, present, source from claims", rows)
        records.sort(key=itemgetter(0))
        claims_of = {
            row: tuple(
                Claim(facet, value, bool(present), source)
                for _, facet, value, present, source in group
            )
            for row, group in groupby(records, key=itemgetter(0))
        }
        return {row: claims_of.get(row, ()) for row in rows}

    def records(self, table: str) -> Iterator[SqlRow]:
        """Yield all rows of a table in order, over a separate, non-blocking connection."""
        connection = sqlite3.connect(self._address, uri=True)
        try:
            yield from connection.execute(f"select * from {table} order by row")
        finally:
            connection.close()

    def count(self, word: str, limit: int) -> int:
        """Return the number of listings with a word, counting up to `limit`."""
        sql = "select count(*) from (select 1 from items_fts where items_fts match ? limit ?)"
        return int(self._query(sql, (f'"{word}"', limit))[0][0])

    def matches(self, words: Sequence[str]) -> Iterator[tuple[int, float]]:
        """Yield (row, BM25) of listings with any of the words, best first, ties by row."""
        match = " OR ".join(f'"{word}"' for word in words)
        sql = (
            f"select rowid, -bm25(items_fts, {_BM25_WEIGHTS}) as score from items_fts "
            "where items_fts match ? order by score desc, rowid"
        )
        with self._lock:
            yield from self._connection.execute(sql, (match,))

    def _names(self, path: Path) -> tuple[PackedStrings, PackedStrings, np.ndarray]:
        if path.is_file():
            with np.load(path, allow_pickle=False) as arrays:
                ids = PackedStrings(arrays["ids"], arrays["ids_ends"])
                groups = PackedStrings(arrays["groups"], arrays["groups_ends"])
                return ids, groups, arrays["designs"]
        # Earlier versions wrote no such file.
        rows = self._query("select id, item_group from items order by row")
        groups = PackedStrings.of(group for _, group in rows)
        return PackedStrings.of(id_ for id_, _ in rows), groups, string_numbers(groups)

    def _query(self, sql: str, values: Sequence[Any] = ()) -> list[SqlRow]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _by_rows(self, select: str, rows: Sequence[int]) -> list[SqlRow]:
        records: list[SqlRow] = []
        for start in range(0, len(rows), _MAX_SQL_VALUES):
            chunk = rows[start : start + _MAX_SQL_VALUES]
            marks = ",".join("?" * len(chunk))
            records += self._query(f"{select} where row in ({marks})", chunk)
        return records


def save_names(path: Path, ids: PackedStrings, groups: PackedStrings) -> None:
    """Write the ids and designs of all rows to one file."""
    np.savez(
        path,
        ids=ids.text,
        ids_ends=ids.ends,
        groups=groups.text,
        groups_ends=groups.ends,
        designs=string_numbers(groups),
    )
