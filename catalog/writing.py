"""Writer of a catalogue part: database with full text, bitmaps, vectors and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import sqlite_utils

from catalog import files
from catalog.facets import FacetTable
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.part import SqlRow, save_names
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
    """Write all files that `Part` reads. vectors: (n, dim) float16, one row per item."""
    write_database(
        folder / files.DATABASE,
        (item_record(row, item) for row, item in enumerate(items)),
        (
            (row, claim.facet, claim.value, int(claim.present), claim.source)
            for row, of_item in enumerate(claims)
            for claim in of_item
        ),
    )
    FacetTable.of(items, claims).save(folder / files.FACETS_FILE)
    np.save(folder / files.VECTORS, vectors)
    save_names(
        folder / files.NAMES,
        PackedStrings.of(item.id for item in items),
        PackedStrings.of(item.group for item in items),
    )


def item_record(row: int, item: Item) -> SqlRow:
    """Return an item as a row of ITEM_COLUMNS."""
    words = [value for values in item.attributes.values() for value in values]
    return (
        row,
        item.id,
        item.group,
        item.title,
        item.description,
        item.brand,
        item.price,
        item.currency,
        " ".join([*words, *item.tags]),
        item.model_dump_json(),
    )


def write_database(path: Path, items: Iterable[SqlRow], claims: Iterable[SqlRow]) -> None:
    """Write the SQLite database of a part.

    It holds `items` (ITEM_COLUMNS, with the whole listing as JSON in `record`), their FTS5 index,
    and `claims` (CLAIM_COLUMNS).
    """
    db = sqlite_utils.Database(path)
    # Nothing reads it before it is complete, and a build that dies leaves nothing behind.
    db.execute("pragma journal_mode = off")
    db.execute("pragma synchronous = off")
    db.table("items").create(ITEM_COLUMNS, pk="row")
    db.table("claims").create(CLAIM_COLUMNS)
    with db.conn:
        db.conn.executemany(
            f"insert into items values ({','.join('?' * len(ITEM_COLUMNS))})", items
        )
        db.conn.executemany(
            f"insert into claims values ({','.join('?' * len(CLAIM_COLUMNS))})", claims
        )
    db.table("items").create_index(["id"], unique=True)
    db.table("items").enable_fts(
        ["title", "description", "brand", "words"], tokenize="porter unicode61 remove_diacritics 2"
    )
    # Merge the word index into one tree, so that queries read less.
    db.table("items").optimize()
    db.table("claims").create_index(["row"])
    db.execute("pragma synchronous = full")
    db.close()
