"""Facts about kinds of items: where they are worn and what they can have."""

from __future__ import annotations

from functools import cache

from vocabulary.kinship import ancestors, descendants
from vocabulary.table import TABLE, leaf_values

Implied = tuple[str, str, bool]
"""(facet, value, present)"""

_RESTRICTED: frozenset[str] = frozenset(
    attribute
    for attributes in (
        *(where.has for where in TABLE.zones.values()),
        *(kind.has for kind in TABLE.category.values()),
    )
    for attribute in attributes
)
"""Facets and details that not every kind of item can have."""


@cache
def zone(category: str) -> str | None:
    """Return where a kind is worn, its parent's zone where it names none; None where unknown."""
    for kind in ancestors("category", category):
        entry = TABLE.category.get(kind)
        if entry is not None and entry.zone is not None:
            return entry.zone
    return None


@cache
def worn_in(*zones: str) -> frozenset[str]:
    """Return the kinds that are worn in one of these zones; abstract ones are left out."""
    return frozenset(kind for kind in leaf_values("category") if zone(kind) in zones)


def _placed(place: str) -> tuple[str, ...]:
    return tuple(name for name, entry in TABLE.zones.items() if entry.place == place)


UPPER_BODY = worn_in("upper", "outer", "whole")
LOWER_BODY = worn_in("lower")
FOOTWEAR = worn_in("feet")
CLOTHING = worn_in(*_placed("body"))


def place(category: str) -> str:
    """Return the place where a kind replaces others: "body", "feet", or the kind itself.

    A skirt replaces a dress; a belt replaces belts alone.
    """
    for kind in sorted(descendants("category", category)):
        where = zone(kind)
        if where is not None and (name := TABLE.zones[where].place) is not None:
            return name
    return category


@cache
def applicable(facet: str, category: str | None, value: str | None = None) -> bool:
    """Return whether items of a category can have the facet at all (for details: this very one).

    An unknown category, or a shop's own, can have everything: listing and picture then decide.
    """
    if category is None or category not in TABLE.category:
        return True
    attribute = value if facet == "details" else facet
    if attribute not in _RESTRICTED:
        return True
    return any(attribute in _can_have(kind) for kind in descendants("category", category))


@cache
def _can_have(category: str) -> frozenset[str]:
    """Return the restricted attributes that a kind can have.

    They are its zone's, then those of its line from the top.
    """
    where = zone(category)
    attributes = set(TABLE.zones[where].has) if where is not None else set()
    for kind in reversed(ancestors("category", category)):
        entry = TABLE.category[kind]
        attributes = (attributes | set(entry.has)) - set(entry.lacks)
    return frozenset(attributes)


@cache
def implied(facet: str, value: str) -> tuple[Implied, ...]:
    """Return what an item with this value always has or never has: every hoodie has a hood."""
    entry = TABLE.values[facet].get(value)
    return () if entry is None else tuple(_implication(text) for text in entry.implies)


def _implication(text: str) -> Implied:
    facet, _, value = text.removeprefix("not ").partition(":")
    return facet, value, not text.startswith("not ")


def _marked(mark: str) -> frozenset[str]:
    return frozenset(kind for kind, entry in TABLE.category.items() if getattr(entry, mark))


ONE_SIZE_KINDS = _marked("one_size")
"""Kinds that are usually made in one size."""
ALSO_PARTS = _marked("also_part")
"""Kinds whose name also names a part or a detail of other garments."""
NEVER_PARTS = _marked("never_part")
"""Kinds whose name never names a part of another garment."""
LENGTH_VARIES = _marked("length_varies")
"""Kinds whose length is a choice."""
