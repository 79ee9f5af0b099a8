"""Constraints in a shopper's words: short for chips and badges, as a clause for headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.wish import PriceRange
from ui.markup import money

_NOUNS = {
    "striped": "stripes", "checked": "checks", "polka dot": "polka dots", "floral": "florals",
    "animal print": "animal print", "graphic": "graphics", "geometric": "geometrics", "patterned": "patterns",
    "color block": "color blocks", "solid": "plain fabric",
}
_RELATIVE = {
    ("sleeve_length", "length"): ("longer sleeves", "shorter sleeves"), ("length", "length"): ("longer", "shorter"),
    ("color", "dark"): ("darker", "less dark"), ("color", "light"): ("lighter", "less light"),
    ("color", "bright"): ("brighter", "less bright"), ("color", "colorful"): ("more colorful", "less colorful"),
    ("fit", "slim"): ("tighter", "less tight"), ("fit", "loose"): ("looser", "less loose"),
}
_NECKS = {"crew", "scoop", "boat", "square", "sweetheart", "high", "low", "halter"}
_SOURCES = {"listing": "listing", "text": "description", "picture": "picture", "none": "not stated"}


def source(name: str) -> str:
    """Where a verdict comes from, in plain words."""
    return _SOURCES.get(name, name)


def price_text(value: PriceRange | Mapping | str, currency: str = "EUR") -> str:
    """A price interval: "up to €50", "from €20", "€20 to €50"; other text as it is."""
    if isinstance(value, str):
        return value
    ends = value.model_dump() if isinstance(value, PriceRange) else value
    low, high = ends.get("min"), ends.get("max")
    if low is None:
        return f"up to {money(high, currency)}"
    return f"from {money(low, currency)}" if high is None else f"{money(low, currency)} to {money(high, currency)}"


def key(value: PriceRange | str) -> str:
    """A constraint's value as text that a button carries: a word, or a price interval as JSON."""
    return value.model_dump_json() if isinstance(value, PriceRange) else value


def _plain(facet: str, value: str) -> str:
    if facet == "sleeve_length" and value != "sleeveless":
        return f"{value} sleeves"
    if facet == "neckline" and value in _NECKS:
        return f"{value} neck"
    if facet == "length" and value == "knee":
        return "knee-length"
    return {"size": f"size {value}", "brand": f"by {value}", "gender": f"for {value}"}.get(facet, value)


def label(facet: str, op: str, value: object, currency: str = "EUR") -> str:
    """A few words for a chip or a badge: "navy", "no stripes", "longer sleeves", "up to €50"."""
    if facet == "price" and op not in ("more", "less"):
        text = price_text(value, currency)
        return f"not {text}" if op == "exclude" else text
    if op in ("more", "less"):
        if facet == "price":
            return "pricier" if op == "more" else "cheaper"
        pair = _RELATIVE.get((facet, str(value)), (f"more {value}", f"less {value}"))
        return pair[op == "less"]
    text = str(value)
    if op == "exclude":
        return f"not {_plain(facet, text)}" if facet in ("brand", "gender", "size") else f"no {_noun(facet, text)}"
    return _plain(facet, text)


def _noun(facet: str, text: str) -> str:
    return _NOUNS.get(text, text) if facet == "pattern" else _plain(facet, text)


def clause(facet: str, op: str, value: object, currency: str = "EUR") -> str:
    """The verb phrase for "I could not confirm that these ...": "have no pockets", "are navy", "come in size M"."""
    text, no = str(value), op == "exclude"
    if facet == "price":
        return ("do not cost " if no else "cost ") + price_text(value, currency)
    if facet == "size":
        return ("do not come in " if no else "come in ") + f"size {text}"
    if facet == "pattern" and no:
        return f"have no {_noun(facet, text)}"
    has = facet == "details" or facet == "neckline" or (facet == "sleeve_length" and text != "sleeveless")
    if has:
        return ("have no " if no else "have ") + _article(facet, _plain(facet, text), no)
    return ("are not " if no else "are ") + _article(facet, _plain(facet, text), no)


def singular(words: str) -> str:
    """A clause about several things as one about a single thing: "are navy or have pockets" -> "is navy or has ..."."""
    swap = {"are": "is", "have": "has", "come": "comes", "cost": "costs", "do": "does", "fit": "fits"}
    parts = [part.split(" ", 1) for part in words.split(" or ")]
    return " or ".join(" ".join([swap.get(part[0], part[0]), *part[1:]]) for part in parts)


def _article(facet: str, text: str, no: bool) -> str:
    single = facet in ("neckline",) or (facet == "details" and text in ("belt", "hood", "bow", "slit", "logo", "cutout"))
    return f"a {text}" if single and not no else text


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Words in a row: "a", "a and b", "a, b and c"; repeated ones once."""
    unique = list(dict.fromkeys(parts))
    if len(unique) < 2:
        return "".join(unique)
    return f"{', '.join(unique[:-1])} {last} {unique[-1]}"


def seen(photo: Mapping[str, Mapping[str, float]], least: float = 0.45) -> str:
    """What a photo shows, as a shopper would say it: "a striped, long-sleeved, blue shirt".

    photo: {facet: {value: probability}}; values under `least` are left out; "" when nothing is sure enough.
    """
    best = {facet: max(values.items(), key=lambda pair: pair[1]) for facet, values in photo.items() if values}
    sure = {facet: value for facet, (value, chance) in best.items() if chance >= least}
    kind = sure.get("category")
    adjectives = [
        _ADJECTIVE.get(sure.get("pattern", ""), sure.get("pattern", "")),
        {"short": "short-sleeved", "long": "long-sleeved", "three-quarter": "three-quarter-sleeved"}.get(
            sure.get("sleeve_length", ""), sure.get("sleeve_length", "")),
        sure.get("color", "")]
    words = ", ".join(word for word in adjectives if word)
    if not kind and not words:
        return ""
    phrase = f"{words} {kind or 'piece'}".strip()
    if (kind or "").endswith("s") and kind not in ("dress", "jumpsuits"):
        return phrase
    return f"an {phrase}" if phrase[0] in "aeiou" else f"a {phrase}"


_ADJECTIVE = {"solid": "plain", "polka dot": "polka-dot", "animal print": "animal-print", "color block": "color-block"}
