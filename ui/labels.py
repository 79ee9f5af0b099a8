"""Constraints in a shopper's words: short for chips and badges, as a clause for headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from agent.wording.phrases import listing, phrase, plural
from vocabulary.wish import PriceRange

if TYPE_CHECKING:
    from agent import Check
    from vocabulary.wish import Constraint

SURE = 0.45
"""A facet of a photo that is seen with less probability is not stated."""
_SOURCES = {"listing": "listing", "text": "description", "picture": "picture", "none": "not stated"}


def source(name: str) -> str:
    """Where a verdict comes from, in plain words."""
    return _SOURCES.get(name, name)


def key(value: PriceRange | str) -> str:
    """A constraint's value as text that a button carries: a word, or a price interval as JSON."""
    return value.model_dump_json() if isinstance(value, PriceRange) else value


def label(one: Constraint | Check, currency: str = "EUR") -> str:
    """A few words for a chip or a badge: "navy", "no stripes", "longer sleeves", "at most €50"."""
    return phrase(one, currency)


def clause(one: Constraint | Check, currency: str = "EUR") -> str:
    """The verb phrase for "I could not confirm that these ...": "have no pockets", "are navy", "come in size M"."""
    if one.facet == "price":
        return f"{'do not ' if one.op == 'exclude' else ''}cost {phrase(one, currency)}"
    if one.facet == "category":
        return ("are no " if one.op == "exclude" else "are ") + plural(str(one.value))
    words = phrase(one, currency)
    for start, verb in (
        ("no ", "have no "),
        ("with ", "have "),
        ("not in ", "do not come in "),
        ("in ", "come in "),
        ("not ", "are not "),
    ):
        if words.startswith(start):
            return verb + words.removeprefix(start)
    if one.facet == "neckline":
        return (
            f"have a {words}"
            if words.split(" ")[-1] in ("neck", "neckline", "v-neck", "collar")
            else f"are {words}"
        )
    return ("have " if words.endswith("sleeves") else "are ") + words


def singular(words: str) -> str:
    """A clause about several things as one about a single thing: "are navy or have pockets" -> "is navy or has ..."."""
    swap = {
        "are": "is",
        "have": "has",
        "come": "comes",
        "cost": "costs",
        "do": "does",
        "fit": "fits",
    }
    parts = [part.split(" ", 1) for part in words.split(" or ")]
    return " or ".join(" ".join([swap.get(part[0], part[0]), *part[1:]]) for part in parts)


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Words in a row, repeated ones once: "a", "a and b", "a, b and c"."""
    return listing(list(dict.fromkeys(parts)), last)


def seen(photo: Mapping[str, Mapping[str, float]], least: float = SURE) -> str:
    """What a photo shows, as a shopper would say it: "a striped, long-sleeved, blue shirt".

    photo: {facet: {value: probability}}; values under `least` are left out; "" when nothing is sure enough.
    """
    best = {
        facet: max(values.items(), key=lambda pair: pair[1])
        for facet, values in photo.items()
        if values
    }
    sure = {facet: value for facet, (value, chance) in best.items() if chance >= least}
    kind = sure.get("category")
    adjectives = [
        _ADJECTIVE.get(sure.get("pattern", ""), sure.get("pattern", "")),
        {
            "short": "short-sleeved",
            "long": "long-sleeved",
            "three-quarter": "three-quarter-sleeved",
        }.get(sure.get("sleeve_length", ""), sure.get("sleeve_length", "")),
        sure.get("color", ""),
    ]
    words = ", ".join(word for word in adjectives if word)
    if not kind and not words:
        return ""
    phrase = f"{words} {kind or 'piece'}".strip()
    if (kind or "").endswith("s") and kind not in ("dress", "jumpsuits"):
        return phrase
    return f"an {phrase}" if phrase[0] in "aeiou" else f"a {phrase}"


_ADJECTIVE = {
    "solid": "plain",
    "polka dot": "polka-dot",
    "animal print": "animal-print",
    "color block": "color-block",
}
