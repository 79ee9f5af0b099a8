"""Named slices of the vector space, and the facets that each of them shows."""

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
"""{slice: its size in the built-in model}, in order; 256 in all."""

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
"""{facet: the slice that shows it}. No picture shows brand, size or price."""


@dataclass(frozen=True)
class SliceLayout:
    """The names and sizes of a vector's slices, in order."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    @property
    def dim(self) -> int:
        """Length of a whole vector."""
        return sum(self.sizes)

    def slice(self, name: str) -> slice:
        """Return a slice's coordinates. Raises KeyError, listing the slices, if there is none."""
        if name not in self.names:
            raise KeyError(f"no slice {name!r}; there are: {', '.join(self.names)}")
        number = self.names.index(name)
        start = sum(self.sizes[:number])
        return slice(start, start + self.sizes[number])


BUILTIN_LAYOUT = SliceLayout(tuple(SLICES), tuple(SLICES.values()))
