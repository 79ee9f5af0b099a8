"""Compaction of a catalogue: drops dead rows and merges the rows of updates into one part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog import files
from catalog.digests import load_digests
from catalog.facets import FacetTable
from catalog.files import Manifest
from catalog.part import SqlRow, save_names
from catalog.sequences import PackedStrings
from catalog.store import Catalog
from catalog.swap import exclusive_access, replacing
from catalog.writing import write_database

DUE_SHARE = 0.1
"""Fresh and dead rows, as a share of all, from which a catalogue is due: they slow searches."""
MIN_LOOSE_ROWS = 1_000
"""A catalogue with fewer fresh and dead rows is never due."""
ROWS_PER_BLOCK = 65_536
FITTED = "fitted"
"""The folder in which the guard keeps what was fitted to the shop."""
_WRITTEN = {
    files.DATABASE,
    files.FACETS_FILE,
    files.VECTORS,
    files.NAMES,
    files.DIGESTS,
    files.MANIFEST,
    files.PARTS,
    files.IMAGES,
}
"""What is written anew; all else is linked."""


def due(folder: Path) -> bool:
    """Return whether enough has changed that the catalogue should be compacted."""
    catalog = Catalog.open(folder)
    fresh = len(catalog) - len(catalog.parts[0])
    loose = fresh + int((~catalog.alive).sum())
    catalog.close()
    return loose > max(MIN_LOOSE_ROWS, DUE_SHARE * len(catalog))


def compact(folder: Path, prepare: Callable[[Path], None] | None = None) -> Manifest:
    """Rewrite the catalogue in `folder` without its dead rows and return its manifest.

    Memory use stays small. Readers keep the state that they have open.

    prepare: called with the new folder before it replaces the old one, to build search lists that
    readers would otherwise wait for.
    Raises WorkError if another command is changing the catalogue.
    """
    with exclusive_access(folder):
        catalog = Catalog.open(folder)
        if len(catalog.parts) == 1 and catalog.alive.all():
            return catalog.manifest
        with replacing(folder) as fresh:
            _write(catalog, fresh)
            _link_pictures(catalog, fresh)
            files.link_rest(catalog.folder, fresh, _WRITTEN)
            # These vectors include rows that no longer exist.
            (fresh / FITTED / files.BASE_VECTORS).unlink(missing_ok=True)
            content = hashlib.sha256((fresh / files.DIGESTS).read_bytes()).hexdigest()
            manifest = {
                name: value for name, value in catalog.manifest.items() if name != files.PARTS
            }
            manifest |= {"items": catalog.live, "content": content}
            files.write_json(fresh / files.MANIFEST, manifest)
            if prepare is not None:
                prepare(fresh)
        catalog.close()
        return manifest


def _write(catalog: Catalog, fresh: Path) -> None:
    new_row = np.cumsum(catalog.alive) - 1
    bar = tqdm(
        _live_records(catalog, "items"),
        total=catalog.live,
        desc="writing anew",
        unit="item",
        mininterval=1,
    )
    write_database(
        fresh / files.DATABASE,
        ((int(new_row[row]), *values) for row, values in bar),
        ((int(new_row[row]), *values) for row, values in _live_records(catalog, "claims")),
    )
    masks = [
        catalog.alive[start : start + len(part)]
        for part, start in zip(catalog.parts, _starts(catalog), strict=True)
    ]
    facets = FacetTable.joined([part.facets for part in catalog.parts], masks)
    facets.save(fresh / files.FACETS_FILE)
    rows = np.flatnonzero(catalog.alive)
    save_names(
        fresh / files.NAMES,
        PackedStrings.of(catalog.ids[row] for row in rows.tolist()),
        PackedStrings.of(catalog.groups[row] for row in rows.tolist()),
    )
    digests = [
        load_digests(part, catalog.folder)[mask]
        for part, mask in zip(catalog.parts, masks, strict=True)
    ]
    np.save(fresh / files.DIGESTS, np.concatenate(digests))
    vectors = np.lib.format.open_memmap(
        fresh / files.VECTORS,
        mode="w+",
        dtype=np.float16,
        shape=(len(rows), catalog.vectors.shape[1]),
    )
    for start in range(0, len(rows), ROWS_PER_BLOCK):
        block = rows[start : start + ROWS_PER_BLOCK]
        vectors[start : start + ROWS_PER_BLOCK] = catalog.vectors[block]
    vectors.flush()


def _starts(catalog: Catalog) -> list[int]:
    """Return the first row of each part."""
    starts: list[int] = np.cumsum([0, *(len(part) for part in catalog.parts[:-1])]).tolist()
    return starts


def _live_records(catalog: Catalog, table: str) -> Iterator[tuple[int, SqlRow]]:
    """Yield (row, the other columns) for every live row."""
    for part, start in zip(catalog.parts, _starts(catalog), strict=True):
        for row, *values in part.records(table):
            if catalog.alive[start + row]:
                yield start + row, tuple(values)


def _link_pictures(catalog: Catalog, fresh: Path) -> None:
    source = catalog.folder / files.IMAGES
    if source.is_symlink():
        (fresh / files.IMAGES).symlink_to(source.resolve())
        return
    (fresh / files.IMAGES).mkdir()
    for _, values in _live_records(catalog, "items"):
        image = json.loads(values[-1])["image"]
        if image and (catalog.folder / image).is_file() and not (fresh / image).exists():
            files.link(catalog.folder / image, fresh / image)


def one_part(folder: Path) -> None:
    """Compact a catalogue that has updates, for operations that need all rows in one part."""
    if files.read_manifest(folder).get(files.PARTS):
        compact(folder)
