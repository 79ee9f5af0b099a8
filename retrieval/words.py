"""The words of a wish that are worth looking up in the listings."""

from __future__ import annotations

import re

import vocabulary
from vocabulary.wish import Wish

CHAT_WORDS = frozenset(
    """
    a an the this that these those it its one ones i me my we you your is are was be am do does
    did have has had with without in on of for to from at by as and or but nor not no none never
    don't doesn't isn't please like want need looking look show find get give something anything
    some any more less much many very really bit little too also just only so than then them
    they there here what which who how can could would should will same similar instead rather
    other another else make it's i'd i'm im hi hello thanks thank style kind sort type color
    colour pattern price cheaper under over below above between around about euro euros eur usd
    dollars dollar pounds
    """.split()  # noqa: SIM905, a word a line would fill pages
)
"""Words of a conversation by which no listing is found."""
MAX_SYNONYMS = 3


def listing_query(wish: Wish) -> str:
    """Return the words to search listings for, or "" if there are none.

    These are the wanted values with a few synonyms, brands, and what else the shopper said. Words
    for unwanted values are left out: "no stripes" must not find stripes.
    """
    tokens: dict[str, None] = {}
    for constraint in wish.of("require", "prefer"):
        facet, value = constraint.facet, str(constraint.value)
        if facet in ("price", "size") or constraint.source in ("photo", "memory"):
            continue
        phrases = _phrases(facet, value)[:MAX_SYNONYMS] or (value,)
        tokens.update(dict.fromkeys(t for phrase in phrases for t in _tokens(phrase)))
    unwanted = _unwanted(wish)
    tokens.update(dict.fromkeys(t for t in _tokens(wish.words) if t not in unwanted))
    return " ".join(token for token in tokens if token not in CHAT_WORDS)


def _unwanted(wish: Wish) -> set[str]:
    """Return every word for what is excluded or should become less, children included."""
    words: set[str] = set()
    for constraint in wish.of("exclude", "less"):
        facet, value = constraint.facet, str(constraint.value)
        words.update(_tokens(value))
        for covered in vocabulary.descendants(facet, value):
            words.update(t for phrase in _phrases(facet, covered) for t in _tokens(phrase))
    return words


def _phrases(facet: str, value: str) -> tuple[str, ...]:
    """Return the phrases that the vocabulary has for a value; none for open facets."""
    if facet in vocabulary.OPEN_FACETS or value not in vocabulary.values(facet):
        return ()
    return tuple(vocabulary.synonyms(facet, value))


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", vocabulary.normal(text))
