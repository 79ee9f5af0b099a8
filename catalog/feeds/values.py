"""A feed's words -> the vocabulary's values; what it does not know is counted, never guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import vocabulary
from errors import InputError

Tables = Mapping[str, Mapping[str, tuple[str, ...]]]


def load_map(path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """A mapping file: `[facet]`, then `"a word of the feed" = "value"` or a list; [] says: knowingly nothing.

    Values may be the catalogue's own. Raises InputError.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not a readable TOML file ({error})") from None
    unknown = set(content) - set(vocabulary.ATTRIBUTE_FACETS)
    if unknown:
        raise InputError(
            f"{path}: no facets {sorted(unknown)}; allowed: {', '.join(vocabulary.ATTRIBUTE_FACETS)}"
        )
    return {facet: _table(facet, table, path) for facet, table in content.items()}


def _table(facet: str, table: object, path: Path) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word, value in table.items() if isinstance(table, dict) else ():
        values = [value] if isinstance(value, str) else value
        if not (isinstance(values, list) and all(isinstance(v, str) and v.strip() for v in values)):
            raise InputError(
                f"{path}: [{facet}] {word!r} = {value!r}; allowed: a value or a list of values"
            )
        found[vocabulary.normal(word)] = tuple(
            vocabulary.find(facet, v) or vocabulary.normal(v) for v in values
        )
    return found


class ValueReader:
    """Reads feed values; `unknown` collects {facet: {word: count}} of what neither tables nor vocabulary know."""

    def __init__(self, *tables: Tables, unknown: dict[str, dict[str, int]] | None = None):
        self._tables = tables
        self.unknown = {} if unknown is None else unknown

    def read(self, facet: str, text: str) -> tuple[str, ...]:
        """The values that `text` names, in order: as a whole, else each part of "red/white" or "cotton, linen"."""
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
            found = self._lookup(facet, part)
            if found is None:
                found = self.by_its_end(facet, part)
            if found is None:
                self.count_unknown(facet, part)
            values.extend(found or ())
        return tuple(dict.fromkeys(values))

    def known(self, facet: str, text: str) -> tuple[str, ...] | None:
        """The values of exactly this word, without counting; None when unknown."""
        return self._lookup(facet, vocabulary.normal(text))

    def count_unknown(self, facet: str, word: str) -> None:
        """Notes a word that nobody knows."""
        counts = self.unknown.setdefault(facet, {})
        counts[word] = counts.get(word, 0) + 1

    def _lookup(self, facet: str, word: str) -> tuple[str, ...] | None:
        for table in self._tables:
            if word in table.get(facet, {}):
                return tuple(table[facet][word])
        found = vocabulary.find(facet, word)
        return None if found is None else (found,)

    def by_its_end(self, facet: str, text: str) -> tuple[str, ...] | None:
        """ "heather forest green" -> green: the longest known end, for facets whose last word is the head."""
        if facet not in ("color", "material", "pattern", "category"):
            return None
        words = re.sub(r"^\d+\s*%\s*|\s+(?:blend|mix)$", "", text).split()
        for start in range(len(words)):
            found = self._lookup(facet, " ".join(words[start:]))
            if found is not None:
                return found
        return None
