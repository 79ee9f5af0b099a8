"""Prices, sizes and counts, read first so that later steps do not misread their numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.language.tokens import Sentence
from vocabulary.currencies import SIGNS
from vocabulary.wish import Constraint, PriceRange

_CURRENCIES = {
    **SIGNS,
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "buck": "USD",
    "bucks": "USD",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "gbp": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "rs": "INR",
    "inr": "INR",
    "rupee": "INR",
    "rupees": "INR",
    "yen": "JPY",
    "chf": "CHF",
    "francs": "CHF",
}
_UNIT = "|".join(sorted((re.escape(c) for c in _CURRENCIES), key=len, reverse=True))
_COUNTS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "couple": 2,
    "dozen": 12,
    "half a dozen": 6,
}
_TENS = {
    "ten": 10,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "a hundred": 100,
    "one hundred": 100,
    "two hundred": 200,
    "three hundred": 300,
}
_SPELT = "|".join(sorted(_TENS, key=len, reverse=True))
_NUMBER = rf"(?P<{{0}}>\d+(?:[.,]\d+)*|(?:{_SPELT})\b)"


def _amount(name: str) -> str:
    return (
        rf"(?:(?P<{name}_before>{_UNIT}) ?)?{_NUMBER.format(name)}(?: ?k\b)?"
        rf"(?: (?P<{name}_after>{_UNIT})(?!\w))?"
    )


_MOST = (
    r"(?:under|below|less than|lower than|cheaper than|up to|upto|no more than|not more than|not "
    r"over|at most|at max|"
    r"max(?:imum)?(?: of)?|"
    r"maximally|within|not above|nothing over|nothing above|no higher than|not exceeding|"
    r"(?:my |a |the )?budget(?: is| of)?(?: about| around)?|capped at|limit(?: is| of)?|spend(?: "
    r"up to| about| "
    r"around)?|not spend more than|keep it under)"
)
_LEAST = (
    r"(?:over|above|more than|at least|from|starting at|starting from|min(?:imum)?(?: of)?|no "
    r"less than|not less than|"
    r"not under|not below|upwards of|north of)"
)
_NEAR = r"(?:around|about|roughly|approximately|approx|circa|near|close to|in the region of)"
_PRICE_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("between", rf"\b(?:between|from) {_amount('low')} (?:and|to|&|up to) {_amount('high')}"),
        (
            "between",
            rf"\b(?:price |budget )?(?:range|budget|bracket)(?: is| of| from| between)? "
            rf"{_amount('low')} (?:and|to|-) "
            rf"{_amount('high')}",
        ),
        ("between", rf"(?<!\S){_amount('low')} (?:to|-) {_amount('high')}"),
        ("most", rf"(?<!\S){_MOST} {_amount('high')}"),
        (
            "most",
            rf"(?<!\S){_amount('high')} (?:max|maximum|tops|or less|or under|or cheaper|at most|"
            rf"and under|and below|or "
            rf"below|budget)\b",
        ),
        ("least", rf"(?<!\S){_LEAST} {_amount('low')}"),
        (
            "least",
            rf"(?<!\S){_amount('low')} (?:or more|and up|min|minimum|and over|or over|upwards)\b",
        ),
        ("near", rf"(?<!\S){_NEAR} {_amount('near')}"),
        ("most", rf"(?<!\S)(?:for )?{_amount('high')}(?= |$)"),
    )
)
_NOT_A_PRICE = re.compile(
    r" ?(?:%|years?|yrs?|year|days?|weeks?|inch(?:es)?|cm|mm|feet|ft|buttons?|pockets?|stripes?|"
    r"colou?rs?|stars?|"
    r"items?|options?|results?|pieces?|ones?|dresses|shirts|tops|people|kids?|guests|minutes|hours|"
    r"percent|straps|"
    r"sleeves?|st\b|nd\b|rd\b|th\b|k\b|degrees?|kg|lbs?)"
)
_SIZES = {
    "extra small": "XS",
    "x small": "XS",
    "xs": "XS",
    "small": "S",
    "s": "S",
    "medium": "M",
    "m": "M",
    "large": "L",
    "l": "L",
    "extra large": "XL",
    "x large": "XL",
    "xl": "XL",
    "xx large": "XXL",
    "xxl": "XXL",
    "2 xl": "XXL",
    "xxxl": "XXXL",
    "3 xl": "XXXL",
    "xxs": "XXS",
    "one size": "ONE SIZE",
}
_SIZE_WORDS = "|".join(sorted((re.escape(s) for s in _SIZES), key=len, reverse=True))
_END = (
    r"(?= ?(?:$|[,.;!?)]| and\b| or\b| but\b| please\b| with\b| for\b| under\b| that\b| so\b| "
    r"thanks?\b| size\b| usually\b| "
    r"dress\b| in\b))"
)
_SIZE_PATTERNS = tuple(
    re.compile(p)
    for p in (
        rf"\b(?:(?:uk|eu|us|european|british) )?size (?:is |of |a |an )?(?:(?:uk|eu|us) "
        rf")?(?P<size>{_SIZE_WORDS}|"
        rf"\d{{1,2}}(?:\.5)?)(?!\w)",
        r"\b(?:uk|eu|us) (?P<size>\d{1,2})(?!\w)",
        rf"\b(?:in|in a|in an|i am a|i am an|i wear|i wear a|i wear an|i take a|i take an|need a|"
        rf"need an|a|an|in size) "
        rf"(?P<size>{_SIZE_WORDS})\b{_END}",
        r"\b(?:i wear|i wear a|i am a|i take a|i take) (?P<size>\d{1,2})(?!\w)",
        r"(?<!\S)(?P<size>xs|xl|xxl|xxs|xxxl|2 xl|3 xl)(?!\w)",
    )
)
_THINGS = (
    r"(?:options?|items?|results?|choices|ideas|suggestions?|examples|pieces|of (?:them|these|"
    r"those)|more(?= ?(?:$|[,.!?]| "
    r"please| like| options| items))|alternatives|picks|others?)"
)
_COUNT_WORDS = "|".join(sorted(_COUNTS, key=len, reverse=True))
_COUNT_PATTERNS = tuple(
    re.compile(p)
    for p in (
        rf"\b(?:show|give|find|list|suggest|get|bring|send|see|recommend)(?: me| us)?(?: just| "
        rf"only| the| your| about| "
        rf"like)*(?: top| best| a)? (?P<n>\d{{1,2}}|{_COUNT_WORDS})(?! ?(?:one|%|{_UNIT}|hundred|"
        rf"or|and)\b)(?! (?:size|tone|"
        rf"button|pocket|strap|sleeve|piece (?:suit|set))\w*)",
        rf"\btop (?P<n>\d{{1,2}}|{_COUNT_WORDS})\b",
        rf"(?<!\S)(?P<n>\d{{1,2}}|{_COUNT_WORDS}) {_THINGS}\b",
    )
)

_BOUND = re.compile(
    rf"{_MOST}|{_LEAST}|{_NEAR}|between|range|bracket|\b(?:max|maximum|tops|or less|or under|or "
    rf"cheaper|or "
    rf"more|and up|min|below|budget|under|over)\b"
)


@dataclass(frozen=True)
class Amounts:
    """Constraints on price and size, the number of items to show, and the currency (ISO code)."""

    constraints: tuple[Constraint, ...] = ()
    count: int | None = None
    currency: str | None = None


def read_amounts(sentence: Sentence) -> Amounts:
    """Read the sizes, counts and prices of a sentence, and mark their words as read."""
    sizes = _sizes(sentence)
    count = _count(sentence)
    prices, currency = _prices(sentence)
    return Amounts((*prices, *sizes), count, currency)


def _sizes(sentence: Sentence) -> tuple[Constraint, ...]:
    constraints: list[Constraint] = []
    for pattern in _SIZE_PATTERNS:
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match)
            if sentence.free(span):
                sentence.take(span)
                named = match.group("size")
                constraints.append(
                    Constraint(facet="size", op="require", value=_SIZES.get(named, named.upper()))
                )
    if len(constraints) > 1:
        constraints = [c.model_copy(update={"any": 900}) for c in constraints]
    return tuple(constraints)


def _count(sentence: Sentence) -> int | None:
    for pattern in _COUNT_PATTERNS:
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match, "n")
            if sentence.free(span):
                sentence.take(span)
                words = match.group("n")
                number = int(words) if words.isdigit() else _COUNTS[words]
                return number if 0 < number <= 50 else None
    return None


def _number(text: str) -> float:
    if text in _TENS:
        return float(_TENS[text])
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    if re.search(r"[.,]\d{3}[.,]", text):
        return float(re.sub(r"[.,]", "", text[:-3]) + "." + text[-2:])
    whole = text.replace(",", ".")
    return float(whole) if whole.count(".") < 2 else float(re.sub(r"\.", "", whole))


def _prices(sentence: Sentence) -> tuple[tuple[Constraint, ...], str | None]:
    """Return the price range and the named currency; "over 20 but under 50" is one range."""
    low: float | None = None
    high: float | None = None
    currency: str | None = None
    for kind, pattern in _PRICE_PATTERNS:
        for match in pattern.finditer(sentence.text):
            ends = _ends(kind, match, sentence)
            if ends is None:
                continue
            sentence.take(sentence.span(match))
            currency = _currency(match) or currency
            low = ends[0] if ends[0] is not None else low
            high = ends[1] if ends[1] is not None else high
    if low is None and high is None:
        return (), currency
    if low is not None and high is not None and low > high:
        low, high = high, low
    return (Constraint(facet="price", op="require", value=PriceRange(min=low, max=high)),), currency


def _currency(match: re.Match[str]) -> str | None:
    named = [
        value
        for name, value in match.groupdict().items()
        if value and name.endswith(("_before", "_after"))
    ]
    return _CURRENCIES[named[0]] if named else None


def _ends(
    kind: str, match: re.Match[str], sentence: Sentence
) -> tuple[float | None, float | None] | None:
    """Return the ends of the price range, or None if the number is not a price."""
    if not sentence.free(sentence.span(match)):
        return None
    has_currency = _currency(match) is not None
    rest = sentence.text[match.end() :]
    if not has_currency and (_NOT_A_PRICE.match(rest) or kind in ("near",)):
        return None
    if not has_currency and not _BOUND.search(match.group()):
        return None
    if kind == "between":
        return _number(match.group("low")), _number(match.group("high"))
    if kind == "near":
        around = _number(match.group("near"))
        return round(around * 0.8, 2), round(around * 1.2, 2)
    if kind == "most":
        return None, _number(match.group("high"))
    if re.match(r"from\b", match.group()) and not has_currency:
        return None
    return _number(match.group("low")), None
