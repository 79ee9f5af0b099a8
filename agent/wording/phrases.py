"""Constraints in a person's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import vocabulary
from vocabulary.wish import Constraint, PriceRange, Wish, alternatives, required_kinds

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "INR": "₹", "JPY": "¥"}
_AS_NOUN = {
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
_NECK = {
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
_MORE = {
    ("length", "length"): ("longer", "shorter"),
    ("sleeve_length", "length"): ("longer sleeves", "shorter sleeves"),
    ("color", "dark"): ("darker", "less dark"),
    ("color", "light"): ("lighter", "less light"),
    ("color", "bright"): ("brighter", "less bright"),
    ("color", "colorful"): ("more colourful", "less colourful"),
    ("fit", "slim"): ("tighter", "looser"),
    ("fit", "loose"): ("looser", "tighter"),
}
_ORDER = (
    "style",
    "fit",
    "color",
    "material",
    "pattern",
    "length",
    "category",
    "sleeve_length",
    "neckline",
    "details",
    "gender",
    "brand",
    "size",
    "price",
)


def money(amount: float, currency: str) -> str:
    """ "€20", "€19.90", "20 CHF"."""
    figure = f"{amount:.2f}".removesuffix(".00")
    return f"{_SYMBOLS[currency]}{figure}" if currency in _SYMBOLS else f"{figure} {currency}"


def span(value: PriceRange, currency: str) -> str:
    """A price range: "at most €50", "from €20 to €50"."""
    if value.min is None:
        return f"at most {money(value.max or 0, currency)}"
    if value.max is None:
        return f"at least {money(value.min, currency)}"
    return f"from {money(value.min, currency)} to {money(value.max, currency)}"


def plural(category: str) -> str:
    """ "dresses", "jeans"."""
    return vocabulary.plural(category)


def phrase(c: Constraint, currency: str = "EUR") -> str:
    """One constraint: "navy", "no stripes", "long sleeves", "with pockets", "cheaper", "at most €50"."""
    if c.op in ("more", "less"):
        return _comparative(c)
    words = _value(c, currency)
    return _refusal(c, words) if c.op == "exclude" else words


def _value(c: Constraint, currency: str) -> str:
    if isinstance(c.value, PriceRange):
        return span(c.value, currency)
    value = c.value
    if c.facet == "sleeve_length":
        return value if value == "sleeveless" else f"{value} sleeves"
    if c.facet == "length":
        return "knee-length" if value == "knee" else value
    if c.facet == "neckline":
        return _NECK.get(value, value)
    if c.facet == "fit":
        return f"{value} fit" if value in ("slim", "loose", "straight") else value
    templates = {"details": "with {}", "gender": "for {}", "brand": "by {}", "size": "in size {}"}
    if c.facet == "brand":
        value = value.title() if value.islower() else value
    if c.facet == "details" and value in (
        "belt",
        "hood",
        "bow",
        "slit",
        "logo",
        "tie",
        "cutout",
        "zipper",
    ):
        value = f"a {value}"
    if c.facet == "pattern" and value == "solid":
        return "plain"
    return templates.get(c.facet, "{}").format(value)


def _refusal(c: Constraint, words: str) -> str:
    if c.facet == "pattern" and c.value != "solid":
        return f"no {_AS_NOUN.get(str(c.value), c.value)}"
    if c.facet == "details":
        return f"no {c.value}"
    if c.facet == "category":
        return f"no {plural(str(c.value))}"
    if c.facet in ("material", "neckline") and c.value not in (
        "sheer",
        "shiny",
        "high",
        "low",
        "off-shoulder",
    ):
        return f"no {words}"
    return "with sleeves" if c.value == "sleeveless" else f"not {words}"


def _comparative(c: Constraint) -> str:
    more = c.op == "more"
    if c.facet == "price":
        return "pricier" if more else "cheaper"
    pair = _MORE.get((c.facet, str(c.value)))
    if pair:
        return pair[0] if more else pair[1]
    return f"{'more' if more else 'less'} {_AS_NOUN.get(str(c.value), c.value)}"


def listing(parts: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def describe(constraints: Iterable[Constraint], currency: str = "EUR") -> str:
    """Hard constraints as a noun phrase: "navy midi dresses with long sleeves, without stripes or pockets, at most €50"."""
    chosen = sorted((c for c in constraints if c.hard), key=lambda c: _ORDER.index(c.facet))
    worn = required_kinds(chosen)
    chosen = [
        c
        for c in chosen
        if c.op == "require"
        or not worn  # caps "with sleeves" say nothing
        or any(vocabulary.applicable(c.facet, kind, str(c.value)) for kind in worn)
    ]
    wanted = alternatives(c for c in chosen if c.op == "require")
    said = {
        place: [
            listing([phrase(c, currency) for c in group], "or")
            for group in wanted
            if _place(group) == place
        ]
        for place in ("head", "with", "tail", "apart")
    }
    kinds = [plural(kind) for kind in required_kinds(chosen)]
    refused = [phrase(c, currency) for c in chosen if c.op == "exclude"]
    without = [words.removeprefix("no ") for words in refused if words.startswith("no ")]
    parts = [" ".join([*said["head"], listing(kinds, "or") if kinds else "items", *said["tail"]])]
    if said["with"]:
        parts[0] += f" with {listing([words.removeprefix('with ') for words in said['with']])}"
    if without:
        parts.append(f"without {listing(without, 'or')}")
    return ", ".join(
        [*parts, *(words for words in refused if not words.startswith("no ")), *said["apart"]]
    )


_HEAD = ("style", "fit", "color", "material", "pattern", "length", "category")


def _place(group: Sequence[Constraint]) -> str:
    """Where in the phrase a requirement, or a choice of them, is said."""
    places = {_place_of(c) for c in group}
    return places.pop() if len(places) == 1 else "apart"


def _place_of(c: Constraint) -> str:
    if c.facet == "category":
        return "noun"
    if c.facet in _HEAD or c.value == "sleeveless":
        return "head"
    return (
        "with"
        if c.facet in ("sleeve_length", "neckline", "details")
        else "apart"
        if c.facet == "price"
        else "tail"
    )


def sight(constraints: Iterable[Constraint]) -> str:
    """What a photo shows: "a navy striped dress with short sleeves and crew neck"; "" where nothing is sure enough."""
    seen = sorted(
        (c for c in constraints if c.facet != "gender"), key=lambda c: _ORDER.index(c.facet)
    )
    if not seen:
        return ""
    kind = next((c for c in seen if c.facet == "category"), None)
    noun = str(kind.value) if kind else "piece"
    words = " ".join([*(phrase(c) for c in seen if _place_of(c) == "head"), noun])
    parts = [phrase(c).removeprefix("with ") for c in seen if _place_of(c) == "with"]
    article = "" if not vocabulary.countable(noun) else "an " if words[0] in "aeiou" else "a "
    told = f"{article}{words}" + (f" with {listing(parts)}" if parts else "")
    return told if kind is None or kind.confidence >= 0.6 else f"perhaps {told}"


def caption(wish: Wish, whole: bool = False) -> str:
    """The wish as a caption for the text tower: what is wanted, without noes, prices and comparatives.

    Words beyond the vocabulary are part of it where nothing else is, or as a `whole`: a small text tower that was trained on
    the vocabulary is led astray by them, a large one is not.
    """
    wanted = [
        c
        for c in wish.constraints
        if c.op in ("require", "prefer")
        and c.source != "memory"
        and c.facet not in vocabulary.OPEN_FACETS
    ]
    words = [
        str(c.value) if c.facet == "category" else phrase(c)
        for c in sorted(wanted, key=lambda c: _ORDER.index(c.facet))
    ]
    return " ".join(dict.fromkeys([*words, *(wish.words.split() if whole or not words else ())]))
