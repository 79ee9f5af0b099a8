"""The attribute vocabulary: facets, their values, kinship and the words for them.

One table (`vocabulary.toml`) serves planner, guard, importers and metrics. A value covers its children, when wanted
and when unwanted: "blue" covers navy, so "nothing blue" bans navy.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_TABLE: dict[str, dict[str, dict]] = tomllib.loads(
    Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8")
)

ATTRIBUTE_FACETS: tuple[str, ...] = tuple(_TABLE)
OPEN_FACETS: tuple[str, ...] = ("brand", "size", "price")
"""Facets whose values are the catalogue's own."""
FACETS: tuple[str, ...] = ATTRIBUTE_FACETS + OPEN_FACETS
MULTIVALUED: frozenset[str] = frozenset({"color", "material", "details", "style", "size"})
"""Facets of which an item may have several values at once."""
SHADES: tuple[str, ...] = tuple(v for v, entry in _TABLE["color"].items() if entry.get("shade"))

FOOTWEAR = frozenset(
    {"sneakers", "boots", "heels", "sandals", "flats", "flip flops", "loafers", "formal shoes"}
)
UPPER_BODY = frozenset(
    {
        "dress",
        "gown",
        "top",
        "t-shirt",
        "shirt",
        "blouse",
        "polo shirt",
        "tank top",
        "sweater",
        "cardigan",
        "hoodie",
        "sweatshirt",
        "jacket",
        "blazer",
        "coat",
        "vest",
        "jumpsuit",
        "swimwear",
        "robe",
        "kurta",
    }
)
LOWER_BODY = frozenset({"trousers", "jeans", "shorts", "leggings", "skirt"})
CLOTHING = UPPER_BODY | LOWER_BODY | {"underwear"}

_WORN_ON: dict[str, frozenset[str]] = {
    "sleeve_length": UPPER_BODY,
    "neckline": UPPER_BODY,
    "length": UPPER_BODY | LOWER_BODY,
    "fit": CLOTHING,
}
_DETAIL_ON: dict[str, frozenset[str]] = {
    "pockets": CLOTHING | {"bag", "backpack"},
    "hood": UPPER_BODY,
    "slit": CLOTHING,
    "ruffle": CLOTHING | {"bag", "socks", "scarf"},
}


def normal(text: str) -> str:
    """Lower case, one space between words, hyphens and apostrophes kept."""
    return re.sub(r"\s+", " ", text.lower().replace("’", "'").replace("_", " ")).strip()


def _known(facet: str) -> dict[str, dict]:
    if facet not in _TABLE:
        raise KeyError(f"facet {facet!r} has no table; with one: {', '.join(_TABLE)}")
    return _TABLE[facet]


def values(facet: str) -> tuple[str, ...]:
    """All values of a facet, abstract ones, shades and relative ones included; () for brand, size and price."""
    return () if facet in OPEN_FACETS else tuple(_known(facet))


@cache
def leaf_values(facet: str) -> tuple[str, ...]:
    """The values that a picture may show: no abstract ones, no shades; a parent means "none of its children"."""
    return tuple(
        v
        for v, entry in _known(facet).items()
        if not (entry.get("abstract") or entry.get("shade") or entry.get("relative"))
    )


def parent(facet: str, value: str) -> str | None:
    """The value that covers `value`, or None."""
    return None if facet in OPEN_FACETS else _known(facet).get(value, {}).get("of")


@cache
def ancestors(facet: str, value: str) -> tuple[str, ...]:
    """The value itself, its parent, and so on up."""
    found, current = [], value
    while current is not None:
        found.append(current)
        current = parent(facet, current)
    return tuple(found)


@cache
def descendants(facet: str, value: str) -> frozenset[str]:
    """`value` and all that it covers; a value of the catalogue's own covers itself alone."""
    if facet in OPEN_FACETS:
        return frozenset({value})
    return frozenset({value}) | {v for v in _known(facet) if value in ancestors(facet, v)}


def covers(facet: str, wanted: str, have: str) -> bool:
    """Whether an item that has `have` counts as having `wanted`."""
    if facet == "brand":
        return normal(wanted) == normal(have)
    if facet == "size":
        return wanted.upper().strip() == have.upper().strip()
    return wanted in ancestors(facet, have)


def _plurals(word: str) -> set[str]:
    return {word, word + "es" if word.endswith(("s", "x", "ch", "sh")) else word + "s"}


@cache
def synonyms(facet: str, value: str) -> tuple[str, ...]:
    """The words for a value, its own name first."""
    entry = _known(facet)[value]
    return (value, *dict.fromkeys(normal(w) for w in entry.get("words", ()) if normal(w) != value))


@cache
def words(facet: str) -> dict[str, str]:
    """Every word for a facet's values -> the value. A value's own name wins over another's synonym."""
    table: dict[str, str] = {}
    for value in values(facet):
        if _known(facet)[value].get("relative"):
            continue
        for word in synonyms(facet, value):
            table.setdefault(word, value)
            if facet == "category":
                for plural in _plurals(word):
                    table.setdefault(plural, value)
    for value in values(facet):
        if not _known(facet)[value].get("relative"):
            table[value] = value
    return table


def find(facet: str, text: str) -> str | None:
    """The value that `text` names exactly (case, hyphens and spaces aside), or None."""
    wanted = normal(text)
    table = words(facet)
    for form in (wanted, wanted.replace("-", " "), wanted.replace(" ", "-")):
        if form in table:
            return table[form]
    return None


@cache
def applicable(facet: str, category: str | None, value: str | None = None) -> bool:
    """Whether items of a category can have the facet at all (for details: this very detail).

    An unknown or shop-own category is taken as able: the listing and the picture then decide.
    """
    if category is None or category not in _TABLE["category"]:
        return True
    members = descendants("category", category)
    if facet in _WORN_ON:
        return bool(members & _WORN_ON[facet])
    if facet == "details" and value in _DETAIL_ON:
        return bool(members & _DETAIL_ON[value])
    return True


def exclusive(facet: str) -> bool:
    """Whether one value of the facet rules the others out."""
    return facet not in MULTIVALUED
