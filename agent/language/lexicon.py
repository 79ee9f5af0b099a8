"""The table of phrases and their meanings, from the vocabulary and from `words.toml`.

A phrase is a run of words. It means attribute values (`value`), a comparison (`comparison`: facet,
op and value), or a cue of the grammar ("no", "more", "and", "instead of"). The longest phrase wins.
A phrase of `words.toml` takes precedence over one of the vocabulary.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import vocabulary
from agent.language.tokens import words_of
from vocabulary import ATTRIBUTE_FACETS

GRADABLE = ("style", "fit", "material", "color", "details", "pattern")
_PRIORITY = {
    facet: rank
    for rank, facet in enumerate(
        (
            "color",
            "pattern",
            "sleeve_length",
            "neckline",
            "material",
            "category",
            "details",
            "length",
            "fit",
            "style",
            "gender",
        )
    )
}


@dataclass(frozen=True)
class Sense:
    """One meaning: a facet's value and, for a comparison, its op ("more" or "less")."""

    facet: str
    value: str
    op: str | None = None


@dataclass(frozen=True)
class Entry:
    """The meaning of a phrase.

    kind: "value", "comparison" or a cue's name
    senses: meanings that apply together ("denim jacket")
    """

    kind: str
    senses: tuple[Sense, ...] = ()
    note: str = ""


@cache
def table() -> dict[str, Any]:
    """Return the content of `words.toml`."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def _comparative_forms(word: str) -> set[str]:
    """Return the regular comparative and superlative: tighter, tightest; shinier; slimmer."""
    if word.endswith("y"):
        stems = {word[:-1] + "i"}
    elif word.endswith("e"):
        stems = {word[:-1]}
    elif (
        len(word) > 2
        and word[-1] not in "aeiouwxy"
        and word[-2] in "aeiou"
        and word[-3] not in "aeiou"
    ):
        stems = {word + word[-1], word}
    else:
        stems = {word}
    return {stem + ending for stem in stems for ending in ("er", "est")}


def _vocabulary_phrases() -> dict[tuple[str, ...], Entry]:
    phrases: dict[tuple[str, ...], Entry] = {}
    for facet in sorted(ATTRIBUTE_FACETS, key=lambda name: _PRIORITY.get(name, 99)):
        for word, value in vocabulary.words(facet).items():
            phrases.setdefault(words_of(word), Entry("value", (Sense(facet, value),)))
    return phrases


def _regular_comparisons(phrases: dict[tuple[str, ...], Entry]) -> dict[tuple[str, ...], Entry]:
    entries: dict[tuple[str, ...], Entry] = {}
    for words, entry in phrases.items():
        if (
            len(words) == 1
            and len(entry.senses) == 1
            and entry.senses[0].facet in GRADABLE
            and len(words[0]) > 2
        ):
            sense = entry.senses[0]
            for form in _comparative_forms(words[0]):
                entries.setdefault(
                    (form,), Entry("comparison", (Sense(sense.facet, sense.value, "more"),))
                )
    return entries


def _sense(text: str) -> Sense:
    facet, value = text.split(":", 1)
    facet, _, op = facet.partition(" ")
    return Sense(facet, value.strip(), op or None)


def _forms(phrase: str) -> tuple[str, ...]:
    """Return the phrase and, if it ends in "sleeves", its forms with "sleeve" and "sleeved"."""
    return (phrase, phrase[:-1], phrase[:-1] + "d") if phrase.endswith("sleeves") else (phrase,)


def _own_phrases() -> dict[tuple[str, ...], Entry]:
    own = table()
    phrases: dict[tuple[str, ...], Entry] = {}
    for cue, words in own["cues"].items():
        for word in words:
            phrases[words_of(word)] = Entry(cue)
    for part, words in own["parts"].items():
        for word in words:
            phrases[words_of(word)] = Entry("part", note=part)
    for word in own["pictured"]["list"]:
        phrases[words_of(word)] = Entry("value", (Sense("pattern", "graphic"),), note="pictured")
    for kind, section in (("value", "meanings"), ("comparison", "comparisons")):
        for meaning, words in own[section].items():
            entry = Entry(kind, tuple(_sense(m) for m in meaning.split(" + ")))
            phrases.update({words_of(form): entry for word in words for form in _forms(word)})
    return phrases


@cache
def phrases() -> dict[tuple[str, ...], Entry]:
    """Return {phrase as a tuple of words: its entry}."""
    return {
        **_regular_comparisons(_named()),
        **_lacking(_named()),
        **_color_plurals(_named()),
        **_named(),
        **_own_phrases(),
    }


def _lacking(known: dict[tuple[str, ...], Entry]) -> dict[tuple[str, ...], Entry]:
    """Return the single words that rule out a detail or a collar: "collarless"."""
    return {
        (words[0] + "less",): Entry(
            "comparison", (Sense(entry.senses[0].facet, entry.senses[0].value, "exclude"),)
        )
        for words, entry in known.items()
        if len(words) == 1 and entry.senses[0].facet in ("details", "neckline")
    }


def _color_plurals(known: dict[tuple[str, ...], Entry]) -> dict[tuple[str, ...], Entry]:
    """Return the plurals of colours: "blues and greens"."""
    return {
        (value + "s",): Entry("value", (Sense("color", value),))
        for value in vocabulary.leaf_values("color")
        if " " not in value and (value + "s",) not in known
    }


@cache
def _named() -> dict[tuple[str, ...], Entry]:
    known = _vocabulary_phrases()
    for words in table()["not_words"]["list"]:
        known.pop(words_of(words), None)
    return known


@cache
def spellable() -> frozenset[str]:
    """Return the single words that a misspelling may be corrected to; no derived comparatives."""
    single = {
        words[0]: entry
        for words, entry in {**_named(), **_own_phrases()}.items()
        if len(words) == 1
    }
    return frozenset(
        word for word, entry in single.items() if entry.kind in ("value", "comparison", "part")
    )


@cache
def longest() -> dict[str, int]:
    """Return {first word: number of words in the longest phrase that begins with it}."""
    lengths: dict[str, int] = {}
    for words in phrases():
        lengths[words[0]] = max(lengths.get(words[0], 0), len(words))
    return lengths
