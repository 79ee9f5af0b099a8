"""Writes a part of a catalogue: database with full text, bitmaps, vectors, names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import sqlite_utils

from catalog import files
from catalog.facets import FacetTable
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.part import save_names
from catalog.sequences import PackedStrings

ITEM_COLUMNS = {
    "row": int,
    "id": str,
    "item_group": str,
    "title": str,
    "description": str,
    "brand": str,
    "price": float,
    "currency": str,
    "words": str,
    "record": str,
}
CLAIM_COLUMNS = {"row": int, "facet": str, "value": str, "present": int, "source": str}


def write_part(
    folder: Path, items: Sequence[Item], claims: Sequence[Sequence[Claim]], vectors: np.ndarray
) -> None:
    """All that `Part` reads. vectors (n, dim) float16, a row an item."""
    write_database(
        folder / files.DATABASE,
        (item_record(row, item) for row, item in enumerate(items)),
        (
            (row, c.facet, c.value, int(c.present), c.source)
            for row, said in enumerate(claims)
            for c in said
        ),
    )
    FacetTable.of(items, claims).save(folder / files.FACETS_FILE)
    np.save(folder / files.VECTORS, vectors)
    save_names(
        folder / files.NAMES,
        PackedStrings.of(item.id for item in items),
        PackedStrings.of(item.group for item in items),
    )


def item_record(row: int, item: Item) -> tuple:
    """An item as a row of ITEM_COLUMNS."""
    words = " ".join(
        [value for values in item.attributes.values() for value in values] + list(item.tags)
    )
    return (
        row,
        item.id,
        item.group,
        item.title,
        item.description,
        item.brand,
        item.price,
        item.currency,
        words,
        item.model_dump_json(),
    )


def write_database(path: Path, items: Iterable[tuple], claims: Iterable[tuple]) -> None:
    """SQLite: `items` (ITEM_COLUMNS; the whole listing as JSON in `record`), its FTS5 index, `claims` (CLAIM_COLUMNS)."""
    db = sqlite_utils.Database(path)
    db.execute(
        "pragma journal_mode = off"
    )  # nobody reads it before it is whole; a build that dies leaves nothing behind
    db.execute("pragma synchronous = off")
    db["items"].create(ITEM_COLUMNS, pk="row")
    db["claims"].create(CLAIM_COLUMNS)
    with db.conn:
        db.conn.executemany(
            f"insert into items values ({','.join('?' * len(ITEM_COLUMNS))})", items
        )
        db.conn.executemany(
            f"insert into claims values ({','.join('?' * len(CLAIM_COLUMNS))})", claims
        )
    db["items"].create_index(["id"], unique=True)
    db["items"].enable_fts(
        ["title", "description", "brand", "words"], tokenize="porter unicode61 remove_diacritics 2"
    )
    db["items"].optimize()  # one tree of words instead of many: queries read less
    db["claims"].create_index(["row"])
    db.execute("pragma synchronous = full")
    db.close()
