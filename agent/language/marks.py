"""Marks: the longest known phrases of a sentence, with misspellings corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.language.lexicon import Sense, longest, phrases
from agent.language.spelling import mend
from agent.language.tokens import Sentence


@dataclass(frozen=True)
class Mark:
    """A phrase in its place.

    kind: "value", "comparison", "part", a cue's name, or "word" for an unknown one
    start, end: word indices, end exclusive
    note: which part ("sleeve")
    confidence: below 1 if the spelling was corrected
    """

    kind: str
    start: int
    end: int
    text: str
    senses: tuple[Sense, ...] = ()
    note: str = ""
    confidence: float = 1.0

    def as_(self, kind: str, *senses: Sense) -> Mark:
        """Return a mark in the same place with another meaning."""
        return replace(self, kind=kind, senses=senses)

    @property
    def facets(self) -> frozenset[str]:
        """The facets that the mark is about."""
        return frozenset(sense.facet for sense in self.senses)


def _match(words: tuple[str, ...], start: int, end: int) -> tuple[int, tuple[str, ...]] | None:
    """Return the end and the words of the longest phrase in words[start:end]."""
    for stop in range(min(end, start + longest().get(words[start], 0)), start, -1):
        if words[start:stop] in phrases():
            return stop, words[start:stop]
    return None


def _mended(sentence: Sentence) -> tuple[tuple[str, ...], set[int]]:
    """Return the words with misspellings corrected, and the indices of the corrected ones."""
    words, touched = [], set()
    for index, word in enumerate(sentence.words):
        better = word if index in sentence.taken else mend(word)
        if better != word:
            touched.add(index)
        words.append(better)
    return tuple(words), touched


def read_marks(sentence: Sentence) -> list[Mark]:
    """Return the marks of a sentence in order; words already read have the kind "taken"."""
    words, touched = _mended(sentence)
    marks: list[Mark] = []
    index = 0
    while index < len(words):
        if index in sentence.taken:
            marks.append(Mark("taken", index, index + 1, words[index]))
            index += 1
            continue
        end = next((i for i in range(index, len(words)) if i in sentence.taken), len(words))
        match = _match(words, index, end)
        if match is None:
            marks.append(Mark("word", index, index + 1, words[index]))
            index += 1
            continue
        stop, phrase = match
        entry = phrases()[phrase]
        confidence = 0.9 if touched & set(range(index, stop)) else 1.0
        marks.append(
            Mark(entry.kind, index, stop, " ".join(phrase), entry.senses, entry.note, confidence)
        )
        index = stop
    return marks
