"""Phrases with known meaning, for the text tower: one to four wishes in shop words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

import vocabulary
from encoders.layout import FACET_SLICE

_FORMS: dict[str, tuple[str, ...]] = {
    "category": ("{}",),
    "color": ("{}", "in {}", "{} coloured"),
    "pattern": ("{}", "with {}", "{} pattern"),
    "sleeve_length": ("{} sleeves", "with {} sleeves", "{} sleeved"),
    "length": ("{} length", "{}"),
    "neckline": ("{}", "with a {} neckline", "{} neck"),
    "fit": ("{} fit", "{}"),
    "material": ("{}", "made of {}", "in {}"),
    "details": ("with {}", "{}", "has {}"),
    "gender": ("for {}", "{}"),
    "style": ("{}", "{} style"),
}
_BEFORE = ("style", "color", "pattern", "fit", "material", "category")
"""Facets in English word order: the modifiers first, the noun last."""
_OPENINGS = (
    "",
    "",
    "",
    "",
    "a ",
    "show me a ",
    "i want a ",
    "looking for ",
    "something like a ",
    "more ",
    "is ",
    "a photo of a ",
)


@dataclass(frozen=True)
class Phrase:
    """A phrase and the values that it asks for."""

    text: str
    wants: dict[str, frozenset[str]] = field(default_factory=dict)


def meaning(facet: str, value: str) -> frozenset[str]:
    """Return the leaves that a value stands for: itself and what it covers.

    "blue" means blue first of all.
    """
    leaves = frozenset(vocabulary.leaf_values(facet))
    if value in leaves:
        return frozenset({value})
    return vocabulary.descendants(facet, value) & leaves


def _asked(facet: str) -> list[str]:
    return [
        value
        for value in vocabulary.values(facet)
        if meaning(facet, value) and value not in vocabulary.SHADES
    ]


def _say(facet: str, word: str, rng: np.random.Generator) -> str:
    form = str(rng.choice(_FORMS[facet]))
    # A synonym that already names its part ("half sleeves", "v neck") takes no second noun.
    return (
        word
        if any(noun in word for noun in ("sleeve", "neck", "length", "fit", "shoulder"))
        else form.format(word)
    )


def random_phrase(rng: np.random.Generator) -> Phrase:
    """Return a phrase of one to four facets in a usual order, each named by a random synonym."""
    count = int(rng.choice([1, 2, 3, 4], p=[0.4, 0.3, 0.2, 0.1]))
    weights = np.array([3.0 if f in ("category", "color", "pattern") else 1.0 for f in FACET_SLICE])
    facets = rng.choice(list(FACET_SLICE), size=count, replace=False, p=weights / weights.sum())
    wants, worded = {}, {}
    for facet in map(str, facets):
        value = str(rng.choice(_asked(facet)))
        words = vocabulary.synonyms(facet, value)
        word = words[0] if rng.random() < 0.4 else str(rng.choice(words))
        wants[facet], worded[facet] = meaning(facet, value), _say(facet, word, rng)
    before = [worded[f] for f in _BEFORE if f in worded]
    after = [worded[f] for f in worded if f not in _BEFORE]
    text = str(rng.choice(_OPENINGS)) + " ".join([*before, *after])
    return Phrase(text, wants)


def plain_phrases() -> list[Phrase]:
    """Return one phrase for each word of the vocabulary."""
    return [
        Phrase(word, {facet: meaning(facet, value)})
        for facet in FACET_SLICE
        for value in _asked(facet)
        for word in vocabulary.synonyms(facet, value)
    ]
