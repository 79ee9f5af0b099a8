"""An item as the shop lists it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

import vocabulary


class Item(BaseModel):
    """One purchasable variant group of a colour: a listing with its picture.

    `attributes` holds what the shop states in structured fields, {facet: values} in the vocabulary's words; a facet
    that is absent is not stated (silent), which is not "no". `image` is relative to the catalogue's folder.
    Sizes map to the stock in that size (None: stock unknown, taken as available).
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
        """Colourways of one design share it."""
        return self.item_group_id or self.id

    @property
    def category(self) -> str | None:
        """The stated category, if any."""
        stated = self.attributes.get("category")
        return stated[0] if stated else None

    def sizes_in_stock(self) -> tuple[str, ...]:
        """Sizes that can be bought now."""
        return (
            tuple(size for size, stock in self.sizes.items() if stock is None or stock > 0)
            if self.available
            else ()
        )
