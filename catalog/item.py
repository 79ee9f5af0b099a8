"""An item as the shop lists it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

import vocabulary


class Item(BaseModel):
    """A listing with its picture: one colour of a design, in all its sizes.

    Attributes:
        image: The picture's path, relative to the catalogue's folder.
        sizes: {size: stock}; None if the stock is unknown, which counts as available.
        attributes: {facet: values} that the shop states in structured fields, in the vocabulary's
            words. A facet that is absent is not stated, which is not "no".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=500)
    description: str = Field(default="", max_length=10_000)
    brand: str = ""
    price: float | None = Field(default=None, ge=0)
    currency: str = "EUR"
    image: str = ""
    link: str = ""
    item_group_id: str = ""
    sizes: dict[str, int | None] = {}
    available: bool = True
    attributes: dict[str, tuple[str, ...]] = {}
    tags: tuple[str, ...] = ()
    margin: float | None = Field(default=None, ge=0, le=1)
    sustainability: str = ""

    @field_validator("attributes")
    @classmethod
    def _known_facets(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        unknown = set(value) - set(vocabulary.FACETS)
        if unknown:
            raise ValueError(
                f"unknown facets {sorted(unknown)}; allowed: {', '.join(vocabulary.FACETS)}"
            )
        return {facet: values for facet, values in value.items() if values}

    @property
    def group(self) -> str:
        """The design that its colourways share."""
        return self.item_group_id or self.id

    @property
    def category(self) -> str | None:
        """The stated category, if any."""
        categories = self.attributes.get("category")
        return categories[0] if categories else None

    @property
    def in_stock(self) -> bool:
        """Whether something of it can be bought now."""
        return self.available and (not self.sizes or bool(self.sizes_in_stock()))

    def sizes_in_stock(self) -> tuple[str, ...]:
        """Return the sizes that can be bought now."""
        if not self.available:
            return ()
        return tuple(size for size, stock in self.sizes.items() if stock is None or stock > 0)
