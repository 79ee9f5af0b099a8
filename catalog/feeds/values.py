"""Mapping of feed words to the vocabulary's values; unknown words are counted, never guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import vocabulary
from errors import InputError

Tables = Mapping[str, Mapping[str, tuple[str, ...]]]


def load_map(path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """Read a mapping file: `[facet]`, then `"a word of the feed" = "value"`, or a list of values.

    An empty list means that the word carries no information. Values may be the catalogue's own.
    Raises InputError if the file is not such a table.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not a readable TOML file ({error})") from None
    unknown = set(content) - set(vocabulary.ATTRIBUTE_FACETS)
    if unknown:
        raise InputError(
            f"{path}: no facets {sorted(unknown)}; "
            f"allowed: {', '.join(vocabulary.ATTRIBUTE_FACETS)}"
        )
    return {facet: _table(facet, table, path) for facet, table in content.items()}


def _table(facet: str, table: object, path: Path) -> dict[str, tuple[str, ...]]:
    values_of: dict[str, tuple[str, ...]] = {}
    for word, value in table.items() if isinstance(table, dict) else ():
        values = [value] if isinstance(value, str) else value
        if not (isinstance(values, list) and all(isinstance(v, str) and v.strip() for v in values)):
            raise InputError(
                f"{path}: [{facet}] {word!r} = {value!r}; allowed: a value or a list of values"
            )
        values_of[vocabulary.normal(word)] = tuple(
            vocabulary.find(facet, v) or vocabulary.normal(v) for v in values
        )
    return values_of


class ValueReader:
    """A reader of feed values, which looks them up in tables and then in the vocabulary.

    unknown: collects {facet: {word: count}} of words found in neither.
    """

    def __init__(self, *tables: Tables, unknown: dict[str, dict[str, int]] | None = None) -> None:
        self._tables = tables
        self.unknown = {} if unknown is None else unknown

    def read(self, facet: str, text: str) -> tuple[str, ...]:
        """Return the values that a text names, in order.

        The text is looked up as a whole first, then in parts ("red/white", "cotton, linen").
        """
        text = vocabulary.normal(text)
        if not text:
            return ()
        whole = self._lookup(facet, text)
        if whole is not None:
            return whole
        parts = [
            part.strip()
            for part in re.split(r"[/,;|&+]|\band\b|(?=\b\d+\s*%)", text)
            if part.strip()
        ]
        values: list[str] = []
        for part in parts:
            part_values = self._lookup(facet, part)
            if part_values is None:
                part_values = self.by_ending(facet, part)
            if part_values is None:
                self.count_unknown(facet, part)
            values.extend(part_values or ())
        return tuple(dict.fromkeys(values))

    def known(self, facet: str, text: str) -> tuple[str, ...] | None:
        """Return the values of exactly this word, or None; do not count unknown words."""
        return self._lookup(facet, vocabulary.normal(text))

    def count_unknown(self, facet: str, word: str) -> None:
        """Count an unknown word."""
        counts = self.unknown.setdefault(facet, {})
        counts[word] = counts.get(word, 0) + 1

    def _lookup(self, facet: str, word: str) -> tuple[str, ...] | None:
        for table in self._tables:
            if word in table.get(facet, {}):
                return tuple(table[facet][word])
        value = vocabulary.find(facet, word)
        return None if value is None else (value,)

    def by_ending(self, facet: str, text: str) -> tuple[str, ...] | None:
        """Return the values of the longest known ending: "heather forest green" is green.

        Only for facets whose last word is the head of the phrase.
        """
        if facet not in ("color", "material", "pattern", "category"):
            return None
        words = re.sub(r"^\d+\s*%\s*|\s+(?:blend|mix)$", "", text).split()
        for start in range(len(words)):
            values = self._lookup(facet, " ".join(words[start:]))
            if values is not None:
                return values
        return None
