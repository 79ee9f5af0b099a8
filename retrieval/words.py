"""What of a wish is worth looking up in the listings' own words."""

from __future__ import annotations

import re

import vocabulary
from vocabulary.wish import Wish

# Words of a chat that no listing is found by.
CHAT = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "one",
        "ones",
        "i",
        "me",
        "my",
        "we",
        "you",
        "your",
        "is",
        "are",
        "was",
        "be",
        "am",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "with",
        "without",
        "in",
        "on",
        "of",
        "for",
        "to",
        "from",
        "at",
        "by",
        "as",
        "and",
        "or",
        "but",
        "nor",
        "not",
        "no",
        "none",
        "never",
        "don't",
        "doesn't",
        "isn't",
        "please",
        "like",
        "want",
        "need",
        "looking",
        "look",
        "show",
        "find",
        "get",
        "give",
        "something",
        "anything",
        "some",
        "any",
        "more",
        "less",
        "much",
        "many",
        "very",
        "really",
        "bit",
        "little",
        "too",
        "also",
        "just",
        "only",
        "so",
        "than",
        "then",
        "them",
        "they",
        "there",
        "here",
        "what",
        "which",
        "who",
        "how",
        "can",
        "could",
        "would",
        "should",
        "will",
        "same",
        "similar",
        "instead",
        "rather",
        "other",
        "another",
        "else",
        "make",
        "it's",
        "i'd",
        "i'm",
        "im",
        "hi",
        "hello",
        "thanks",
        "thank",
        "style",
        "kind",
        "sort",
        "type",
        "color",
        "colour",
        "pattern",
        "price",
        "cheaper",
        "under",
        "over",
        "below",
        "above",
        "between",
        "around",
        "about",
        "euro",
        "euros",
        "eur",
        "usd",
        "dollars",
        "dollar",
        "pounds",
    ]
)
SYNONYMS = 3


def listing_query(wish: Wish) -> str:
    """The words to search listings for: wanted values with a few synonyms, brands, and what else the shopper said.

    Words for unwanted values are left out ("no stripes" must not find stripes). "" where nothing is left.
    """
    found: dict[str, None] = {}
    for constraint in wish.of("require", "prefer"):
        if constraint.facet in ("price", "size") or constraint.source in ("photo", "memory"):
            continue
        value = str(constraint.value)
        known = constraint.facet not in vocabulary.OPEN_FACETS and value in vocabulary.values(
            constraint.facet
        )
        for phrase in (
            vocabulary.synonyms(constraint.facet, value)[:SYNONYMS] if known else (value,)
        ):
            found.update(dict.fromkeys(_tokens(phrase)))
    unwanted = _unwanted(wish)
    found.update(dict.fromkeys(t for t in _tokens(wish.words) if t not in unwanted))
    return " ".join(token for token in found if token not in CHAT)


def _unwanted(wish: Wish) -> set[str]:
    """Every word for what is excluded or should become less, children included."""
    words: set[str] = set()
    for constraint in wish.of("exclude", "less"):
        facet, value = constraint.facet, str(constraint.value)
        words.update(_tokens(value))
        for covered in vocabulary.descendants(facet, value):
            if facet not in vocabulary.OPEN_FACETS and covered in vocabulary.values(facet):
                words.update(
                    t for phrase in vocabulary.synonyms(facet, covered) for t in _tokens(phrase)
                )
    return words


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", vocabulary.normal(text))
