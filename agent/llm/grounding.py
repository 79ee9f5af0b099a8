"""Grounding checks, which find out whether a sentence says only what the facts support."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import vocabulary

CLAIMED = ("category", "color", "pattern", "sleeve_length", "neckline", "material", "details")
"""Facets whose words are so specific that naming one is a claim about the goods.

Styles ("fun", "modern") and short everyday words are not that specific.
"""
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
    r"(?<!\w)(free|for nothing|gratis|discount\w*|sale|voucher|coupon|gift card|deliver\w*|"
    r"shipping|ships?|guarantee\w*|refund\w*|returns?|warranty|bestseller|best-selling|"
    r"limited offer)(?!\w)"
)
"""Pattern for promises that no listing supports."""
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
    """Return whether the words before an attribute deny it ("no", "without any")."""
    match = _NO.search(before)
    return match is not None and "but" not in match.group("between")


def claims(text: str) -> set[tuple[str, str, bool]]:
    """Return (facet, value, asserted) for each attribute in a text; "no stripes" denies one."""
    normal = vocabulary.normal(text)
    return {
        (*_claim_words()[m.group(1)], not _denied(normal[: m.start()]))
        for m in _pattern().finditer(normal)
    }


def promises(text: str) -> list[str]:
    """Return the words that promise something that no listing supports ("free", "discount")."""
    return [m.group(1) for m in _PROMISE.finditer(vocabulary.normal(text))]


def problems(
    sentence: str,
    allowed: set[tuple[str, str]],
    absent: set[tuple[str, str]],
    numbers: set[float],
    titles: Iterable[str],
    strangers: Iterable[str],
) -> list[str]:
    """Return what the facts do not support in `sentence`, or [] if it is grounded.

    allowed, absent: (facet, value) pairs that may be said to be present, or to be missing
    numbers: prices, limits and counts that may be named
    titles: titles of the items shown; removed first, because a title may name anything
    strangers: brands of the catalogue that no shown item has
    """
    rest = vocabulary.normal(sentence)
    for title in sorted(titles, key=len, reverse=True):
        rest = rest.replace(vocabulary.normal(title), " ")
    unsupported = [
        f"{facet} {value}" if there else f"no {facet} {value}"
        for facet, value, there in sorted(claims(rest))
        if not any(
            vocabulary.covers(facet, value, have)
            for f, have in (allowed if there else absent)
            if f == facet
        )
    ]
    unsupported += [f"promise {word}" for word in promises(rest)]
    unsupported += [
        f"number {n}" for n in _NUMBER.findall(rest) if float(n.replace(",", ".")) not in numbers
    ]
    unsupported += [
        f"brand {b}"
        for b in strangers
        if re.search(rf"(?<!\w){re.escape(vocabulary.normal(b))}(?!\w)", rest)
    ]
    return unsupported


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Yield whole sentences from a stream of pieces, as soon as each is complete."""
    pending = ""
    for piece in pieces:
        pending += piece
        while match := re.search(r"(?<=[.!?])[\"')\]]*\s+", pending):
            yield pending[: match.end()]
            pending = pending[match.end() :]
    if pending.strip():
        yield pending
