"""Tokenisation of raw text, with one spelling of quotes, hyphens and contractions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vocabulary import normal

MAX_CHARS = 4000
"""Maximum length of a message; no wish needs more, and the cut bounds the reading time."""

_SHADE = "(?:navy|light|dark|royal|sky|baby|hot|off|bright|pale|deep|olive)"
_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(p), r)
    for p, r in (
        (r"\bca(?:n'?t|nnot)\b", "can not"),
        (r"\bwon'?t\b", "will not"),
        (
            r"\b(is|are|was|were|do|does|did|has|have|had|would|should|could|need|must)n'?t\b",
            r"\1 not",
        ),
        (r"\b(is|are|was|were|do|does|did|has|have|had|would|should|could|need)n't\b", r"\1 not"),
        (r"\bi'?m\b", "i am"),
        (r"\b(i|you|we|they)'d\b", r"\1 would"),
        (r"\b(i|you|we|they)'ll\b", r"\1 will"),
        (r"\b(i|you|we|they)'ve\b", r"\1 have"),
        (r"\b(you|we|they)'re\b", r"\1 are"),
        (r"\b(it|that|what|there|here|who|where|how)'s\b", r"\1 is"),
        (r"\b(?:w/o|w/out|wo/)(?=\W|$)", "without"),
        (r"\bw/", "with "),
        (r"\blet's\b", "let us"),
        (r"\b(?:so|as) long as\b", "if"),
        (r"\b(?:something )?along the lines of\b", "like"),
        (r"\balong (?:these|those|the same|similar) lines\b", "like this"),
        (
            rf"\b((?:{_SHADE} )?[a-z]+) (?:really |just |simply )?(?:does not|do not|never|did "
            rf"not|will not) "
            r"(?:really |quite )?(?:suit|flatter|become|work (?:for|on)|look good on) (?:me|him|"
            r"her|us|my [a-z]+)\b",
            r"not \1",
        ),
        (r"\bn't\b", " not"),
        (r"\b(?:wanna)\b", "want to"),
        (r"\b(?:gimme)\b", "give me"),
        (r"\b(?:smth|sth|smthg|sumthin|somethin)\b", "something"),
        (r"\b(?:lemme)\b", "let me"),
    )
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|3/4|[a-z]+(?:'[a-z]+)?|[$€£¥%#&/]|[,.;:!?()]")


def clean(text: str) -> str:
    """Return the text normalised for reading.

    It is in lower case with plain quotes and dashes, contractions spelt out and hyphens as spaces.
    """
    text = text[:MAX_CHARS].lower()
    for fancy, simple in (
        ("’", "'"),
        ("‘", "'"),
        ("`", "'"),
        ("´", "'"),
        ("–", "-"),
        ("—", " , "),
        ("“", " "),
        ("”", " "),
    ):
        text = text.replace(fancy, simple)
    text = text.replace("3/4", " threequarter ").replace("¾", " threequarter ")
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    text = re.sub(r"(?<=\d)\s?-\s?(?=[$€£]?\d)", " to ", text)
    text = re.sub(r"(?<=[a-z0-9])-(?=[a-z])", " ", text)
    return re.sub(r"[\s_]+", " ", text).strip()


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text as the lexicon spells them: "women's" -> womens."""
    return tuple(match.group().replace("'", "") for match in _TOKEN.finditer(clean(text)))


def contains_phrase(text: str, phrase: str) -> bool:
    """Return whether `text` contains `phrase` as whole words, ignoring case.

    "polka dot" and "polka-dot" are the same phrase. A hyphen does not end a word: "off-white" does
    not contain "white".
    """
    pattern = "[ -]".join(map(re.escape, re.split(r"[ -]", normal(phrase))))
    return re.search(rf"(?<![\w-]){pattern}(?![\w-])", normal(text)) is not None


@dataclass
class Sentence:
    """The words of a message, and which of them are already read.

    words: the words, including punctuation
    text: the words joined by single spaces, for patterns
    taken: indices of words that a reader has consumed
    """

    words: tuple[str, ...]
    taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.text = " ".join(self.words)
        self._starts: list[int] = []
        position = 0
        for word in self.words:
            self._starts.append(position)
            position += len(word) + 1

    def span(self, match: re.Match[str], group: int | str = 0) -> range:
        """Return the word indices that a match of `self.text`, or a group of it, covers."""
        start, end = match.span(group)
        covered = [i for i, at in enumerate(self._starts) if start <= at < end]
        return range(covered[0], covered[-1] + 1) if covered else range(0)

    def free(self, span: range) -> bool:
        """Return whether no word of the span has been read yet."""
        return not any(i in self.taken for i in span)

    def take(self, span: range) -> None:
        """Mark the words of a span as read."""
        self.taken.update(span)
