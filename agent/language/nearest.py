"""Lookup of the nearest known vibe for an unknown one, used only if it is nearly always right.

Sentence embeddings handle cultural references badly, so the bar is high. At MIN_COSINE and
MIN_LEAD, 9 of 10 names held out from the lexicon find their own entry
(`python -m evaluation vibes`). Below these limits the chat asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from agent.language.reading import Reading, Vibe
from agent.language.sentences import sentence_encoder
from agent.language.tokens import words_of
from agent.language.vibes import Entry, constraints_of, give_way, lexicon
from agent.wording.notes import vibe_read_as

MIN_COSINE = 0.65
MIN_LEAD = 0.15
"""Minimum cosine, and minimum lead over the next entry."""
Embed = Callable[[Sequence[str]], np.ndarray]
_MAX_WORDS = 7
"""Maximum number of words in a message that may be a vibe as a whole."""
_MAX_NAMES = 2
"""How many of an entry's best names count; the best one alone is often a stray word."""


@dataclass(frozen=True)
class Near:
    """The nearest entry, its score (a cosine), and its lead over the next entry."""

    entry: Entry
    score: float
    ahead: float

    @property
    def sure(self) -> bool:
        """Whether score and lead are high enough to accept the entry."""
        return self.score >= MIN_COSINE and self.ahead >= MIN_LEAD


class Nearest:
    """An index of the lexicon's entries, as vectors of all their names."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        names: dict[str, tuple[Entry, list[str]]] = {}
        for words, entry in lexicon().items():
            names.setdefault(entry.name, (entry, []))[1].append(" ".join(words))
        self.entries = [entry for entry, _ in names.values()]
        texts = [text for _, own in names.values() for text in own]
        self._owner = np.repeat(np.arange(len(names)), [len(own) for _, own in names.values()])
        self._vectors = embed(texts)

    def __call__(self, phrase: str) -> Near:
        """Return the entry whose best names are most similar to the phrase."""
        return self._near(self._vectors @ self._embed([phrase])[0])

    def held_out(self) -> list[tuple[Entry, Near]]:
        """Return, for each name left out in turn, its own entry and the nearest by other names."""
        cosines = self._vectors @ self._vectors.T
        np.fill_diagonal(cosines, -1.0)
        return [
            (self.entries[owner], self._near(row))
            for owner, row in zip(self._owner, cosines, strict=True)
        ]

    def _near(self, cosine: np.ndarray) -> Near:
        scores = np.array(
            [
                np.sort(cosine[self._owner == number])[-_MAX_NAMES:].mean()
                for number in range(len(self.entries))
            ]
        )
        best, second = np.argsort(-scores)[:2]
        return Near(self.entries[best], float(scores[best]), float(scores[best] - scores[second]))


@cache
def nearest() -> Nearest | None:
    """Return the nearest-vibe index, or None without a sentence encoder."""
    encoder = sentence_encoder()
    return Nearest(encoder) if encoder else None


def candidates(reading: Reading) -> tuple[str, ...]:
    """Return phrases that may be a vibe.

    A candidate looks like a vibe, or is a short message in which nothing else was understood.
    """
    understood = (
        reading.constraints
        or reading.intents
        or reading.mentions
        or reading.drop
        or reading.vibes
        or reading.count
    )
    whole = (
        not (understood or reading.unknown_vibes)
        and reading.unknown
        and len(reading.text.split()) <= _MAX_WORDS
    )
    if whole and words_of(reading.text)[0] in ("no", "not", "without", "less", "more", "nothing"):
        return ()
    phrases = (reading.text.strip(" .!?"),) if whole else reading.unknown_vibes
    # a name that the reader rejected as a vibe ("spring mattress") would match here again
    return tuple(
        phrase for phrase in phrases if not any((word,) in lexicon() for word in words_of(phrase))
    )


def read_as(reading: Reading, find: Nearest | None) -> tuple[Reading, tuple[str, ...]]:
    """Return the reading with unknown vibes replaced by the nearest known ones, and notes on that.

    A vibe without a close enough match stays unknown. As always, explicit words override a vibe.
    """
    phrases = candidates(reading)
    if find is None or not phrases:
        return reading, ()
    near = {phrase: find(phrase) for phrase in phrases}
    sure = {phrase: hit.entry for phrase, hit in near.items() if hit.sure}
    if not sure:
        return reading, ()
    wanted = [c for entry in sure.values() for c in constraints_of(entry)]
    vibes = tuple(
        Vibe(name=entry.name, kind=entry.kind, text=phrase) for phrase, entry in sure.items()
    )
    notes = tuple(vibe_read_as(phrase, entry.name, entry.reason) for phrase, entry in sure.items())
    return reading.model_copy(
        update={
            "constraints": (*reading.constraints, *give_way(reading.constraints, wanted)),
            "vibes": (*reading.vibes, *vibes),
            "unknown_vibes": tuple(
                phrase for phrase in reading.unknown_vibes if phrase not in sure
            ),
        }
    ), notes
