"""Reads attributes out of a listing's prose, negations included.

The words are the vocabulary's, less those that mean something else in a shop's prose (`rules.toml`). What a sentence
says of other garments ("pairs well with a denim jacket") or of care is passed over: a wrong claim costs more than a
missed one, for what the text leaves open the picture answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

import vocabulary
from catalog.listing.negation import Found, negated_from, with_negations
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

_SLEEVES = {"sleeve", "sleeves", "sleeved"}
_SLEEVE_WORDS = {
    "short": "short",
    "half": "short",
    "cap": "short",
    "long": "long",
    "full": "long",
    "quarter": "three-quarter",
    "3/4": "three-quarter",
    "elbow": "three-quarter",
}
_NOTHING = {"sleeve_length": "sleeveless", "pattern": "solid"}  # "Sleeves: none"
_LABEL_NOUN = {"neckline": " neck", "sleeve_length": " sleeve", "fit": " fit", "length": " length"}
_LININGS = {("lining",), ("lined",), ("linings",)}  # what is inside does not show
_SHADED_BY = {
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
def _kinds() -> dict[Words, str]:
    return {tokens(word): value for word, value in vocabulary.words("category").items()}


def _category_at(words: Words, at: int) -> tuple[str, int] | None:
    for length in range(min(3, len(words) - at), 0, -1):
        if value := _kinds().get(words[at : at + length]):
            return value, length
    return None


def title_category(title: str) -> str | None:
    """The garment that a title names: the last one before "with", "in", "for" and the like."""
    named = None
    for sentence in sentences(title)[:1]:
        at = 0
        while at < len(sentence) and sentence[at] not in {"with", "in", "for", "by", "from", ","}:
            found = _category_at(sentence, at)
            named, step = (found[0], found[1]) if found else (named, 1)
            at += step
    return named


def about_item(words: Words, category: str | None) -> Words:
    """The part of a sentence that speaks of the item itself."""
    for at in range(len(words)):
        if span(words, at, "advice.whole"):
            return ()
    for at in range(len(words)):
        if span(
            words, at, "advice.triggers"
        ):  # "a striped tee would look great": the tee is another garment
            return () if _other_garment(words[:at], 0, category, within=at) else words[:at]
        if words[at] in {"over", "under", "with", "into", "beneath"} and _other_garment(
            words, at + 1, category
        ):
            return words[:at]
    return words


def _other_garment(words: Words, at: int, category: str | None, within: int = 4) -> bool:
    """Whether another garment than the item follows within some words."""
    if category is None:
        return False
    family = vocabulary.descendants("category", category) | set(
        vocabulary.ancestors("category", category)
    )
    for step in range(at, min(at + within, len(words))):
        if words[step] in {",", "and", ":"} or span(words, step, "phrases") > 1:
            return False
        found = _category_at(words, step)
        if found and found[0] not in family | vocabulary.ALSO_PARTS:
            return True
    return False


def _sleeves(words: Words, at: int) -> Found | None:
    """ "long puffed sleeves": a length, at most two words, sleeves."""
    value = _SLEEVE_WORDS.get(words[at])
    if value is None:
        return None
    for end in range(at + 1, min(at + 5, len(words))):
        if words[end] in _SLEEVES:
            return Found(at, end + 1, "sleeve_length", value)
        if words[end] in {":", "and", "or"} or (
            words[end] in _SLEEVE_WORDS and words[end] != "quarter"
        ):
            return None
    return None


def _shade(words: Words, at: int) -> Found | None:
    """ "dark" says a shade only before a colour or "wash", "tone" and the like."""
    value = _SHADE_WORDS.get(words[at])
    if value is None or at + 1 >= len(words):
        return None
    after = any(facet == "color" for facet, _, _ in phrases().get(words[at + 1 : at + 2], ()))
    return Found(at, at + 1, "color", value) if after or words[at + 1] in _SHADED_BY else None


def _labelled(words: Words) -> tuple[list[Found], int]:
    """ "Neckline: Round": what a labelled value says, and the tokens it takes up (0: no label)."""
    colon = words.index(":") if ":" in words[:4] else 0
    for facet in RULES["labels"] if colon else ():
        if words[:colon] in listed("labels", facet):
            nothing = _NOTHING.get(facet)
            if nothing and words[colon + 1 :] in listed("negation", "after"):
                return [Found(0, len(words), facet, nothing)], len(words)
            return _values(words, colon + 1, facet), len(words)
    return [], 0


def _values(words: Words, at: int, facet: str) -> list[Found]:
    """The facet's values named from `at` on, whole vocabulary, longest first."""
    found, negated = [], False
    while at < len(words):
        for length in range(min(4, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            value = vocabulary.find(facet, phrase) or vocabulary.find(
                facet, phrase + _LABEL_NOUN.get(facet, "")
            )
            if value:
                found.append(Found(at, at + length, facet, value, not negated))
                at += length - 1
                break
        negated = words[at] in {"no", "non", "without", "not"}
        at += 1
    return found


def phrases_in(words: Words, in_title: bool = False) -> Iterator[Found]:
    """Vocabulary phrases of a sentence from left to right, longest first, negations not yet
    applied."""
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
                    yield Found(at, at + length, facet, value, present)
            at += length
        elif words[at : at + 1] in negatable() and negated_from(words, at):
            value = negatable()[words[at : at + 1]]
            yield Found(at, at + 1, facet_of(value), value)
            at += 1
        elif in_title and words[at] in {"check", "checker"}:
            yield Found(at, at + 1, "pattern", "checked")
            at += 1
        else:
            at += 1


@lru_cache(maxsize=20_000)
def read_sentence(words: Words, category: str | None, in_title: bool = False) -> tuple[Found, ...]:
    """What one sentence says about the item. Shops repeat their sentences, so readings are kept."""
    labelled, taken = _labelled(words)
    if taken:
        return tuple(labelled)
    words = about_item(words, category)
    return tuple(with_negations(words, list(phrases_in(words, in_title))))
