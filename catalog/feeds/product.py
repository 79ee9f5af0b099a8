"""A validated row of a Google Merchant feed, or of a CSV with the same field names."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from catalog.feeds.lines import Row
from catalog.feeds.listing import plain
from catalog.feeds.money import Money, read_money

_SINGLE_FIELDS = (
    "id",
    "title",
    "description",
    "link",
    "price",
    "sale_price",
    "sale_price_effective_date",
    "availability",
    "brand",
    "item_group_id",
    "color",
    "gender",
    "age_group",
    "material",
    "pattern",
    "product_type",
    "google_product_category",
    "quantity",
)
"""Fields with one value."""
_ALIASES = {
    "g_id": "id",
    "colour": "color",
    "sizes": "size",
    "name": "title",
    "image": "image_link",
    "images": "additional_image_link",
    "type": "product_type",
    "category": "product_type",
}
_CUSTOM_LABELS = 5


def _availability(text: object) -> object:
    return text.lower().replace(" ", "_") if isinstance(text, str) else text


def _web_link(text: object) -> object:
    if isinstance(text, str) and text and urlsplit(text).scheme.lower() not in ("http", "https"):
        raise ValueError("not a web link; allowed: http:// or https://")
    return text


def _at_least_one(places: tuple[str, ...]) -> tuple[str, ...]:
    if not places:
        raise ValueError("none is given")
    return places


Price = Annotated[Money | None, BeforeValidator(read_money)]


class Product(BaseModel):
    """A product with the field names and meanings of Google's product data specification."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=500)
    description: str = Field(default="", max_length=10_000)
    link: Annotated[str, BeforeValidator(_web_link)] = ""
    image_link: Annotated[tuple[str, ...], AfterValidator(_at_least_one)]
    price: Price = None
    sale_price: Price = None
    sale_price_effective_date: str = ""
    availability: Annotated[
        Literal["in_stock", "out_of_stock", "preorder", "backorder"], BeforeValidator(_availability)
    ] = "in_stock"
    brand: str = Field(default="", max_length=200)
    item_group_id: str = Field(default="", max_length=200)
    color: str = Field(default="", max_length=300)
    size: tuple[str, ...] = ()
    gender: str = ""
    age_group: str = ""
    material: str = Field(default="", max_length=300)
    pattern: str = Field(default="", max_length=300)
    product_type: str = Field(default="", max_length=1000)
    google_product_category: str = Field(default="", max_length=1000)
    product_detail: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    quantity: int | None = Field(default=None, ge=0)

    @property
    def available(self) -> bool:
        """Whether it can be ordered now."""
        return self.availability != "out_of_stock"

    def price_at(self, now: datetime) -> Money | None:
        """Return the sale price if it applies at that time, else the regular price."""
        if self.sale_price is None or not _is_within(self.sale_price_effective_date, now):
            return self.price
        return self.sale_price


def _is_within(interval: str, now: datetime) -> bool:
    """Return whether `now` lies in "start/end" (ISO 8601).

    A missing or unreadable interval imposes no limit.
    """
    start, _, end = interval.partition("/")
    try:
        first, last = _moment(start), _moment(end)
    except ValueError:
        return True
    return first <= now <= last


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_product(row: Row, has_prices: bool) -> Product:
    """Return the row as a Product.

    has_prices: the feed has a price field, so a row without a price is broken.
    Raises pydantic.ValidationError.
    """
    row = Row(row.line, {_ALIASES.get(name, name): values for name, values in row.fields.items()})
    content: dict[str, object] = {
        name: value for name in _SINGLE_FIELDS if (value := row.first(name))
    }
    for name in ("title", "description"):
        if name in content:
            content[name] = plain(str(content[name]))
    content["image_link"] = tuple(
        place
        for name in ("image_link", "additional_image_link")
        for value in row.all(name)
        for place in re.split(r"\s*,\s*(?=https?://)|\s*;\s*", value)
    )
    content["size"] = tuple(
        size for value in row.all("size") for size in re.split(r"\s*[,;|]\s*", value) if size
    )
    content["product_detail"] = tuple(row.all("product_detail"))
    content["labels"] = tuple(
        plain(label) for n in range(_CUSTOM_LABELS) for label in row.all(f"custom_label_{n}")
    )
    if has_prices and "price" not in content:
        content["price"] = ""
    return Product.model_validate(content)
