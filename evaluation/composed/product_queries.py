"""Composed queries on real product photos: a reference, a change in words, and the hits.

The change is one of colour, type or pattern. Hits are determined by the shop's own columns, and for
the pattern by the display name. A hit has the reference's type and audience and the named colour
(recolour), its colour and audience and the named type (retype), or its type, colour and audience
and the named pattern (repattern). The wordings benchmark has three more kinds: a colour other than
the reference's (exclude_color), another pattern (exclude_pattern), and a colour and a pattern at
once (two_changes).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import vocabulary
from datasets.photos import FOLDERS, read_photos

MIN_PHOTOS = 20
"""Types and colours with at least this many photos in the folder are classes."""

KINDS = ("recolour", "retype", "repattern")
FACETS = {"recolour": "color", "retype": "category", "repattern": "pattern"}
MORE_KINDS = ("exclude_color", "exclude_pattern", "two_changes")
PHRASES: dict[str, tuple[str, ...]] = {
    "recolour": (
        "like this but in {color}",
        "the same in {color} please",
        "I'd like it in {color}",
    ),
    "retype": (
        "{type} like this",
        "something like this, but {type}",
        "I want {type} that look like this",
    ),
    "repattern": ("like this but {pattern}", "the same, {pattern}", "make it {pattern}"),
    "exclude_color": ("like this, but not {color}",),
    "exclude_pattern": ("like this, but not {pattern}",),
    "two_changes": ("like this but {pattern} and in {color}",),
}
PATTERN_WORDS = {"graphic": "with a print", "solid": "plain"}
"""The phrases' word for a pattern, if it is not the pattern's name."""
_PLACES = {"color": "color", "category": "type", "pattern": "pattern"}
"""Facet -> its placeholder in a phrase."""


@dataclass(frozen=True)
class Product:
    """A product photo with the shop's classes, which are "" if rare or unknown."""

    id: str
    type: str
    color: str
    pattern: str
    audience: str


@dataclass(frozen=True)
class Asked:
    """A single change that requires or excludes a value, in the shop's terms, of a facet."""

    facet: str
    value: str
    op: str = "require"


@dataclass(frozen=True)
class ComposedQuery:
    """A reference (row in the gallery) and a phrase that names the changes.

    targets: rows that are hits; changed: facets that the change affects, whose slices do not count
    towards the drift.
    """

    kind: str
    reference: int
    phrase: str
    targets: frozenset[int]
    asked: tuple[Asked, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The value of the first change, in the shop's terms."""
        return self.asked[0].value


def read_products(data: Path, role: str) -> list[Product]:
    """Return the product photos whose design has this role (report, choose, train).

    Raises InputError if the data are missing.
    """
    photos = [photo for photo in read_photos(data) if photo.source == "product"]
    types, colors = (
        _frequent(photo.shop.get(name, "") for photo in photos) for name in ("article", "base")
    )
    return [
        Product(
            photo.id,
            _class(photo.shop, "article", types),
            _class(photo.shop, "base", colors),
            photo.shop.get("shop_pattern", ""),
            photo.shop["audience"],
        )
        for photo in photos
        if photo.role == role
    ]


def _class(shop: Mapping[str, str], name: str, classes: set[str]) -> str:
    return shop.get(name, "") if shop.get(name) in classes else ""


def photo_path(data: Path, product: Product) -> Path:
    """Return the path of the product's picture."""
    return data / FOLDERS["product"] / "images" / f"{product.id}.jpg"


def _frequent(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if name and count >= MIN_PHOTOS}


_KEYS: dict[str, Callable[[Product], tuple[str, ...]]] = {
    "recolour": lambda p: (p.type, p.audience),
    "retype": lambda p: (p.color, p.audience),
    "repattern": lambda p: (p.type, p.color, p.audience),
    "exclude_color": lambda p: (p.type, p.audience),
    "exclude_pattern": lambda p: (p.type, p.audience),
    "two_changes": lambda p: (p.type, p.audience),
}
"""The fields that a hit shares with the reference, all of which must be known."""
_OWN: dict[str, Callable[[Product], tuple[Asked, ...]]] = {
    "recolour": lambda p: (Asked("color", p.color),),
    "retype": lambda p: (Asked("category", p.type),),
    "repattern": lambda p: (Asked("pattern", p.pattern),),
    "exclude_color": lambda p: (Asked("color", p.color, "exclude"),),
    "exclude_pattern": lambda p: (Asked("pattern", p.pattern, "exclude"),),
    "two_changes": lambda p: (Asked("color", p.color), Asked("pattern", p.pattern)),
}
"""The product's own values of what a change may name."""


def sample_queries(
    products: Sequence[Product], kind: str, count: int, seed: int
) -> list[ComposedQuery]:
    """Return a seeded choice of up to `count` distinct queries that have a hit.

    Queries are distinct if their pairs of (reference, named values) are.
    """
    rows_of: dict[tuple[str, ...], dict[tuple[Asked, ...], set[int]]] = {}
    for row, product in enumerate(products):
        own = _OWN[kind](product)
        if all(_KEYS[kind](product)) and all(asked.value for asked in own):
            rows_of.setdefault(_KEYS[kind](product), {}).setdefault(own, set()).add(row)
    pairs = [pair for by_value in rows_of.values() for pair in _pairs(by_value)]
    rng = np.random.default_rng([seed, (*KINDS, *MORE_KINDS).index(kind)])
    chosen = rng.permutation(len(pairs))[:count]
    return [
        worded(
            ComposedQuery(kind, row, "", targets, asked, tuple(a.facet for a in asked)),
            PHRASES[kind][rng.integers(len(PHRASES[kind]))],
        )
        for row, asked, targets in (pairs[place] for place in sorted(chosen))
    ]


def _pairs(
    by_value: Mapping[tuple[Asked, ...], set[int]],
) -> Iterable[tuple[int, tuple[Asked, ...], frozenset[int]]]:
    """Yield (reference, change, hits) among products that agree in what a hit must share."""
    ordered = sorted(by_value.items(), key=lambda pair: [a.value for a in pair[0]])
    for asked, rows_with in ordered:
        if asked[0].op == "exclude":
            hits = frozenset(
                row for other, rows in ordered if not _banned(other[0], asked[0]) for row in rows
            )
            if hits:
                yield from ((row, asked, hits) for row in sorted(rows_with))
            continue
        for other, rows in ordered:
            if all(mine.value != theirs.value for mine, theirs in zip(asked, other, strict=True)):
                yield from ((row, asked, frozenset(rows_with)) for row in sorted(rows))


def _banned(have: Asked, unwanted: Asked) -> bool:
    """Return whether excluding a value rules out an item's own value: "no blue" excludes navy."""
    excluded, own = (vocabulary.find(a.facet, a.value) or a.value for a in (unwanted, have))
    return vocabulary.covers(have.facet, excluded, own)


def worded(
    query: ComposedQuery, template: str, patterns: Mapping[str, str] = PATTERN_WORDS
) -> ComposedQuery:
    """Return the query in other words.

    template: has {color}, {type} or {pattern} for the values; patterns: the word for a pattern, if
    it is not the pattern's name.
    """
    values = {
        _PLACES[asked.facet]: patterns.get(asked.value, asked.value.lower())
        for asked in query.asked
    }
    return replace(query, phrase=template.format(**values))
