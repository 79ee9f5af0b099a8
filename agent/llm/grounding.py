"""Whether a sentence says only what the facts hold: titles, brands, prices and attributes of surviving items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import vocabulary

# Facets whose words are specific enough that naming one is a claim about the goods. Styles ("fun", "modern") and
# short everyday words are left to taste.
CLAIMED = ("category", "color", "pattern", "sleeve_length", "neckline", "material", "details")
_EVERYDAY = frozenset(
    {
        "light",
        "dark",
        "bright",
        "short",
        "long",
        "high",
        "low",
        "body",
        "top",
        "tops",
        "tie",
        "check",
        "checks",
        "ring",
        "picture",
        "image",
        "character",
        "basic",
        "word",
        "words",
        "letter",
        "stone",
        "steel",
        "rose",
        "wine",
        "square",
        "bow",
        "knit",
        "dot",
        "spots",
        "split",
        "saying",
        "royal",
        "trainer",
        "slate",
        "cherry",
        "ash",
        "sand",
        "deep",
        "pale",
        "lined",
        "a print",
        "photo print",
    }
)
_PROMISE = re.compile(
    r"(?<!\w)(free|for nothing|gratis|discount\w*|sale|voucher|coupon|gift card|deliver\w*|shipping|ships?|"
    r"guarantee\w*|refund\w*|returns?|warranty|bestseller|best-selling|limited offer)(?!\w)"
)
"""Promises that no listing backs."""
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d{1,2})?")


@cache
def _claim_words() -> dict[str, tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {}
    for facet in CLAIMED:
        for word, value in vocabulary.words(facet).items():
            if word not in _EVERYDAY and len(word) > 2:
                table.setdefault(word, (facet, value))
    return table


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_claim_words(), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, longest_first)) + r")(?![\w-])")


_NO = re.compile(
    r"\b(no|not|without|free of|never|none|isn't|aren't|don't|doesn't)\b(?P<between>[^.!?;]{0,30})$"
)


def _denied(before: str) -> bool:
    """Whether the words before an attribute deny it ("no", "without any")."""
    found = _NO.search(before)
    return bool(found) and "but" not in found.group("between")


def claims(text: str) -> set[tuple[str, str, bool]]:
    """(facet, value, whether it is said to be there) of every attribute that a text names."""
    said = vocabulary.normal(text)
    return {
        (*_claim_words()[m.group(1)], not _denied(said[: m.start()]))
        for m in _pattern().finditer(said)
    }


def promises(text: str) -> list[str]:
    """Words of a text that promise what no listing backs ("free", "discount")."""
    return [m.group(1) for m in _PROMISE.finditer(vocabulary.normal(text))]


def problems(
    sentence: str,
    allowed: set[tuple[str, str]],
    absent: set[tuple[str, str]],
    numbers: set[float],
    titles: Iterable[str],
    strangers: Iterable[str],
) -> list[str]:
    """What in `sentence` the facts do not hold; empty when it is grounded.

    allowed: (facet, value) pairs that may be said to be there; absent: pairs that may be said to be missing; numbers:
    prices, limits and counts that may be named; titles: of surviving items, cut out first since a title may name
    anything; strangers: brands of the catalogue that no surviving item has.
    """
    rest = vocabulary.normal(sentence)
    for title in sorted(titles, key=len, reverse=True):
        rest = rest.replace(vocabulary.normal(title), " ")
    found = [
        f"{facet} {value}" if there else f"no {facet} {value}"
        for facet, value, there in sorted(claims(rest))
        if not any(
            vocabulary.covers(facet, value, have)
            for f, have in (allowed if there else absent)
            if f == facet
        )
    ]
    found += [f"promise {word}" for word in promises(rest)]
    found += [
        f"number {n}" for n in _NUMBER.findall(rest) if float(n.replace(",", ".")) not in numbers
    ]
    found += [
        f"brand {b}"
        for b in strangers
        if re.search(rf"(?<!\w){re.escape(vocabulary.normal(b))}(?!\w)", rest)
    ]
    return found


def sentences(pieces: Iterable[str]) -> Iterable[str]:
    """Whole sentences from a stream of pieces, as soon as each is complete."""
    held = ""
    for piece in pieces:
        held += piece
        while match := re.search(r"(?<=[.!?])[\"')\]]*\s+", held):
            yield held[: match.end()]
            held = held[match.end() :]
    if held.strip():
        yield held
