"""Labels of a shop's pictures from its own listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

import vocabulary
from catalog.listing.statements import ListingStatements
from catalog.listing.statements import statements as read_statements
from catalog.store import Catalog
from datasets.splits import bucket_of, design
from guard.evidence import listed, stated_category
from guard.picture import Look
from training.calibrate import Labelled
from training.thresholds import Examples, asked_values

HELD_OUT_BUCKETS = 30
"""Of 100 buckets of designs, those that choose, calibrate and set thresholds; the others fit."""


@dataclass(frozen=True)
class Shop:
    """A catalogue's items as training data: what each listing states, and each item's design."""

    statements: tuple[ListingStatements, ...]
    designs: tuple[str, ...]
    vectors: np.ndarray
    """(n, dim) float32"""

    def part(self, rows: np.ndarray) -> Shop:
        """Return some of the items."""
        return Shop(
            tuple(self.statements[n] for n in rows),
            tuple(self.designs[n] for n in rows),
            self.vectors[rows],
        )

    def held_out(self) -> np.ndarray:
        """Return (n,) bool: the held-out items. Items of one design are held out together."""
        buckets = [bucket_of(f"held {name}") for name in self.designs]
        return np.array([bucket < HELD_OUT_BUCKETS for bucket in buckets], dtype=bool)


def read_shop(catalog: Catalog, vectors: np.ndarray) -> Shop:
    """Return the items of a catalogue with these vectors (n, dim).

    An item's design is its title without colours.
    """
    rows = range(len(catalog))
    items, claims = catalog.items(rows), catalog.claims(rows)
    return Shop(
        tuple(read_statements(item, read) for item, read in zip(items, claims, strict=True)),
        tuple(design(item.title) or item.id for item in items),
        np.asarray(vectors, dtype=np.float32),
    )


def stated_sets(listings: Sequence[ListingStatements], facet: str) -> list[frozenset[str]]:
    """Return for each listing the leaf values that it allows, empty if it states nothing.

    "printed" allows every pattern but solid; "multicolour" states nothing, nor does a value that
    the kind cannot have.
    """
    return [_stated_values(statements, facet) for statements in listings]


def _stated_values(statements: ListingStatements, facet: str) -> frozenset[str]:
    if _unable(statements, facet):
        return frozenset()
    named = [
        s.value
        for s in statements
        if s.facet == facet and s.present and not s.conflicting and s.value not in vocabulary.SHADES
    ]
    if vocabulary.VAGUE.get(facet) in named:
        return frozenset()
    narrow = [v for v in named if not any(o != v and vocabulary.covers(facet, v, o) for o in named)]
    leaves = frozenset(vocabulary.leaf_values(facet))
    return frozenset().union(*(vocabulary.descendants(facet, value) & leaves for value in narrow))


def allowed_values(
    listings: Sequence[ListingStatements], facet: str, values: Sequence[str]
) -> np.ndarray:
    """Return (n, V) bool: the values that each listing allows.

    A row is all False if the listing states nothing or allows every value.
    """
    sets = stated_sets(listings, facet)
    allowed = np.array(
        [[value in stated for value in values] for stated in sets], dtype=bool
    ).reshape(len(sets), len(values))
    allowed[allowed.all(1)] = False
    return allowed


def able_rows(listings: Sequence[ListingStatements], facet: str) -> np.ndarray:
    """Return (n,) bool: the items whose kind can have the facet."""
    return np.array([not _unable(statements, facet) for statements in listings], dtype=bool)


def labelled(slices: np.ndarray, allowed: np.ndarray) -> Labelled:
    """Return the slices (n, size) and labels (n, V) of the items with at least one label."""
    rows = np.flatnonzero(allowed.any(1))
    return Labelled(
        torch.from_numpy(np.ascontiguousarray(slices[rows])),
        torch.from_numpy(allowed[rows]),
        torch.ones(len(rows), allowed.shape[1], dtype=torch.bool),
        torch.ones(len(rows)),
    )


def listing_examples(
    seen: Look, listings: Sequence[ListingStatements], facet: str
) -> dict[str, Examples]:
    """Return {value: examples}: the picture's probability and whether the listing states the value.

    Listings that neither state nor deny a value give no example of it.
    """
    examples = {}
    for value in asked_values(facet):
        p = seen.of(facet, value)
        if p is None:
            continue
        stated = [
            None if _unable(statements, facet) else listed(facet, value, statements).has
            for statements in listings
        ]
        rows = [row for row, has in enumerate(stated) if has is not None]
        examples[value] = Examples(p[rows], np.array([stated[row] for row in rows], dtype=bool))
    return examples


def _unable(statements: ListingStatements, facet: str) -> bool:
    """Return whether the kind cannot have the facet: such an item teaches nothing about it."""
    kind = stated_category(statements)
    return kind is not None and not vocabulary.applicable(facet, kind.value)
