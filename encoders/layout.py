"""The named slices of the space, and the facet that each of them is about."""

from __future__ import annotations

from dataclasses import dataclass

SLICES: dict[str, int] = {
    "category": 64,
    "color": 32,
    "pattern": 32,
    "silhouette": 40,
    "material": 32,
    "audience": 16,
    "appearance": 40,
}
"""Slice -> size in the built-in model, in order; together 256."""

FACET_SLICE: dict[str, str] = {
    "category": "category",
    "color": "color",
    "pattern": "pattern",
    "sleeve_length": "silhouette",
    "length": "silhouette",
    "neckline": "silhouette",
    "fit": "silhouette",
    "material": "material",
    "details": "material",
    "gender": "audience",
    "style": "appearance",
}
"""Facet of the vocabulary -> the slice that shows it. Brand, size and price are not seen in a picture."""


@dataclass(frozen=True)
class SliceLayout:
    """Where each slice lies in a vector."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    @property
    def dim(self) -> int:
        """Length of a whole vector."""
        return sum(self.sizes)

    def slice(self, name: str) -> slice:
        """The positions of a slice. Raises KeyError that names the slices there are."""
        if name not in self.names:
            raise KeyError(f"no slice {name!r}; there are: {', '.join(self.names)}")
        at = self.names.index(name)
        start = sum(self.sizes[:at])
        return slice(start, start + self.sizes[at])


BUILTIN_LAYOUT = SliceLayout(tuple(SLICES), tuple(SLICES.values()))
