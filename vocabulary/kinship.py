"""Relations between values: which one covers which, and which exclude each other."""

from __future__ import annotations

from functools import cache

from vocabulary.table import OPEN_FACETS, known, normal


@cache
def parent(facet: str, value: str) -> str | None:
    """Return the value that covers `value`, or None."""
    entry = None if facet in OPEN_FACETS else known(facet).get(value)
    return None if entry is None else entry.of


@cache
def ancestors(facet: str, value: str) -> tuple[str, ...]:
    """Return the value itself, its parent, and so on up."""
    line, above = [value], parent(facet, value)
    while above is not None:
        line.append(above)
        above = parent(facet, above)
    return tuple(line)


@cache
def descendants(facet: str, value: str) -> frozenset[str]:
    """Return `value` and all that it covers; a value of the catalogue's own covers itself alone."""
    if facet in OPEN_FACETS:
        return frozenset({value})
    return frozenset({value}) | {v for v in known(facet) if value in ancestors(facet, v)}


def covers(facet: str, wanted: str, have: str) -> bool:
    """Return whether an item that has `have` counts as having `wanted`."""
    if facet == "brand":
        return normal(wanted) == normal(have)
    if facet == "size":
        return wanted.upper().strip() == have.upper().strip()
    return wanted in ancestors(facet, have)


def related(facet: str, one: str, other: str) -> bool:
    """Return whether one of two values covers the other."""
    return covers(facet, one, other) or covers(facet, other, one)


@cache
def opposite(facet: str, one: str, other: str) -> bool:
    """Return whether no item has both values: a casual thing is not formal."""
    return _listed("opposite", facet, one, other)


@cache
def contrasting(facet: str, one: str, other: str) -> bool:
    """Return whether a shopper who asks for one no longer wants the other; opposites included.

    An elegant thing may be casual, yet "something elegant" ends the wish for a casual one.
    """
    return opposite(facet, one, other) or _listed("contrasts", facet, one, other)


def _listed(key: str, facet: str, one: str, other: str) -> bool:
    if facet in OPEN_FACETS:
        return False
    entries = known(facet)
    return any(
        second in getattr(entries[first], key)
        for first, second in ((one, other), (other, one))
        if first in entries
    )
