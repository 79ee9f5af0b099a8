"""A larger catalogue out of a small one, for measuring speed: copies with perturbed vectors, prices and stock.

It measures time and memory, never quality: the copies share pictures with what they were made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from catalog import store
from catalog.build import replacing, write_database, write_json
from catalog.facets import FacetTable
from catalog.item import Item
from catalog.store import Catalog

NOISE = 0.03
"""Standard deviation that is added to every coordinate of a unit slice."""


def _copies(catalog: Catalog, items: int, rng: np.random.Generator) -> Iterator[tuple[int, Item]]:
    count = len(catalog)
    originals = catalog.items(range(count))
    for number in range(items):
        item, again = originals[number % count], number // count
        if again:
            price = None if item.price is None else round(item.price * float(rng.uniform(0.7, 1.4)), 2)
            item = item.model_copy(update={"id": f"{item.id}~{again}", "item_group_id": f"{item.group}~{again}",
                                           "price": price})
        yield number % count, item


def _perturbed(vectors: np.ndarray, sizes: list[int], rng: np.random.Generator) -> np.ndarray:
    """(n, dim) float16: noise added, every slice brought back to unit length."""
    noisy = vectors.astype(np.float32) + rng.normal(0, NOISE, vectors.shape).astype(np.float32)
    start = 0
    for size in sizes:
        part = noisy[:, start:start + size]
        part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-6)
        start += size
    return noisy.astype(np.float16)


def grow(source: Path, out: Path, items: int, seed: int = 0) -> Path:
    """Write a catalogue of `items` items at `out`, made from the one at `source`; returns `out`."""
    catalog = Catalog.open(source)
    rng = np.random.default_rng(seed)
    pairs = list(_copies(catalog, items, rng))
    rows = np.array([row for row, _ in pairs])
    listed = [item for _, item in pairs]
    said = catalog.claims(range(len(catalog)))
    claims = [said[row] for row in rows]
    manifest = store.read_manifest(source)
    vectors = np.asarray(catalog.vectors)[rows]
    fresh = rows.size > len(catalog)
    if fresh:
        vectors[len(catalog):] = _perturbed(vectors[len(catalog):], list(manifest["slices"].values()), rng)
    with replacing(out) as folder:
        write_database(folder / store.DATABASE, listed, claims)
        FacetTable.of(listed, claims).save(folder / store.FACETS_FILE)
        np.save(folder / store.VECTORS, vectors)
        (folder / store.IMAGES).symlink_to((source / store.IMAGES).resolve())
        write_json(folder / store.MANIFEST, {**manifest, "kind": "grown", "items": items,
                                             "command": f"python -m evaluation latency --items {items}"})
    catalog.close()
    return out
