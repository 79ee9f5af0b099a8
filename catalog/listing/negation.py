"""The scope of negation in a listing's sentence: which phrases it applies to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog.listing.words import Words, listed, span

MAX_NEGATION_REACH = 5
"""Tokens between a negator and the phrase that it negates, its own last one included."""


@dataclass(frozen=True)
class Phrase:
    """A span of tokens, `start` to `end` (exclusive), of a sentence that names a value of a facet.

    present: whether the sentence says that the item has the value.
    """

    start: int
    end: int
    facet: str
    value: str
    present: bool = True


def _opens_negation(words: Words, at: int) -> int:
    """Return the length of a negator at `at` that negates what follows; 0 for none."""
    length = span(words, at, "negation.before")
    return 0 if span(words, at, "negation.not_negating") else length


def negated_from(words: Words, at: int) -> bool:
    """Return whether a negator stands before token `at`, with only filler words between."""
    fillers = listed("negation", "between")
    for start in range(at - 1, max(-1, at - 1 - MAX_NEGATION_REACH), -1):
        for begin in (start - 1, start):
            length = _opens_negation(words, begin) if begin >= 0 else 0
            if length and begin + length == start + 1:
                return True
        if words[start : start + 1] not in fillers:
            return False
    return False


def _negated_after(words: Words, start: int, end: int) -> bool:
    """Return whether a negator follows: "pockets: none", "we left the pockets out"."""
    if words[end : end + 1] == (":",) and words[end + 1 : end + 2] in listed("negation", "after"):
        return True
    if words[end : end + 1] == ("out",) and "left" in words[max(0, start - 3) : start]:
        return True
    return any(span(words, at, "negation.later") for at in range(end, min(end + 4, len(words))))


def _partial(words: Words, at: int) -> bool:
    """Return whether a negation before `at` covers only one part and leaves the rest open.

    "no back pockets" leaves open whether there are other pockets.
    """
    return words[at - 1 : at] in listed("negation", "partial") and negated_from(words, at - 1)


def _carries_on(words: Words, between: Words, phrase: Phrase) -> bool | None:
    """Return whether a negation of the previous phrase extends to this one; None if ambiguous.

    It does in "no pockets or hood" and "no pockets, hood or zip", but not in "no pockets and a
    hood" and "no pockets with a hood". "no pockets, side zip" is ambiguous.
    """
    if not between or between[0] in {"or", "nor", "/"}:
        return set(between[1:]) <= {"any", "a", "an"}
    if between == (",",):
        return True if {"or", "nor"} & set(words[phrase.end : phrase.end + 6]) else None
    return between in {("and",), ("&",), (",", "or"), (",", "and")}


def with_negations(words: Words, phrases: Sequence[Phrase]) -> list[Phrase]:
    """Return the phrases with negations applied, omitting those whose negation is uncertain.

    A negated phrase directly before another one only describes it ("no white stripes" does not
    deny white) and is omitted too.
    """
    readings: list[Phrase] = []
    negated: bool | None = False
    previous: Phrase | None = None
    for number, phrase in enumerate(phrases):
        # Phrases that start together are the same words, read for a second facet.
        if previous is None or phrase.start != previous.start:
            negated = _negated(words, phrase, previous, bool(negated))
        describes = negated and any(later.start == phrase.end for later in phrases[number + 1 :])
        absent = negated or _negated_after(words, phrase.start, phrase.end)
        if negated is not None and not describes and not _partial(words, phrase.start):
            readings.append(replace(phrase, present=phrase.present and not absent))
        negated = negated is None or negated
        previous = phrase
    return readings


def _negated(
    words: Words, phrase: Phrase, previous: Phrase | None, previous_negated: bool
) -> bool | None:
    """Return whether a negation before a phrase applies to it; None if ambiguous."""
    if negated_from(words, phrase.start):
        return True
    if previous is None or not previous_negated:
        return False
    return _carries_on(words, words[previous.end : phrase.start], phrase)
