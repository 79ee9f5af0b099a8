"""Correction of misspelt fashion words; real English words stay as they are.

Only words of five letters or more that are neither in the lexicon nor in `english.txt` (English
words close to a fashion word) are corrected. The correction has the same first letter and is one
edit away, or two edits for words of nine letters or more.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from agent.language.lexicon import phrases, spellable

_SHORTEST = 5
_GRAMMAR = ("nothing", "without", "except", "instead", "something", "anything")
"""Words that reverse a wish, or occur in most: "nothng stripey" must not ask for stripes."""


@cache
def _known() -> frozenset[str]:
    return frozenset(word for phrase in phrases() for word in phrase)


@cache
def _targets() -> dict[str, tuple[str, ...]]:
    """Return {first letter: the words that a misspelling may be corrected to}."""
    by_letter: dict[str, list[str]] = {}
    for word in sorted({*spellable(), *_GRAMMAR}):
        if len(word) >= _SHORTEST:
            by_letter.setdefault(word[0], []).append(word)
    return {letter: tuple(words) for letter, words in by_letter.items()}


@cache
def _english() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("english.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=8192)
def mend(word: str) -> str:
    """Return the fashion or grammar word that `word` misspells, or `word` itself."""
    if len(word) < _SHORTEST or word in _known() or word in _english() or not word.isalpha():
        return word
    allowed = 2 if len(word) >= 9 else 1
    best = extractOne(word, _targets().get(word[0], ()), scorer=OSA.distance, score_cutoff=allowed)
    return best[0] if best else word
