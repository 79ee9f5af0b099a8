"""What a simulated shopper can know of a catalogue: its items' attributes, designs and prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import vocabulary
from catalog.store import Catalog
from datasets.splits import design, design_role

Truth = dict[str, frozenset[str]]
"""Facet -> values of one item."""


@dataclass(frozen=True)
class World:
    """Truth, designs and prices by row; targets: the rows that a shopper may have in mind."""

    name: str
    ids: tuple[str, ...]
    truth: tuple[Truth, ...]
    designs: tuple[str, ...]
    prices: np.ndarray
    targets: tuple[int, ...]


def open_world(catalog: Catalog) -> World:
    """Return the world of a catalogue: from the drawn truth if it has one, else from its listings.

    For product photos, only held-out designs are targets. Every target has exactly one category
    and a colour.
    """
    ids, items = tuple(catalog.ids), catalog.items(range(len(catalog)))
    drawn = catalog.truth(ids)
    truth: list[Truth]
    if len(drawn) == len(ids):
        truth = [
            {facet: frozenset(map(str, values)) for facet, values in drawn[id_].items()}
            for id_ in ids
        ]
        designs = tuple(map(str, catalog.groups))
        rows = list(range(len(ids)))
    else:
        truth = [{f: frozenset(values) for f, values in item.attributes.items()} for item in items]
        designs = tuple(design(item.title) for item in items)
        rows = [row for row, item in enumerate(items) if design_role(item.title) == "report"]
    for attributes, item in zip(truth, items, strict=True):
        if item.brand:
            attributes["brand"] = frozenset({item.brand})
    targets = tuple(
        row for row in rows if len(truth[row].get("category", ())) == 1 and truth[row].get("color")
    )
    prices = np.asarray(catalog.prices, dtype=float)
    return World(catalog.folder.name, ids, tuple(truth), designs, prices, targets)


def values(truth: Truth, facet: str) -> frozenset[str]:
    """Return the facet's values without shades, which say little on their own."""
    all_values = truth.get(facet, frozenset())
    return all_values - frozenset(vocabulary.SHADES) if facet == "color" else all_values
