"""What a simulated shopper can know of a catalogue: what each thing is, which design it belongs to, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import vocabulary
from catalog.store import Catalog
from datasets.splits import design, design_role

Truth = dict[str, frozenset[str]]


@dataclass(frozen=True)
class World:
    """truth, designs and prices of the rows in order; targets: rows that a shopper may have in mind."""

    name: str
    ids: tuple[str, ...]
    truth: tuple[Truth, ...]
    designs: tuple[str, ...]
    prices: np.ndarray
    targets: tuple[int, ...]


def open_world(catalog: Catalog) -> World:
    """A drawn catalogue by its drawn truth, any other by its listings; of product photos, targets are the held-out designs."""
    ids, items = tuple(catalog.ids), catalog.items(range(len(catalog)))
    drawn = catalog.truth(ids)
    if len(drawn) == len(ids):
        truth = [
            {f: frozenset(map(str, values)) for f, values in drawn[id_].items()} for id_ in ids
        ]
        designs = tuple(map(str, catalog.groups))
        targets = range(len(ids))
    else:
        truth = [{f: frozenset(values) for f, values in item.attributes.items()} for item in items]
        designs = tuple(design(item.title) for item in items)
        targets = [row for row, item in enumerate(items) if design_role(item.title) == "report"]
    for held, item in zip(truth, items, strict=True):
        if item.brand:
            held["brand"] = frozenset({item.brand})
    told = [
        row
        for row in targets
        if len(truth[row].get("category", ())) == 1 and truth[row].get("color")
    ]
    return World(
        catalog.folder.name,
        ids,
        tuple(truth),
        designs,
        np.asarray(catalog.prices, dtype=float),
        tuple(told),
    )


def values(truth: Truth, facet: str) -> frozenset[str]:
    """The facet's values without shades, which say little by themselves."""
    held = truth.get(facet, frozenset())
    return held - frozenset(vocabulary.SHADES) if facet == "color" else held
