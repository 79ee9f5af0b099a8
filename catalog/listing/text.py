"""Extraction of attributes, including negated ones, from a listing's prose.

The words are the vocabulary's, except those that mean something else in a shop's prose
(`rules.toml`). Text about other garments ("pairs well with a denim jacket") or about care is
skipped: a wrong claim costs more than a missed one, because the picture answers what the text
leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

import vocabulary
from catalog.listing.negation import Phrase, negated_from, with_negations
from catalog.listing.words import (
    RULES,
    Words,
    facet_of,
    listed,
    negatable,
    phrases,
    sentences,
    span,
    tokens,
)

_SLEEVE_NOUNS = {"sleeve", "sleeves", "sleeved"}
_SLEEVE_LENGTHS = {
    "short": "short",
    "half": "short",
    "cap": "short",
    "long": "long",
    "full": "long",
    "quarter": "three-quarter",
    "3/4": "three-quarter",
    "elbow": "three-quarter",
}
_NONE_VALUE = {"sleeve_length": "sleeveless", "pattern": "solid"}
"""What "Sleeves: none" and "Pattern: none" mean."""
_LABEL_NOUN = {"neckline": " neck", "sleeve_length": " sleeve", "fit": " fit", "length": " length"}
_LININGS = {("lining",), ("lined",), ("linings",)}
"""A phrase before one of these is about the inside, which does not show."""
_SHADED_NOUNS = {
    "wash",
    "washed",
    "coloured",
    "colored",
    "colour",
    "color",
    "tone",
    "toned",
    "shade",
    "shades",
    "hue",
    "denim",
}
_SHADE_WORDS = {
    "dark": "dark",
    "deep": "dark",
    "light": "light",
    "pale": "light",
    "pastel": "light",
    "bright": "bright",
    "vivid": "bright",
    "neon": "bright",
}


@cache
def _categories() -> dict[Words, str]:
    return {tokens(word): value for word, value in vocabulary.words("category").items()}


def _category_at(words: Words, at: int) -> tuple[str, int] | None:
    """Return the category named at `at` and the number of tokens that name it."""
    for length in range(min(3, len(words) - at), 0, -1):
        if value := _categories().get(words[at : at + length]):
            return value, length
    return None


def title_category(title: str) -> str | None:
    """Return the category that a title names: the last before "with", "in", "for" and the like."""
    named: str | None = None
    for sentence in sentences(title)[:1]:
        at = 0
        while at < len(sentence) and sentence[at] not in {"with", "in", "for", "by", "from", ","}:
            named_here = _category_at(sentence, at)
            named, length = named_here or (named, 1)
            at += length
    return named


def about_item(words: Words, category: str | None) -> Words:
    """Return the part of a sentence that is about the item itself."""
    for at in range(len(words)):
        if span(words, at, "advice.whole"):
            return ()
    for at in range(len(words)):
        # In "a striped tee would look great", the tee is another garment.
        if span(words, at, "advice.triggers"):
            return () if _other_garment(words[:at], 0, category, within=at) else words[:at]
        if words[at] in {"over", "under", "with", "into", "beneath"} and _other_garment(
            words, at + 1, category
        ):
            return words[:at]
    return words


def _other_garment(words: Words, at: int, category: str | None, within: int = 4) -> bool:
    """Return whether the `within` words from `at` on name a garment other than the item."""
    if category is None:
        return False
    family = vocabulary.descendants("category", category) | set(
        vocabulary.ancestors("category", category)
    )
    for step in range(at, min(at + within, len(words))):
        if words[step] in {",", "and", ":"} or span(words, step, "phrases") > 1:
            return False
        named = _category_at(words, step)
        if named and named[0] not in family | vocabulary.ALSO_PARTS:
            return True
    return False


def _sleeves(words: Words, at: int) -> Phrase | None:
    """Return a sleeve length at `at`: a length word, at most three words, "sleeves"."""
    value = _SLEEVE_LENGTHS.get(words[at])
    if value is None:
        return None
    for end in range(at + 1, min(at + 5, len(words))):
        if words[end] in _SLEEVE_NOUNS:
            return Phrase(at, end + 1, "sleeve_length", value)
        if words[end] in {":", "and", "or"} or (
            words[end] in _SLEEVE_LENGTHS and words[end] != "quarter"
        ):
            return None
    return None


def _shade(words: Words, at: int) -> Phrase | None:
    """Return a shade at `at`: "dark" is one before a colour, "wash", "tone" and the like."""
    value = _SHADE_WORDS.get(words[at])
    if value is None or at + 1 >= len(words):
        return None
    after = any(facet == "color" for facet, _, _ in phrases().get(words[at + 1 : at + 2], ()))
    return Phrase(at, at + 1, "color", value) if after or words[at + 1] in _SHADED_NOUNS else None


def _labelled(words: Words) -> tuple[list[Phrase], int]:
    """Return the phrases of a labelled value ("Neckline: Round") and the number of tokens it spans.

    The number is 0 if there is no label.
    """
    colon = words.index(":") if ":" in words[:4] else 0
    for facet in RULES["labels"] if colon else ():
        if words[:colon] in listed("labels", facet):
            none_value = _NONE_VALUE.get(facet)
            if none_value and words[colon + 1 :] in listed("negation", "after"):
                return [Phrase(0, len(words), facet, none_value)], len(words)
            return _values(words, colon + 1, facet), len(words)
    return [], 0


def _values(words: Words, at: int, facet: str) -> list[Phrase]:
    """Return the facet's values from `at` on, by all words of the vocabulary, longest first."""
    values: list[Phrase] = []
    negated = False
    while at < len(words):
        for length in range(min(4, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            value = vocabulary.find(facet, phrase) or vocabulary.find(
                facet, phrase + _LABEL_NOUN.get(facet, "")
            )
            if value:
                values.append(Phrase(at, at + length, facet, value, not negated))
                at += length - 1
                break
        negated = words[at] in {"no", "non", "without", "not"}
        at += 1
    return values


def phrases_in(words: Words, in_title: bool = False) -> Iterator[Phrase]:
    """Yield the vocabulary's phrases in a sentence from left to right, longest first.

    Negations are not applied yet.
    """
    at = 0
    while at < len(words):
        skipped, length = span(words, at, "skip.phrases"), span(words, at, "phrases")
        branded = span(words, at, "skip.brands")
        rule = _sleeves(words, at) or (length < 2 and _shade(words, at)) or None
        if max(skipped, branded) >= max(length, 1):
            at += max(skipped, branded)
        elif rule and rule.end - at >= length:
            yield rule
            at = rule.end
        elif length:
            if words[at + length : at + length + 1] not in _LININGS:
                for facet, value, present in phrases()[words[at : at + length]]:
                    yield Phrase(at, at + length, facet, value, present)
            at += length
        elif words[at : at + 1] in negatable() and negated_from(words, at):
            value = negatable()[words[at : at + 1]]
            yield Phrase(at, at + 1, facet_of(value), value)
            at += 1
        elif in_title and words[at] in {"check", "checker"}:
            yield Phrase(at, at + 1, "pattern", "checked")
            at += 1
        else:
            at += 1


@lru_cache(maxsize=20_000)
def read_sentence(words: Words, category: str | None, in_title: bool = False) -> tuple[Phrase, ...]:
    """Return a sentence's claims about the item; cached because shops repeat their sentences."""
    labelled, taken = _labelled(words)
    if taken:
        return tuple(labelled)
    words = about_item(words, category)
    return tuple(with_negations(words, list(phrases_in(words, in_title))))
