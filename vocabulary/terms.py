"""Words for values: synonyms, plurals and misspellings, and the value that a word names."""

from __future__ import annotations

from functools import cache

from vocabulary.table import TABLE, known, normal, values

ONE_SIZE: frozenset[str] = frozenset(TABLE.sizes.one_size)
"""Sizes that fit everybody, in upper case."""


def regular_plural(word: str) -> str:
    """Return the word with "s" or "es"."""
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


@cache
def synonyms(facet: str, value: str) -> tuple[str, ...]:
    """Return the words for a value, its own name first."""
    others = (normal(word) for word in known(facet)[value].words)
    return (value, *dict.fromkeys(word for word in others if word != value))


@cache
def words(facet: str) -> dict[str, str]:
    """Return every word for a facet's values with its value.

    A value's own name wins over another value's synonym. Relative values have no words here.
    """
    named = [v for v in values(facet) if not known(facet)[v].relative]
    table: dict[str, str] = {}
    for value in named:
        for word in synonyms(facet, value):
            table.setdefault(word, value)
            if facet == "category":
                table.setdefault(regular_plural(word), value)
        if facet == "category":
            table.setdefault(plural(value), value)
    return table | {value: value for value in named}


def find(facet: str, text: str) -> str | None:
    """Return the value that `text` names exactly (case, hyphens and spaces aside), or None."""
    wanted = normal(text)
    table = words(facet)
    for form in (wanted, wanted.replace("-", " "), wanted.replace(" ", "-")):
        if form in table:
            return table[form]
    return None


def plural(category: str) -> str:
    """Return a category's plural: "dresses", "jeans"; that of a shop's own category by rule."""
    entry = TABLE.category.get(category)
    if entry is not None and entry.plural is not None:
        return entry.plural
    return regular_plural(category)


def countable(category: str) -> bool:
    """Return whether one speaks of "a" such item: a dress, but not a jeans."""
    return plural(category) != category
