"""Tokens of sentences, and the phrase tables used to read listings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import vocabulary

RULES: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
)
READ_FACETS = tuple(facet for facet in vocabulary.ATTRIBUTE_FACETS if facet != "category")
Words = tuple[str, ...]


def tokens(text: str) -> Words:
    """Return lower-case words and the marks that join or divide lists; hyphens split words."""
    text = re.sub(
        r"\bw/(o\b)?",
        lambda match: "without " if match[1] else "with ",
        text.lower().replace("’", "'"),
    )
    text = re.sub(r"\b([a-z]+)[-‐‑]free\b", r"no \1", text)
    text = re.sub(r"(?<=[a-z])'s\b", "s", text)
    return tuple(re.findall(r"\d+/\d+|n/a|[a-z0-9]+(?:'[a-z]+)?|[,&:/]", text.replace("-", " ")))


def sentences(text: str) -> list[Words]:
    """Return sentences and bullet points as tokens, without markup."""
    plain = re.sub(r"<[^>]*>", "\n", text)
    parts = re.split(r"[!?;\n•|()\[\]·*]|\.(?=\s|$)|\s[-–—]+\s|—", plain)
    return [words for part in parts if (words := tokens(part))]


def facet_of(value: str) -> str:
    """Return the facet of a value that the tables of absent and negatable phrases name."""
    return next(
        facet for facet in ("details", "pattern", "neckline") if value in vocabulary.values(facet)
    )


@cache
def negatable() -> dict[Words, str]:
    """Return the phrases that are recognised only after a negation, with their values."""
    return {tokens(phrase): value for value, more in RULES["negatable"].items() for phrase in more}


@cache
def phrases() -> dict[Words, tuple[tuple[str, str, bool], ...]]:
    """Return {tokens: ((facet, value, present), ...)} for all facets that are read from prose."""
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
        for phrase in more:
            note(phrase, facet_of(value), value, present=False)
    return {words: tuple(named) for words, named in table.items()}


@cache
def listed(*path: str) -> frozenset[Words]:
    """Return the phrases of one table of the rules as tokens."""
    entry = RULES
    for key in path:
        entry = entry[key]
    return frozenset(tokens(phrase) for phrase in entry)


@cache
def _lookup(table: str) -> tuple[Collection[Words], dict[str, int]]:
    """Return a table's phrases, and the length of the longest that begins with each word."""
    known: Collection[Words] = phrases() if table == "phrases" else listed(*table.split("."))
    longest: dict[str, int] = {}
    for words in known:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return known, longest


def span(words: Words, at: int, table: str) -> int:
    """Return the length of the longest phrase of a table that begins at `at`; 0 for none."""
    known, longest = _lookup(table)
    for length in range(min(longest.get(words[at], 0), len(words) - at), 0, -1):
        if words[at : at + length] in known:
            return length
    return 0
