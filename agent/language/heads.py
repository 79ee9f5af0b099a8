"""The noun that a word modifies: "longer, puffy sleeves", "the sleeves are longer"."""

from __future__ import annotations

from agent.language.marks import Mark

PHRASE_ENDS = frozenset(
    {
        "verb",
        "have",
        "with",
        "stop",
        "determiner",
        "negation",
        "nor",
        "instead_of",
        "swap_to",
        "taken",
        "matching",
    }
)
"""Kinds of marks that end a noun phrase."""
REACH = 6
"""Maximum number of marks between a word and its noun."""


def _left_verb(marks: list[Mark], index: int) -> str:
    """Return the cue that governs a mark: "have", "with", "verb", or "" at the start."""
    for mark in reversed(marks[:index]):
        if mark.kind in ("have", "with", "verb"):
            return mark.kind
        if mark.kind == "stop":
            break
    return ""


def head_noun(marks: list[Mark], index: int) -> tuple[str, int] | None:
    """Return the part that a mark modifies and its index, or None if that is the garment itself."""
    for at in range(index + 1, min(len(marks), index + 1 + REACH)):
        mark = marks[at]
        if mark.kind == "part":
            return mark.note, at
        if (mark.kind == "value" and mark.facets == {"category"}) or mark.kind in PHRASE_ENDS:
            break
        if mark.kind in ("and", "or", "comma"):
            follows = marks[at + 1].kind if at + 1 < len(marks) else ""
            joins = mark.kind == "or" or _left_verb(marks, index) in ("have", "with")
            if not joins or follows not in ("value", "comparison"):
                break
    return _subject(marks, index)


def _subject(marks: list[Mark], index: int) -> tuple[str, int] | None:
    """Return the part that is the subject of a phrase like "the sleeves are (a bit) longer"."""
    back = index - 1
    while back > 0 and marks[back].kind in (
        "slightly",
        "strongly",
        "more",
        "less",
        "negation",
        "soft",
    ):
        back -= 1
    if back >= 0 and marks[back].kind == "part" and marks[index].kind == "comparison":
        return marks[back].note, back  # "make the sleeves longer"
    if back < 1 or marks[back].kind != "verb":
        return None
    back -= 1
    if marks[back].kind in ("determiner", "verb"):
        back -= 1
    return (marks[back].note, back) if back >= 0 and marks[back].kind == "part" else None
