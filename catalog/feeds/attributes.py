"""The attributes that a Google Merchant row states, in the vocabulary's words."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import vocabulary
from catalog.feeds.product import Product
from catalog.feeds.values import ValueReader

CATEGORIES_FILE = Path(__file__).with_name("google_categories.toml")
_DETAIL_FACETS = {
    "sleeve": "sleeve_length",
    "neck": "neckline",
    "collar": "neckline",
    "fit": "fit",
    "length": "length",
    "pattern": "pattern",
    "print": "pattern",
    "material": "material",
    "fabric": "material",
    "style": "style",
    "occasion": "style",
    "feature": "details",
    "detail": "details",
    "closure": "details",
}
_AUDIENCE = {
    "male": ("men", "boys"),
    "female": ("women", "girls"),
    "men": ("men", "boys"),
    "women": ("women", "girls"),
}
_CHILD = frozenset({"kids", "toddler", "infant", "newborn", "child", "children"})


@cache
def _google_categories() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return Google's category numbers and category words with our values."""
    content = tomllib.loads(CATEGORIES_FILE.read_text(encoding="utf-8"))
    words = {
        word: (value,) if isinstance(value, str) else tuple(value)
        for word, value in content["category"].items()
    }
    return content["ids"], words


def read_attributes(product: Product, reader: ValueReader) -> dict[str, tuple[str, ...]]:
    """Return the attributes that the structured fields state, in the vocabulary's words."""
    attributes = {
        "category": _category(product, reader),
        "color": reader.read("color", product.color),
        "material": reader.read("material", product.material),
        "pattern": reader.read("pattern", product.pattern),
        "gender": _gender(product, reader),
    }
    for detail in product.product_detail:
        name, _, value = detail.rpartition(":")
        facet = next((f for word, f in _DETAIL_FACETS.items() if word in name.lower()), None)
        if facet and not attributes.get(facet):
            attributes[facet] = reader.read(facet, value)
    return {facet: values for facet, values in attributes.items() if values}


def _category(product: Product, reader: ValueReader) -> tuple[str, ...]:
    """Return the last known part of product_type, else of google_product_category.

    google_product_category holds words or a number.
    """
    for path in (product.product_type, product.google_product_category):
        parts = [part.strip() for part in path.replace("/", ">").split(">") if part.strip()]
        readings = {part: _category_part(part, reader) for part in reversed(parts)}
        category = next((values for values in readings.values() if values), None)
        if category:
            return category
        unknown = next((part for part, values in readings.items() if values is None), None)
        if unknown is not None:
            reader.count_unknown("category", vocabulary.normal(unknown))
    return ()


def _category_part(part: str, reader: ValueReader) -> tuple[str, ...] | None:
    """Return the values of a part; () if it is known to name no kind, None if it is unknown."""
    ids, words = _google_categories()
    if part in ids:
        return (ids[part],)
    known = reader.known("category", part)
    if known is None:
        known = words.get(vocabulary.normal(part))
    return reader.by_ending("category", vocabulary.normal(part)) if known is None else known


def _gender(product: Product, reader: ValueReader) -> tuple[str, ...]:
    """Return the audience, which Google splits into gender and age group."""
    values = reader.read("gender", vocabulary.normal(product.gender))
    adult = values[0] if values else ""
    if adult not in _AUDIENCE:
        return values
    is_child = vocabulary.normal(product.age_group) in _CHILD
    return (_AUDIENCE[adult][is_child],)
