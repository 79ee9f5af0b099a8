"""A catalogue and its updates written into one: dead rows go, fresh ones join the rest, in a folder that is swapped in whole."""

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
from catalog.part import save_names
from catalog.sequences import PackedStrings
from catalog.store import Catalog
from catalog.swap import alone, replacing
from catalog.writing import write_database

SHARE = 0.1
"""Fresh and dead rows, as a share of all, from which a catalogue is due: searches look at them one by one."""
LEAST = 1_000
CHUNK = 65_536
FITTED = "fitted"
"""Where the guard's room keeps what was fitted to the shop."""
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


def due(folder: Path) -> bool:
    """Whether so much has changed that the catalogue should be written anew."""
    catalog = Catalog.open(folder)
    fresh = len(catalog) - len(catalog.parts[0])
    loose = fresh + int((~catalog.alive).sum())
    catalog.close()
    return loose > max(LEAST, SHARE * len(catalog))


def compact(folder: Path, prepare: Callable[[Path], None] = lambda folder: None) -> dict:
    """Writes the catalogue in `folder` anew without its dead rows; returns its manifest. Memory stays small.

    prepare: called with the new folder before it takes the old one's place (search lists that readers would wait for).
    Readers keep the state that they have open. Raises WorkError where another update is at work.
    """
    with alone(folder):
        catalog = Catalog.open(folder)
        if len(catalog.parts) == 1 and catalog.alive.all():
            return catalog.manifest
        with replacing(folder) as fresh:
            _write(catalog, fresh)
            _link_pictures(catalog, fresh)
            files.link_rest(catalog.folder, fresh, _WRITTEN)
            (fresh / FITTED / files.BASE_VECTORS).unlink(
                missing_ok=True
            )  # of rows that are no longer all there
            made_of = (fresh / files.DIGESTS).read_bytes()
            manifest = {
                name: value for name, value in catalog.manifest.items() if name != files.PARTS
            }
            manifest |= {"items": catalog.live, "content": hashlib.sha256(made_of).hexdigest()}
            files.write_json(fresh / files.MANIFEST, manifest)
            prepare(fresh)
        catalog.close()
        return manifest


def _write(catalog: Catalog, fresh: Path) -> None:
    alive, starts = catalog.alive, _starts(catalog)
    new_row = np.cumsum(alive) - 1
    items = catalog.live
    bar = tqdm(
        _rows(catalog, "items", starts),
        total=items,
        desc="writing anew",
        unit="item",
        mininterval=1,
    )
    write_database(
        fresh / files.DATABASE,
        ((int(new_row[row]), *rest) for row, rest in bar),
        ((int(new_row[row]), *rest) for row, rest in _rows(catalog, "claims", starts)),
    )
    pieces = [
        alive[start : start + len(part)] for part, start in zip(catalog.parts, starts, strict=True)
    ]
    FacetTable.joined([part.facets for part in catalog.parts], pieces).save(
        fresh / files.FACETS_FILE
    )
    rows = np.flatnonzero(alive)
    save_names(
        fresh / files.NAMES,
        PackedStrings.of(catalog.ids[row] for row in rows.tolist()),
        PackedStrings.of(catalog.groups[row] for row in rows.tolist()),
    )
    np.save(
        fresh / files.DIGESTS,
        np.concatenate(
            [
                load_digests(part, catalog.folder)[kept]
                for part, kept in zip(catalog.parts, pieces, strict=True)
            ]
        ),
    )
    out = np.lib.format.open_memmap(
        fresh / files.VECTORS, mode="w+", dtype=np.float16, shape=(items, catalog.vectors.shape[1])
    )
    for start in range(0, items, CHUNK):
        out[start : start + CHUNK] = catalog.vectors[rows[start : start + CHUNK]]
    out.flush()


def _starts(catalog: Catalog) -> list[int]:
    return np.cumsum([0, *(len(part) for part in catalog.parts[:-1])]).tolist()


def _rows(catalog: Catalog, table: str, starts: list[int]) -> Iterator[tuple[int, tuple]]:
    """(row, the other columns) of every row that is alive."""
    for part, start in zip(catalog.parts, starts, strict=True):
        for row, *rest in part.records(table):
            if catalog.alive[start + row]:
                yield start + row, tuple(rest)


def _link_pictures(catalog: Catalog, fresh: Path) -> None:
    source = catalog.folder / files.IMAGES
    if source.is_symlink():
        (fresh / files.IMAGES).symlink_to(source.resolve())
        return
    (fresh / files.IMAGES).mkdir()
    for _, record in _rows(catalog, "items", _starts(catalog)):
        image = json.loads(record[-1])["image"]
        if image and (catalog.folder / image).is_file() and not (fresh / image).exists():
            files.link(catalog.folder / image, fresh / image)


def one_part(folder: Path) -> None:
    """Compacts a catalogue that has updates, for work that needs all rows in one part."""
    if files.read_manifest(folder).get(files.PARTS):
        compact(folder)
