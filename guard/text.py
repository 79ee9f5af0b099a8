"""Reads attributes out of a listing's prose, negations included.

The words are the vocabulary's, less those that mean something else in a shop's prose (`rules.toml`). What a sentence
says of other garments ("pairs well with a denim jacket") or of care is passed over: a wrong claim costs more than a
missed one, for what the text leaves open the picture answers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from catalog import vocabulary

RULES: dict = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
READ_FACETS = ("color", "pattern", "sleeve_length", "length", "neckline", "fit", "material", "details", "style",
               "gender")
Words = tuple[str, ...]

# A garment's name that also names a part or a detail says nothing about another garment.
_ALSO_PARTS = {"belt", "tie", "vest", "jewellery", "top", "underwear", "socks", "watch"}
_SLEEVES = {"sleeve", "sleeves", "sleeved"}
_SLEEVE_WORDS = {"short": "short", "half": "short", "cap": "short", "long": "long", "full": "long",
                 "quarter": "three-quarter", "3/4": "three-quarter", "elbow": "three-quarter"}
_LABEL_NOUN = {"neckline": " neck", "sleeve_length": " sleeve", "fit": " fit", "length": " length"}
_SHADED_BY = {"wash", "washed", "coloured", "colored", "colour", "color", "tone", "toned", "shade", "shades", "hue",
              "denim"}
_SHADE_WORDS = {"dark": "dark", "deep": "dark", "light": "light", "pale": "light", "pastel": "light",
                "bright": "bright", "vivid": "bright", "neon": "bright"}


@dataclass(frozen=True)
class Found:
    """A phrase in a sentence: tokens start to end (exclusive) name a facet's value."""

    start: int
    end: int
    facet: str
    value: str
    present: bool = True


def tokens(text: str) -> Words:
    """Lower-case words and the marks that join or part a list; hyphens part words."""
    text = re.sub(r"\b([a-z]+)[-‐‑]free\b", r"no \1", text.lower().replace("’", "'"))
    text = re.sub(r"(?<=[a-z])'s\b", "s", text)
    return tuple(re.findall(r"\d+/\d+|n/a|[a-z0-9]+(?:'[a-z]+)?|[,&:/]", text.replace("-", " ")))


def sentences(text: str) -> list[Words]:
    """Sentences and bullet points as tokens, markup dropped."""
    plain = re.sub(r"<[^>]*>", "\n", text)
    parts = re.split(r"[!?;\n•|()\[\]·*]|\.(?=\s|$)|\s[-–—]+\s|—", plain)
    return [words for part in parts if (words := tokens(part))]


@cache
def _phrases() -> dict[Words, tuple[tuple[str, str, bool], ...]]:
    """Token sequence -> what it names, over all facets that are read from prose."""
    table: dict[Words, dict[tuple[str, str, bool], None]] = {}

    def note(phrase: str, facet: str, value: str, present: bool = True) -> None:
        table.setdefault(tokens(phrase), {})[facet, value, present] = None

    for facet in READ_FACETS:
        unsafe = {tokens(word) for word in RULES["unsafe"].get(facet, ())}
        for phrase, value in vocabulary.words(facet).items():
            if tokens(phrase) not in unsafe:
                note(phrase, facet, value)
        for value, more in RULES["phrases"].get(facet, {}).items():
            for phrase in more:
                note(phrase, facet, value)
    for value, more in RULES["absent"].items():
        facet = next(f for f in READ_FACETS if value in vocabulary.values(f))
        for phrase in more:
            note(phrase, facet, value, present=False)
    return {words: tuple(named) for words, named in table.items()}


@cache
def _listed(*path: str) -> frozenset[Words]:
    entry = RULES
    for key in path:
        entry = entry[key]
    return frozenset(tokens(phrase) for phrase in entry)


@cache
def _longest(table: str) -> int:
    source = _phrases() if table == "phrases" else _listed(*table.split("."))
    return max(len(words) for words in source)


def _span(words: Words, at: int, table: str) -> int:
    """Length of the longest phrase of a table that begins at `at`; 0 for none."""
    known = _phrases() if table == "phrases" else _listed(*table.split("."))
    for length in range(min(_longest(table), len(words) - at), 0, -1):
        if words[at:at + length] in known:
            return length
    return 0


def _category_at(words: Words, at: int) -> tuple[str, int] | None:
    for length in (3, 2, 1):
        phrase = " ".join(words[at:at + length])
        value = len(words[at:at + length]) == length and vocabulary.find("category", phrase)
        if value:
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
        if _span(words, at, "advice.whole"):
            return ()
    for at in range(len(words)):
        if _span(words, at, "advice.triggers"):
            return words[:at]
        if words[at] in {"over", "under", "with", "into", "beneath"} and _other_garment(words, at + 1, category):
            return words[:at]
    return words


def _other_garment(words: Words, at: int, category: str | None) -> bool:
    """Whether another garment than the item follows within four words."""
    if category is None:
        return False
    family = vocabulary.descendants("category", category) | set(vocabulary.ancestors("category", category))
    for step in range(at, min(at + 4, len(words))):
        if words[step] in {",", "and", ":"} or _span(words, step, "phrases") > 1:
            return False
        found = _category_at(words, step)
        if found and found[0] not in family | _ALSO_PARTS:
            return True
    return False


