"""Whether the listing says that an item has a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import vocabulary
from catalog.listing.statements import ListingStatements, Statement
from guard.verdict import VerdictSource

IMPLIED_ABSENCE_TRUST = 0.9
"""Trust in "it is red, so it is not blue" for a facet that may have several values."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about whether an item has a value.

    has: True, False, or None where nothing says so; `confidence` is then how probable a picture
    makes it. within: a stated parent of the value, so that the item has the value or a sibling.
    implied: the absence only follows from another stated value of a facet that may have several.
    """

    has: bool | None = None
    source: VerdictSource = "none"
    confidence: float = 0.0
    within: str | None = None
    implied: bool = False


def stated_category(statements: Iterable[Statement]) -> Statement | None:
    """Return the statement of the item's category, if any."""
    return next(
        (s for s in statements if s.facet == "category" and s.present and not s.conflicting), None
    )


def stated_color(statements: Iterable[Statement]) -> Statement | None:
    """Return the statement of the main colour, if any: listings name it first."""
    return next(
        (
            s
            for s in statements
            if s.facet == "color"
            and s.present
            and not s.conflicting
            and not vocabulary.is_shade("color", s.value)
        ),
        None,
    )


@lru_cache(maxsize=100_000)
def listed(facet: str, value: str, statements: ListingStatements) -> Evidence:
    """Return what the listing says about an item having `value` of `facet`, children included."""
    category = stated_category(statements)
    if category and not vocabulary.applicable(facet, category.value, value):
        return _by(category, False)
    decisive = [s for s in statements if s.facet == facet and not s.conflicting]
    if vocabulary.is_shade(facet, value):
        return _shade(value, decisive)
    direct = _named(facet, value, decisive) or _plain_or_patterned(value, decisive)
    return direct or _from_other_values(facet, value, [s for s in decisive if s.present])


def _by(statement: Statement, has: bool) -> Evidence:
    return Evidence(has, statement.source, statement.confidence)


def _named(facet: str, value: str, statements: Sequence[Statement]) -> Evidence | None:
    """Return what is stated of the value itself: it or a child present, it or a parent absent."""
    for s in statements:
        if s.present and vocabulary.covers(facet, value, s.value):
            return _by(s, True)
    for s in statements:
        if not s.present and vocabulary.covers(facet, s.value, value):
            return _by(s, False)
    return None


def _plain_or_patterned(value: str, statements: Sequence[Statement]) -> Evidence | None:
    """Return what a denial of "solid" or "patterned" says: an item without one is the other."""
    complement = {"patterned": "solid", "solid": "patterned"}.get(value)
    denial = next((s for s in statements if not s.present and s.value == complement), None)
    return None if denial is None else _by(denial, True)


def _from_other_values(facet: str, value: str, present: Sequence[Statement]) -> Evidence:
    """Return what other stated values of the facet say about this one."""
    others = [s for s in present if not vocabulary.is_shade(facet, s.value)]
    opposite = next((s for s in others if vocabulary.opposite(facet, s.value, value)), None)
    if opposite is not None:
        return Evidence(False, opposite.source, IMPLIED_ABSENCE_TRUST)
    if not others or facet in vocabulary.OPEN_WORLD:
        return Evidence()
    parent = next((s.value for s in _narrowest(others) if _covers(s, value)), None)
    if parent is not None:
        return Evidence(within=parent)
    if _left_open(facet, value, {s.value for s in others}):
        return Evidence()
    best = max(others, key=lambda s: (s.source == "listing", s.confidence))
    if vocabulary.exclusive(facet):
        return _by(best, False)
    trust = min(best.confidence, IMPLIED_ABSENCE_TRUST)
    return Evidence(False, best.source, trust, implied=True)


def _covers(statement: Statement, value: str) -> bool:
    return vocabulary.covers(statement.facet, statement.value, value)


def _narrowest(statements: Sequence[Statement]) -> list[Statement]:
    """Return the most specific statements: beside "floral", "printed" adds nothing."""
    return [
        s
        for s in statements
        if not any(other.value != s.value and _covers(s, other.value) for other in statements)
    ]


def _left_open(facet: str, value: str, stated: set[str]) -> bool:
    """Return whether a vague value leaves this one open.

    "multicolour" may include red, and red and blue together may be called multicolour.
    """
    vague = vocabulary.VAGUE.get(facet)
    return vague in stated or (value == vague and len(stated) > 1)


def _shade(shade: str, statements: Sequence[Statement]) -> Evidence:
    """Return what is stated of a shade: by its own word, else by colours (navy is dark)."""
    return _named_shade(shade, statements) or _shade_of_colors(shade, statements)


def _named_shade(shade: str, statements: Sequence[Statement]) -> Evidence | None:
    for s in statements:
        if s.value == shade:
            return _by(s, s.present)
        if s.present and vocabulary.opposite("color", s.value, shade):
            return _by(s, False)
    return None


def _shade_of_colors(shade: str, statements: Sequence[Statement]) -> Evidence:
    main = stated_color(statements)
    if main is None:
        return Evidence()
    if shade == "colorful":
        bright = {
            s.value for s in statements if s.present and vocabulary.has_shade("bright", s.value)
        }
        if len(bright) >= 2:
            return _by(main, True)
    # The main colour alone counts: a white stripe does not make a navy shirt light.
    has = vocabulary.has_shade(shade, main.value)
    return Evidence() if has is None else _by(main, has)
