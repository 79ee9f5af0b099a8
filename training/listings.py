"""Labels of a shop's pictures from its own listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

import vocabulary
from catalog.listing.statements import ListingStatements, statements
from catalog.store import Catalog
from datasets.splits import bucket_of, design
from guard.evidence import listed, stated_category
from guard.picture import Look
from training.calibrate import Labelled
from training.thresholds import Examples, asked_values

HELD = 30
"""Designs of this many of 100 buckets choose, calibrate and set thresholds; the others fit."""


@dataclass(frozen=True)
class Shop:
    """A catalogue's items as teachers: what each listing states, and which design each is of."""

    told: tuple[ListingStatements, ...]
    designs: tuple[str, ...]
    vectors: np.ndarray
    """(n, dim) float32"""

    def part(self, rows: np.ndarray) -> Shop:
        """Return some of the items."""
        return Shop(
            tuple(self.told[n] for n in rows),
            tuple(self.designs[n] for n in rows),
            self.vectors[rows],
        )

    def held(self) -> np.ndarray:
        """Return (n,) bool: the items that do not fit but choose. Of one design, all or none."""
        return np.array([bucket_of(f"held {name}") < HELD for name in self.designs], dtype=bool)


def read_shop(catalog: Catalog, vectors: np.ndarray) -> Shop:
    """Return the items of a catalogue with these vectors.

    A design: the group where the shop gives one, and the title without its colours.
    """
    rows = range(len(catalog))
    items, claims = catalog.items(rows), catalog.claims(rows)
    told = tuple(statements(item, said) for item, said in zip(items, claims, strict=True))
    return Shop(
        told,
        tuple(design(item.title) or item.id for item in items),
        np.asarray(vectors, dtype=np.float32),
    )


def stated_sets(told: Sequence[ListingStatements], facet: str) -> list[frozenset[str]]:
    """Return an entry an item.

    The leaf values that its listing leaves open, empty where it tells nothing.

    "printed" leaves every pattern but solid; "multicolour" tells nothing, nor does a value that the
    kind cannot have.
    """
    return [_stated(statements, facet) for statements in told]


def _stated(statements: ListingStatements, facet: str) -> frozenset[str]:
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
    told: Sequence[ListingStatements], facet: str, values: Sequence[str]
) -> np.ndarray:
    """Return (n, V) bool.

    The values that each listing leaves open; a row of False where it tells nothing, or leaves all
    open.
    """
    sets = stated_sets(told, facet)
    allowed = np.array(
        [[value in stated for value in values] for stated in sets], dtype=bool
    ).reshape(len(sets), len(values))
    allowed[allowed.all(1)] = False
    return allowed


def able_rows(told: Sequence[ListingStatements], facet: str) -> np.ndarray:
    """Return (n,) bool: the items whose kind can have the facet."""
    return np.array([not _unable(statements, facet) for statements in told], dtype=bool)


def labelled(slices: np.ndarray, allowed: np.ndarray) -> Labelled:
    """Slices (n, size) of those items of `allowed` (n, V) whose listings tell something, with their
    labels."""
    kept = np.flatnonzero(allowed.any(1))
    return Labelled(
        torch.from_numpy(np.ascontiguousarray(slices[kept])),
        torch.from_numpy(allowed[kept]),
        torch.ones(len(kept), allowed.shape[1], dtype=torch.bool),
        torch.ones(len(kept)),
    )


def listing_examples(
    seen: Look, told: Sequence[ListingStatements], facet: str
) -> dict[str, Examples]:
    """value -> what the picture says of it, and whether the listing says that it holds, where the
    listing says."""
    found = {}
    for value in asked_values(facet):
        p = seen.of(facet, value)
        if p is None:
            continue
        said = [
            None if _unable(statements, facet) else listed(facet, value, statements).has
            for statements in told
        ]
        rows = [row for row, has in enumerate(said) if has is not None]
        found[value] = Examples(p[rows], np.array([said[row] for row in rows], dtype=bool))
    return found


def _unable(statements: ListingStatements, facet: str) -> bool:
    """Return whether the kind cannot have the facet, so that its absence teaches nothing about
    pictures."""
    kind = stated_category(statements)
    return kind is not None and not vocabulary.applicable(facet, kind.value)