def _sleeves(words: Words, at: int) -> Found | None:
    """"long puffed sleeves": a length, at most two words, sleeves."""
    value = _SLEEVE_WORDS.get(words[at])
    if value is None:
        return None
    for end in range(at + 1, min(at + 5, len(words))):
        if words[end] in _SLEEVES:
            return Found(at, end + 1, "sleeve_length", value)
        if words[end] in {":", "and", "or"} or words[end] in _SLEEVE_WORDS and words[end] != "quarter":
            return None
    return None


def _shade(words: Words, at: int) -> Found | None:
    """"dark" says a shade only before a colour or "wash", "tone" and the like."""
    value = _SHADE_WORDS.get(words[at])
    if value is None or at + 1 >= len(words):
        return None
    after = any(facet == "color" for facet, _, _ in _phrases().get(words[at + 1:at + 2], ()))
    return Found(at, at + 1, "color", value) if after or words[at + 1] in _SHADED_BY else None


def _labelled(words: Words) -> tuple[list[Found], int]:
    """"Neckline: Round": what a labelled value says, and the tokens it takes up (0: no label)."""
    colon = words.index(":") if ":" in words[:4] else 0
    for facet, labels in RULES["labels"].items():
        if colon and words[:colon] in {tokens(label) for label in labels}:
            return _values(words, colon + 1, facet), len(words)
    return [], 0


def _values(words: Words, at: int, facet: str) -> list[Found]:
    """The facet's values named from `at` on, whole vocabulary, longest first."""
    found, negated = [], False
    while at < len(words):
        for length in range(min(4, len(words) - at), 0, -1):
            phrase = " ".join(words[at:at + length])
            value = vocabulary.find(facet, phrase) or vocabulary.find(facet, phrase + _LABEL_NOUN.get(facet, ""))
            if value:
                found.append(Found(at, at + length, facet, value, not negated))
                at += length - 1
                break
        negated = words[at] in {"no", "non", "without", "not"}
        at += 1
    return found


def phrases_in(words: Words, in_title: bool = False) -> Iterator[Found]:
    """Vocabulary phrases of a sentence from left to right, longest first, negations not yet applied."""
    at = 0
    while at < len(words):
        skipped, length = _span(words, at, "skip.phrases"), _span(words, at, "phrases")
        branded = _span(words, at, "skip.brands")
        rule = _sleeves(words, at) or (length < 2 and _shade(words, at)) or None
        if max(skipped, branded) >= max(length, 1):
            at += max(skipped, branded)
        elif rule and rule.end - at >= length:
            yield rule
            at = rule.end
        elif length:
            for facet, value, present in _phrases()[words[at:at + length]]:
                yield Found(at, at + length, facet, value, present)
            at += length
        elif in_title and words[at] in {"check", "checker"}:
            yield Found(at, at + 1, "pattern", "checked")
            at += 1
        else:
            at += 1


def _opens_negation(words: Words, at: int) -> int:
    """Length of a negator at `at` that negates what follows; 0 for none."""
    length = _span(words, at, "negation.before")
    return 0 if _span(words, at, "negation.not_negating") else length


def negated_from(words: Words, at: int) -> bool:
    """Whether a negator stands before token `at`, with filler words alone between."""
    fillers = _listed("negation", "between")
    for start in range(at - 1, max(-1, at - 6), -1):
        for begin in (start - 1, start):
            if begin >= 0 and begin + _opens_negation(words, begin) == start + 1 and _opens_negation(words, begin):
                return True
        if words[start:start + 1] not in fillers:
            return False
    return False


def _negated_after(words: Words, end: int) -> bool:
    """"Pockets: none"."""
    return words[end:end + 1] == (":",) and words[end + 1:end + 2] in _listed("negation", "after")


def _carries_on(words: Words, between: Words, this: Found) -> bool | None:
    """Whether a negation goes on from the phrase before to this one; None where the sentence leaves it open.

    "no pockets or hood", "no pockets, hood or zip": it does. "no pockets and a hood", "no pockets with a hood": it
    does not. "no pockets, side zip": open.
    """
    if not between or between[0] in {"or", "nor", "/"}:
        return set(between[1:]) <= {"any", "a", "an"}
    if between == (",",):
        return True if {"or", "nor"} & set(words[this.end:this.end + 6]) else None
    return between in {("and",), ("&",), (",", "or"), (",", "and")}


def with_negations(words: Words, found: list[Found]) -> list[Found]:
    """The phrases with negations applied; a phrase of which that stays open is left out.

    A negated phrase right before another only describes it ("no white stripes" leaves white open) and is left out.
    """
    read: list[Found] = []
    negated: bool | None = False
    for number, this in enumerate(found):
        before = found[number - 1] if number else None
        if before is None or this.start != before.start:  # else the same words name a second facet
            carried = before is not None and negated and _carries_on(words, words[before.end:this.start], this)
            negated = True if negated_from(words, this.start) else carried
        describes = negated and any(later.start == this.end for later in found[number + 1:])
        absent = negated or _negated_after(words, this.end)
        if negated is not None and not describes:
            read.append(replace(this, present=this.present and not absent))
        negated = bool(negated) if negated is not None else True
    return read


def read_sentence(words: Words, category: str | None, in_title: bool = False) -> list[Found]:
    """What one sentence says about the item."""
    labelled, taken = _labelled(words)
    if taken:
        return labelled
    words = about_item(words, category)
    return with_negations(words, list(phrases_in(words, in_title)))
