"""Vibes ("Bridgerton vibes", "first day at a law firm") as attributes that only rank."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from agent.language.reading import Vibe
from agent.language.tokens import Sentence, words_of
from agent.language.vibe_signs import look_alikes, meant, refused, with_sign
from vocabulary import covers
from vocabulary.wish import Constraint

_MAX_ATTRIBUTES = 7
"""Maximum number of attributes per vibe; any more would only blur the ranking."""
_ALL_BUT = 87
"""Minimum similarity (0 to 100) at which a phrase counts as a misspelt name."""


@dataclass(frozen=True)
class Entry:
    """A vibe of the lexicon: attributes with weights in (0, 1] and the reason in a few words."""

    name: str
    kind: str
    wants: tuple[tuple[str, str, float], ...]
    reason: str


@cache
def lexicon() -> dict[tuple[str, ...], Entry]:
    """Return {the words of a name: its entry}."""
    table: dict[tuple[str, ...], Entry] = {}
    rows = tomllib.loads(Path(__file__).with_name("vibes.toml").read_text(encoding="utf-8"))
    for kind, entries in rows.items():
        for name, row in entries.items():
            entry = Entry(
                name, kind, tuple(_want(w) for w in row["wants"].split(", ")), row["reason"]
            )
            for words in (name, *row["words"]):
                table.setdefault(words_of(words), entry)
    return table


def _want(text: str) -> tuple[str, str, float]:
    attribute, weight = text.rsplit(" ", 1)
    facet, value = attribute.split(":", 1)
    return facet, value, float(weight)


@cache
def _longest() -> dict[str, int]:
    lengths: dict[str, int] = {}
    for words in lexicon():
        lengths[words[0]] = max(lengths.get(words[0], 0), len(words))
    return lengths


@dataclass(frozen=True)
class VibeReading:
    """The known vibes of a message, their constraints, and unknown phrases that look like one."""

    vibes: tuple[Vibe, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    unknown: tuple[str, ...] = ()


def read_vibes(sentence: Sentence) -> VibeReading:
    """Read the vibes of a message, and mark their words as read.

    Attribute words of the vocabulary ("vintage") stay attributes.
    """
    hits: dict[str, tuple[Vibe, tuple[Constraint, ...]]] = {}
    index = 0
    while index < len(sentence.words):
        match = _match(sentence, index)
        if match is None:
            index += 1
            continue
        entry, span = match
        text = " ".join(sentence.words[span.start : span.stop])
        hits.setdefault(
            entry.name, (_vibe(entry, text), constraints_of(entry, refused(sentence, span)))
        )
        sentence.take(with_sign(sentence, span))
        index = span.stop
    unknown = []
    for text, span in look_alikes(sentence):
        sentence.take(span)
        near = _misspelt(text)
        if near is None:
            unknown.append(text)
        else:
            hits.setdefault(
                near.name, (_vibe(near, text), constraints_of(near, refused(sentence, span)))
            )
    return VibeReading(
        tuple(vibe for vibe, _ in hits.values()),
        tuple(c for _, constraints in hits.values() for c in constraints),
        tuple(unknown),
    )


def _vibe(entry: Entry, text: str) -> Vibe:
    return Vibe(name=entry.name, kind=entry.kind, text=text)


def _match(sentence: Sentence, index: int) -> tuple[Entry, range] | None:
    """Return the longest name that begins at `index` and is meant as a vibe."""
    for end in range(
        min(len(sentence.words), index + _longest().get(sentence.words[index], 0)), index, -1
    ):
        span = range(index, end)
        entry = lexicon().get(sentence.words[index:end])
        if entry and sentence.free(span) and meant(sentence, span, entry.kind):
            return entry, span
    return None


def _misspelt(text: str) -> Entry | None:
    """Return the entry whose name `text` misspells, or None."""
    near = extractOne(text, _names(), scorer=ratio, score_cutoff=_ALL_BUT)
    return lexicon()[tuple(near[0].split())] if near else None


@cache
def _names() -> tuple[str, ...]:
    return tuple(" ".join(words) for words in lexicon())


def constraints_of(entry: Entry, unwanted: bool = False) -> tuple[Constraint, ...]:
    """Return what a vibe prefers, strongest first; for an unwanted one, less of its strongest."""
    wants = sorted(entry.wants, key=lambda want: -want[2])
    if unwanted:
        facet, value, weight = wants[0]
        return (
            Constraint(
                facet=facet,
                op="less",
                value=value,
                source="vibe",
                weight=weight,
                reason=f"not {entry.name}",
            ),
        )
    return tuple(
        Constraint(
            facet=facet,
            op="prefer",
            value=value,
            source="vibe",
            weight=weight,
            confidence=weight,
            reason=f"{entry.name}: {entry.reason}",
        )
        for facet, value, weight in wants[:_MAX_ATTRIBUTES]
    )


def give_way(stated: Iterable[Constraint], vibes: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Return the vibes' constraints that explicit words leave open; of repeats, the strongest.

    A facet with a required value is not open, except for style and details, where several values
    go together. An excluded value is never preferred, nor is a value that contains it.
    """
    stated = tuple(stated)
    decided = {c.facet for c in stated if c.op in ("require", "prefer", "more", "less")} - {
        "style",
        "details",
    }
    strongest: dict[tuple[str, str], Constraint] = {}
    for c in sorted(vibes, key=lambda c: -c.weight):
        same = [s for s in stated if s.facet == c.facet]
        banned = any(
            s.op in ("exclude", "less") and covers(c.facet, str(s.value), str(c.value))
            for s in same
        )
        if c.facet not in decided and not banned and not any(s.value == c.value for s in same):
            strongest.setdefault((c.facet, str(c.value)), c)
    return tuple(strongest.values())
