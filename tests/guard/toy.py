"""A tiny encoder with known answers: a facet's values are the axes of its own slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import vocabulary
from catalog.item import Item

SEEN = (
    "category",
    "color",
    "pattern",
    "sleeve_length",
    "length",
    "neckline",
    "details",
    "material",
    "style",
)
SCALE = 20.0


@dataclass(frozen=True)
class ToyPrototypes:
    values: tuple[str, ...]
    vectors: np.ndarray
    scale: float
    bias: np.ndarray
    exclusive: bool


class ToyLayout:
    def slice(self, name: str) -> slice:
        start = sum(len(vocabulary.leaf_values(f)) + 1 for f in SEEN[: SEEN.index(name)])
        return slice(start, start + len(vocabulary.leaf_values(name)) + 1)


class ToyEncoder:
    """Each slice has an axis a value and one more, which stands for "nothing to be seen"."""

    fingerprint = "toy"
    layout = ToyLayout()
    facet_slice: ClassVar[dict[str, str]] = {facet: facet for facet in SEEN}
    dim = sum(len(vocabulary.leaf_values(f)) + 1 for f in SEEN)

    def prototypes(self, facet: str) -> ToyPrototypes | None:
        if facet not in SEEN:
            return None
        values = vocabulary.leaf_values(facet)
        axes = np.eye(len(values), len(values) + 1, dtype=np.float32)
        details = facet == "details"
        return ToyPrototypes(
            values, axes, SCALE, np.full(len(values), -SCALE / 2 if details else 0.0), not details
        )

    def picture(self, **shown: str) -> np.ndarray:
        """(dim,) of a picture that shows these values, nothing of the other facets."""
        vector = np.zeros(self.dim, dtype=np.float32)
        for facet in SEEN:
            part = self.layout.slice(facet)
            values = vocabulary.leaf_values(facet)
            names = shown.get(facet, "").split("|") if facet in shown else []
            for name in names:
                vector[part.start + values.index(name)] = 1.0
            if not names:
                vector[part.stop - 1] = 1.0
            vector[part] /= np.linalg.norm(vector[part])
        return vector


def item(
    title: str = "Thing",
    description: str = "",
    *,
    id: str = "a",
    brand: str = "",
    price: float | None = None,
    sizes: dict[str, int | None] | None = None,
    **attributes: str,
) -> Item:
    """An item; attributes as facet="one|two"."""
    return Item(
        id=id,
        title=title,
        description=description,
        brand=brand,
        price=price,
        sizes=sizes or {},
        attributes={facet: tuple(stated.split("|")) for facet, stated in attributes.items()},
    )
