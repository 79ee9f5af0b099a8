"""Negations in a listing's sentence: which phrases they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog.listing.words import Words, listed, span


@dataclass(frozen=True)
class Found:
    """A phrase in a sentence: tokens start to end (exclusive) name a facet's value."""

    start: int
    end: int
    facet: str
    value: str
    present: bool = True


def _opens_negation(words: Words, at: int) -> int:
    """Length of a negator at `at` that negates what follows; 0 for none."""
    length = span(words, at, "negation.before")
    return 0 if span(words, at, "negation.not_negating") else length


def negated_from(words: Words, at: int) -> bool:
    """Whether a negator stands before token `at`, with filler words alone between."""
    fillers = listed("negation", "between")
    for start in range(at - 1, max(-1, at - 6), -1):
        for begin in (start - 1, start):
            if (
                begin >= 0
                and begin + _opens_negation(words, begin) == start + 1
                and _opens_negation(words, begin)
            ):
                return True
        if words[start : start + 1] not in fillers:
            return False
    return False


def _negated_after(words: Words, start: int, end: int) -> bool:
    """ "Pockets: none", "pockets were left out", "we left the pockets out"."""
    if words[end : end + 1] == (":",) and words[end + 1 : end + 2] in listed("negation", "after"):
        return True
    if words[end : end + 1] == ("out",) and "left" in words[max(0, start - 3) : start]:
        return True
    return any(span(words, at, "negation.later") for at in range(end, min(end + 4, len(words))))


def _partial(words: Words, at: int) -> bool:
    """Whether a negation before `at` speaks of a part alone ("no back pockets"), so that the rest
    stays open."""
    return words[at - 1 : at] in listed("negation", "partial") and negated_from(words, at - 1)


def _carries_on(words: Words, between: Words, this: Found) -> bool | None:
    """Whether a negation goes on from the phrase before to this one; None where the sentence leaves it open.

    "no pockets or hood", "no pockets, hood or zip": it does. "no pockets and a hood", "no pockets with a hood": it
    does not. "no pockets, side zip": open.
    """
    if not between or between[0] in {"or", "nor", "/"}:
        return set(between[1:]) <= {"any", "a", "an"}
    if between == (",",):
        return True if {"or", "nor"} & set(words[this.end : this.end + 6]) else None
    return between in {("and",), ("&",), (",", "or"), (",", "and")}


def with_negations(words: Words, found: Sequence[Found]) -> list[Found]:
    """The phrases with negations applied; a phrase of which that stays open is left out.

    A negated phrase right before another only describes it ("no white stripes" leaves white open) and is left out.
    """
    read: list[Found] = []
    negated: bool | None = False
    for number, this in enumerate(found):
        before = found[number - 1] if number else None
        if before is None or this.start != before.start:  # else the same words name a second facet
            carried = (
                before is not None
                and negated
                and _carries_on(words, words[before.end : this.start], this)
            )
            negated = True if negated_from(words, this.start) else carried
        describes = negated and any(later.start == this.end for later in found[number + 1 :])
        absent = negated or _negated_after(words, this.start, this.end)
        if negated is not None and not describes and not _partial(words, this.start):
            read.append(replace(this, present=this.present and not absent))
        negated = bool(negated) if negated is not None else True
    return read
