"""One constraint in words ("navy", "no stripes", "at most €50"), and lists of such phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from agent.wording.money import price_range
from vocabulary import plural
from vocabulary.wish import PriceRange

_NOUNS = {
    "striped": "stripes",
    "checked": "checks",
    "polka dot": "polka dots",
    "floral": "flowers",
    "graphic": "graphics",
    "patterned": "pattern",
    "camouflage": "camouflage",
    "geometric": "geometric pattern",
    "belt": "belt",
}
"""Adjective -> what a piece that is so has."""
_NECKLINES = {
    "crew": "crew neck",
    "scoop": "scoop neck",
    "boat": "boat neck",
    "halter": "halter neck",
    "square": "square neck",
    "sweetheart": "sweetheart neckline",
    "high": "high neckline",
    "low": "low neckline",
    "collar": "collar",
}
_NEVER_A_NOUN = frozenset({"sheer", "shiny", "high", "low", "off-shoulder"})
"""Materials and necklines that are refused with "not", where others are refused with "no"."""
_COUNTABLE_DETAILS = frozenset({"belt", "hood", "bow", "slit", "logo", "tie", "cutout", "zipper"})
_COMPARATIVES = {
    ("length", "length"): ("longer", "shorter"),
    ("sleeve_length", "length"): ("longer sleeves", "shorter sleeves"),
    ("color", "dark"): ("darker", "less dark"),
    ("color", "light"): ("lighter", "less light"),
    ("color", "bright"): ("brighter", "less bright"),
    ("color", "colorful"): ("more colourful", "less colourful"),
    ("fit", "slim"): ("tighter", "looser"),
    ("fit", "loose"): ("looser", "tighter"),
    ("price", "price"): ("pricier", "cheaper"),
}
"""(facet, value) -> the words for more and for less of it."""


class Phrasable(Protocol):
    """A constraint, or a verdict on one."""

    @property
    def facet(self) -> str:
        """The facet."""

    @property
    def op(self) -> str:
        """`require`, `exclude`, `prefer`, `more` or `less`."""

    @property
    def value(self) -> str | PriceRange:
        """A value of the facet, or a price interval."""


def phrase(c: Phrasable, currency: str = "EUR") -> str:
    """Return one constraint in words.

    Examples: "navy", "no stripes", "long sleeves", "with pockets", "cheaper", "at most €50".
    """
    if c.op in ("more", "less"):
        return _comparative(c)
    words = _value(c, currency)
    return _refusal(c, words) if c.op == "exclude" else words


def listing(parts: Sequence[str], last: str = "and") -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _value(c: Phrasable, currency: str) -> str:
    if isinstance(c.value, PriceRange):
        return price_range(c.value, currency)
    say = _VALUES.get(c.facet)
    return say(c.value) if say else c.value


def _sleeves(value: str) -> str:
    return value if value == "sleeveless" else f"{value} sleeves"


def _fit(value: str) -> str:
    return f"{value} fit" if value in ("slim", "loose", "straight") else value


def _details(value: str) -> str:
    return f"with a {value}" if value in _COUNTABLE_DETAILS else f"with {value}"


def _brand(value: str) -> str:
    return f"by {value.title() if value.islower() else value}"


_VALUES: Mapping[str, Callable[[str], str]] = {
    "sleeve_length": _sleeves,
    "length": lambda value: "knee-length" if value == "knee" else value,
    "neckline": lambda value: _NECKLINES.get(value, value),
    "fit": _fit,
    "pattern": lambda value: "plain" if value == "solid" else value,
    "details": _details,
    "gender": lambda value: f"for {value}",
    "brand": _brand,
    "size": lambda value: f"in size {value}",
}
"""Facet -> how a value of it is said; the value itself for the others."""


def _refusal(c: Phrasable, words: str) -> str:
    value = str(c.value)
    if value == "sleeveless":
        return "with sleeves"
    if c.facet == "pattern" and value != "solid":
        return f"no {_NOUNS.get(value, value)}"
    if c.facet == "details":
        return f"no {value}"
    if c.facet == "category":
        return f"no {plural(value)}"
    is_noun = c.facet in ("material", "neckline") and value not in _NEVER_A_NOUN
    return f"no {words}" if is_noun else f"not {words}"


def _comparative(c: Phrasable) -> str:
    value = str(c.value)
    more, less = _COMPARATIVES.get(
        (c.facet, c.facet if c.facet == "price" else value),
        (f"more {_NOUNS.get(value, value)}", f"less {_NOUNS.get(value, value)}"),
    )
    return more if c.op == "more" else less
