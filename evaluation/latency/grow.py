"""Growth of a small catalogue into a large one for measuring speed.

Copies get perturbed vectors and different brands, prices and stock. They share pictures and words
with their originals, so a grown catalogue can measure time and memory but never quality.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import vocabulary
from catalog import files
from catalog.facets import FacetTable
from catalog.item import Item
from catalog.part import save_names
from catalog.sequences import PackedStrings
from catalog.store import Catalog
from catalog.swap import replacing
from catalog.writing import item_record, write_database

NOISE = 0.03
"""Standard deviation of the noise added to every coordinate of a unit slice."""
CHUNK = 50_000
"""Number of vector rows written at a time."""
SOLD_OUT = 0.05
"""Share of the copies that are out of stock."""


def grow(source: Path, out: Path, items: int, seed: int = 0) -> Path:
    """Write a catalogue of `items` items to `out`, grown from the one at `source`; return `out`.

    Rows are streamed, so memory does not grow with `items` except for a few numbers per row.
    """
    catalog = Catalog.open(source)
    rng = np.random.default_rng(seed)
    originals = catalog.items(range(min(items, len(catalog))))
    claims = catalog.claims(range(len(originals)))
    varied = _Varied(originals, items, rng)
    with replacing(out) as folder:
        write_database(
            folder / files.DATABASE,
            tqdm(varied.records(), total=items, desc="growing", unit="item", mininterval=2),
            (
                (row, c.facet, c.value, int(c.present), c.source)
                for row in range(items)
                for c in claims[row % len(originals)]
            ),
        )
        _table(FacetTable.of(originals, claims), varied).save(folder / files.FACETS_FILE)
        save_names(
            folder / files.NAMES,
            PackedStrings.of(varied.id(row) for row in range(items)),
            PackedStrings.of(varied.group(row) for row in range(items)),
        )
        _write_vectors(folder / files.VECTORS, catalog, items, rng)
        (folder / files.IMAGES).symlink_to((Path(source) / files.IMAGES).resolve())
        files.write_json(
            folder / files.MANIFEST,
            {
                **catalog.manifest,
                "kind": "grown",
                "items": items,
                "content": f"grown-{seed}-{items}-{catalog.manifest['content']}",
                "command": f"python -m evaluation latency --items {items}",
            },
        )
    catalog.close()
    return out


class _Varied:
    """The rows of a grown catalogue: the originals, then copies under other ids and designs."""

    def __init__(self, originals: Sequence[Item], items: int, rng: np.random.Generator) -> None:
        self.originals, self.items, self.first = originals, items, len(originals)
        factors = rng.uniform(0.7, 1.4, items)
        own = np.array([np.nan if item.price is None else item.price for item in originals])
        rows = np.arange(items)
        self.price = np.where(
            rows < self.first, own[rows % self.first], np.round(own[rows % self.first] * factors, 2)
        )
        self.brands = sorted({item.brand for item in originals if item.brand})
        self.brand = np.where(
            rows < self.first, -1, rng.integers(0, max(1, len(self.brands)), items)
        )
        self.sold_out = (rows >= self.first) & (rng.random(items) < SOLD_OUT)

    def id(self, row: int) -> str:
        """Return the id of a row."""
        return self._named(self.originals[row % self.first].id, row)

    def group(self, row: int) -> str:
        """Return the design of a row."""
        return self._named(self.originals[row % self.first].group, row)

    def _named(self, name: str, row: int) -> str:
        return f"{name}~{row // self.first}" if row >= self.first else name

    def records(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the table `items`."""
        plain = [item_record(0, item) for item in self.originals]
        parsed = [json.loads(record[-1]) for record in plain]
        for row in range(self.items):
            base, listing = plain[row % self.first], parsed[row % self.first]
            if row < self.first:
                yield (row, *base[1:])
                continue
            price = None if np.isnan(self.price[row]) else float(self.price[row])
            changed = {
                "id": self.id(row),
                "item_group_id": self.group(row),
                "price": price,
                "available": not self.sold_out[row],
            }
            if listing["brand"]:
                changed["brand"] = self.brands[self.brand[row]]
            changed["available"] = bool(listing["available"] and changed["available"])
            record = json.dumps({**listing, **changed}, separators=(",", ":"), ensure_ascii=False)
            brand = changed.get("brand", base[5])
            yield (
                row,
                changed["id"],
                changed["item_group_id"],
                *base[3:5],
                brand,
                price,
                *base[7:9],
                record,
            )


def _table(base: FacetTable, varied: _Varied) -> FacetTable:
    """Return the originals' columns repeated, with separate brands, prices and stock for copies."""
    rows = np.arange(varied.items) % varied.first

    def repeated(bits: np.ndarray) -> np.ndarray:
        return np.packbits(np.unpackbits(bits, count=base.n)[rows])

    code = {name: number for number, name in enumerate(base.brands)}
    codes = np.array(
        [code[vocabulary.normal(name)] for name in varied.brands] or [-1], dtype=np.int32
    )
    brand = np.where(
        (varied.brand < 0) | (base.brand[rows] < 0), base.brand[rows], codes[varied.brand]
    )
    return FacetTable(
        varied.items,
        {key: repeated(bits) for key, bits in base.affirmed.items()},
        {key: repeated(bits) for key, bits in base.denied.items()},
        varied.price.astype(np.float32),
        brand.astype(np.int32),
        base.brands,
        base.sized[rows],
        base.available[rows] & ~varied.sold_out,
    )


def _write_vectors(path: Path, catalog: Catalog, items: int, rng: np.random.Generator) -> None:
    sizes = list(catalog.manifest["slices"].values())
    originals = np.asarray(catalog.vectors)
    out = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.float16, shape=(items, originals.shape[1])
    )
    for start in range(0, items, CHUNK):
        rows = np.arange(start, min(start + CHUNK, items))
        out[rows] = originals[rows % len(originals)]
        copies = rows[rows >= len(originals)]
        out[copies] = perturbed(originals[copies % len(originals)], sizes, rng)
    out.flush()


def perturbed(vectors: np.ndarray, sizes: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Return the vectors (n, dim) with noise, as float16, every slice rescaled to unit length."""
    noisy = vectors.astype(np.float32) + NOISE * rng.standard_normal(
        vectors.shape, dtype=np.float32
    )
    start = 0
    for size in sizes:
        part = noisy[:, start : start + size]
        part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-6)
        start += size
    return noisy.astype(np.float16)
