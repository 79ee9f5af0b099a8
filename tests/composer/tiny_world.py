"""A tiny space with named slices and a tiny catalogue, with answers known by construction."""

from __future__ import annotations

from itertools import product

import numpy as np

import vocabulary
from catalog.sequences import string_numbers
from encoders import Prototypes, SliceLayout
from vocabulary.wish import Constraint, Wish

SIZES = {
    "category": 5,
    "color": 6,
    "pattern": 3,
    "silhouette": 8,
    "material": 5,
    "audience": 2,
    "appearance": 4,
}
FACET_SLICE = {
    "category": "category",
    "color": "color",
    "pattern": "pattern",
    "sleeve_length": "silhouette",
    "length": "silhouette",
    "material": "material",
    "details": "material",
    "gender": "audience",
}
# facet -> value -> coordinates in its slice; the last two of the silhouette slice are what all
# values of a facet share
COORDINATES = {
    "category": {"shirt": {0: 1}, "skirt": {1: 1}, "dress": {2: 1}, "bag": {3: 1}, "jeans": {4: 1}},
    "color": {
        "blue": {0: 1},
        "navy": {0: 1, 1: 1},
        "light blue": {0: 1, 3: 1},
        "red": {2: 1},
        "white": {3: 1},
        "black": {1: 1},
        "green": {4: 1},
        "grey": {5: 1, 1: 0.5, 3: 0.5},
    },
    "pattern": {"solid": {0: 1}, "striped": {1: 1}, "floral": {2: 1}},
    "sleeve_length": {"sleeveless": {0: -1, 6: 1}, "short": {1: 1, 6: 1}, "long": {0: 1, 6: 1}},
    "length": {"mini": {2: -1, 7: 1}, "knee": {3: 1, 7: 1}, "maxi": {2: 1, 7: 1}},
    "material": {"cotton": {0: 1}, "denim": {1: 1}},
    "details": {"pockets": {2: 1}, "hood": {3: 1}, "zipper": {4: 1}},
    "gender": {"women": {0: 1}, "men": {1: 1}},
}


class TinySpace:
    """Satisfies `encoders.Space`."""

    fingerprint = "tiny"
    layout = SliceLayout(tuple(SIZES), tuple(SIZES.values()))
    facet_slice = FACET_SLICE
    dim = sum(SIZES.values())

    def prototypes(self, facet: str) -> Prototypes | None:
        if facet not in COORDINATES:
            return None
        values = tuple(COORDINATES[facet])
        vectors = np.stack([self._at(facet, value) for value in values])
        exclusive = facet != "details"
        bias = np.full(len(values), 0.0 if exclusive else -6.0, dtype=np.float32)
        return Prototypes(values, vectors, 12.0, bias, exclusive)

    def _at(self, facet: str, value: str) -> np.ndarray:
        vector = np.zeros(SIZES[FACET_SLICE[facet]], dtype=np.float32)
        for place, amount in COORDINATES[facet][value].items():
            vector[place] = amount
        return vector / np.linalg.norm(vector)

    def item(
        self, seed: int = 0, noise: float = 0.1, **facets: str | tuple[str, ...]
    ) -> np.ndarray:
        """Return the vector (dim,) of an item with these values, every slice of unit length."""
        rng = np.random.default_rng(seed)
        vector = noise * rng.standard_normal(self.dim).astype(np.float32)
        for facet, values in facets.items():
            for value in (values,) if isinstance(values, str) else values:
                vector[self.layout.slice(FACET_SLICE[facet])] += self._at(facet, value)
        for name in self.layout.names:
            vector[self.layout.slice(name)] /= max(
                float(np.linalg.norm(vector[self.layout.slice(name)])), 1e-8
            )
        return vector


class TinyCatalogue:
    """Every combination of a few values, each design in all colours.

    Satisfies retrieval's Listings.
    """

    def __init__(self, space: TinySpace) -> None:
        designs = product(
            ("shirt", "skirt", "dress"), ("solid", "striped", "floral"), ("women", "men")
        )
        colors = ("blue", "navy", "red", "white", "black")
        self.records, self.groups, vectors = [], [], []
        for number, (category, pattern, gender) in enumerate(designs):
            for color in colors:
                facets = {
                    "category": category,
                    "pattern": pattern,
                    "gender": gender,
                    "color": color,
                    "sleeve_length": ("sleeveless", "short", "long")[number % 3],
                    "details": "pockets" if number % 2 else "zipper",
                }
                vectors.append(space.item(seed=len(vectors), **facets))
                self.records.append(facets)
                self.groups.append(f"design-{number}")
        self.vectors = np.stack(vectors).astype(np.float16)
        self.ids = [f"item-{row:03d}" for row in range(len(vectors))]
        self.contradicted: set[int] = set()

    @property
    def designs(self) -> np.ndarray:
        return string_numbers(self.groups)

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, **facets: str) -> set[int]:
        """Return the rows of items that have these values, children included."""
        return {
            row
            for row, record in enumerate(self.records)
            if all(
                vocabulary.covers(facet, value, record[facet]) for facet, value in facets.items()
            )
        }

    def allowed_rows(self, constraints) -> np.ndarray:
        mask = np.ones(len(self), dtype=bool)
        mask[list(self.contradicted)] = False
        return mask

    def text_search(
        self, query: str, k: int, rows: np.ndarray | None = None
    ) -> list[tuple[int, float]]:
        found = [
            (row, float(sum(word in record.values() for word in query.split())))
            for row, record in enumerate(self.records)
            if rows is None or rows[row]
        ]
        return sorted((hit for hit in found if hit[1] > 0), key=lambda hit: (-hit[1], hit[0]))[:k]


def wish(*constraints: str, words: str = "", **options: object) -> Wish:
    """Return a wish from lines such as "require color navy"."""
    parts = [line.split(" ", 2) for line in constraints]
    return Wish(
        words=words,
        constraints=tuple(
            Constraint(op=op, facet=facet, value=value, **options) for op, facet, value in parts
        ),
    )
