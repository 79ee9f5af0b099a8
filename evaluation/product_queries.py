"""Composed queries on real product photos: a reference, one change in words, and what counts as a hit.

A change of colour, of type or of pattern. A hit has the reference's type and audience and the named colour (recolour),
its colour and audience and the named type (retype), or its type, colour and audience and the named pattern
(repattern), all by the shop's own columns; the pattern is what the display name tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.labelled.photos import FOLDERS, read_photos

FREQUENT = 20
"""Types and colours with so many photos in the folder are classes."""

KINDS = ("recolour", "retype", "repattern")
FACETS = {"recolour": "color", "retype": "category", "repattern": "pattern"}
PHRASES: dict[str, tuple[str, ...]] = {
    "recolour": ("like this but in {}", "the same in {} please", "I'd like it in {}"),
    "retype": ("{} like this", "something like this, but {}", "I want {} that look like this"),
    "repattern": ("like this but {}", "the same, {}", "make it {}"),
}
PATTERN_WORDS = {"striped": "striped", "checked": "checked", "graphic": "with a print", "solid": "plain"}


@dataclass(frozen=True)
class Product:
    """One product photo with the shop's classes; "" where a class is rare or unknown."""

    id: str
    type: str
    color: str
    pattern: str
    audience: str


@dataclass(frozen=True)
class ComposedQuery:
    """A reference (row in the gallery) and a phrase that names one change; targets: rows that are hits."""

    kind: str
    reference: int
    value: str
    phrase: str
    targets: frozenset[int]


def read_products(data: Path, role: str) -> list[Product]:
    """The product photos whose design plays this role (report, choose, train). Raises InputError without data."""
    photos = [photo for photo in read_photos(data) if photo.source == "product"]
    types, colors = (_frequent(photo.shop.get(name, "") for photo in photos) for name in ("article", "base"))
    return [Product(photo.id, _class(photo.shop, "article", types), _class(photo.shop, "base", colors),
                    photo.shop.get("shop_pattern", ""), photo.shop["audience"])
            for photo in photos if photo.role == role]


def _class(shop: Mapping[str, str], name: str, classes: set[str]) -> str:
    return shop.get(name, "") if shop.get(name) in classes else ""


def photo_path(data: Path, product: Product) -> Path:
    """Where the product's picture lies."""
    return data / FOLDERS["product"] / "images" / f"{product.id}.jpg"


def _frequent(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if name and count >= FREQUENT}


def sample_queries(products: Sequence[Product], kind: str, count: int, seed: int) -> list[ComposedQuery]:
    """Up to `count` different (reference, named value) pairs that have a hit, drawn with a seed."""
    keys: dict[str, Callable[[Product], tuple[str, ...]]] = {
        "recolour": lambda p: (p.type, p.audience), "retype": lambda p: (p.color, p.audience),
        "repattern": lambda p: (p.type, p.color, p.audience)}
    own: Callable[[Product], str] = {"recolour": lambda p: p.color, "retype": lambda p: p.type,
                                     "repattern": lambda p: p.pattern}[kind]
    rows_of: dict[tuple[str, ...], dict[str, set[int]]] = {}
    for row, product in enumerate(products):
        if all(keys[kind](product)) and own(product):
            rows_of.setdefault(keys[kind](product), {}).setdefault(own(product), set()).add(row)
    pairs = [(row, value, frozenset(found))
             for by_value in rows_of.values() for value, found in sorted(by_value.items())
             for other, rows in sorted(by_value.items()) if other != value for row in sorted(rows)]
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    chosen = rng.permutation(len(pairs))[:count]
    return [ComposedQuery(kind, row, value, _phrase(kind, value, rng), targets)
            for row, value, targets in (pairs[place] for place in sorted(chosen))]


def _phrase(kind: str, value: str, rng: np.random.Generator) -> str:
    said = PATTERN_WORDS[value] if kind == "repattern" else value.lower()
    return PHRASES[kind][rng.integers(len(PHRASES[kind]))].format(said)
