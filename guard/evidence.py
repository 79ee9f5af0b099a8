"""Whether the listing says that an item has a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import vocabulary
from catalog.listing.statements import ListingStatements, Statement
from guard.verdict import VerdictSource

IMPLIED_ABSENCE = 0.9
"""Trust in "it is red, so it is not blue" for a facet that may have several values."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """has: True, False or None (not said; `confidence` is then how probable a picture makes it).

    within: a stated parent of the value, so the item has it or a sibling. implied: absence that only follows from
    another stated value of a facet that may have several.
    """

    has: bool | None = None
    source: VerdictSource = "none"
    confidence: float = 0.0
    within: str | None = None
    implied: bool = False


def stated_category(statements: Sequence[Statement]) -> Statement | None:
    """The category that the listing states, if any."""
    return next(
        (s for s in statements if s.facet == "category" and s.present and not s.conflicting), None
    )


@lru_cache(maxsize=100_000)
def listed(facet: str, value: str, statements: ListingStatements) -> Evidence:
    """What the listing says about an item having `value` of `facet`, children included."""
    category = stated_category(statements)
    if category and not vocabulary.applicable(facet, category.value, value):
        return Evidence(False, category.source, category.confidence)
    told = [s for s in statements if s.facet == facet and not s.conflicting]
    if facet == "color" and value in vocabulary.SHADES:
        return _listed_shade(value, told)
    present, absent = [s for s in told if s.present], [s for s in told if not s.present]
    for s in present:
        if vocabulary.covers(facet, value, s.value):
            return Evidence(True, s.source, s.confidence)
    for s in absent:
        if vocabulary.covers(facet, s.value, value):
            return Evidence(False, s.source, s.confidence)
    if value == "patterned" and any(s.value == "solid" for s in absent):
        solid = next(s for s in absent if s.value == "solid")
        return Evidence(True, solid.source, solid.confidence)
    if value == "solid" and any(s.value == "patterned" for s in absent):
        plain = next(s for s in absent if s.value == "patterned")
        return Evidence(True, plain.source, plain.confidence)
    return _from_other_values(facet, value, present)


def _from_other_values(facet: str, value: str, present: list[Statement]) -> Evidence:
    """What other stated values of the facet say about this one."""
    named = [s for s in present if not (facet == "color" and s.value in vocabulary.SHADES)]
    if facet == "style":
        for s in named:
            if vocabulary.opposite(facet, s.value, value):
                return Evidence(False, s.source, IMPLIED_ABSENCE)
    if not named or facet in vocabulary.OPEN_WORLD:
        return Evidence()
    for s in named:
        narrower = any(
            o.value != s.value and vocabulary.covers(facet, s.value, o.value) for o in named
        )
        if (
            vocabulary.covers(facet, s.value, value) and not narrower
        ):  # "printed" beside "floral" leaves nothing open
            return Evidence(within=s.value)
    vague = vocabulary.VAGUE.get(facet)
    if any(s.value == vague for s in named):
        return Evidence()
    if value == vague and len({s.value for s in named}) > 1:
        return Evidence()
    best = max(named, key=lambda s: s.confidence)
    several = not vocabulary.exclusive(facet)
    return Evidence(
        False,
        best.source,
        min(best.confidence, IMPLIED_ABSENCE) if several else best.confidence,
        implied=several,
    )


def _listed_shade(shade: str, told: Sequence[Statement]) -> Evidence:
    """A shade by its own word, else by stated colours that have or lack it by nature (navy is dark)."""
    for s in told:
        if s.value in vocabulary.SHADES and (
            s.value == shade or vocabulary.opposite("color", s.value, shade)
        ):
            has = s.present if s.value == shade else False
            if s.present or s.value == shade:
                return Evidence(has, s.source, s.confidence)
    colors = [s for s in told if s.present and s.value not in vocabulary.SHADES]
    if not colors:
        return Evidence()
    main = colors[
        0
    ]  # listings name the main colour first; a white stripe does not make a navy shirt light
    if (
        shade == "colorful"
        and len({s.value for s in colors if vocabulary.has_shade("bright", s.value)}) >= 2
    ):
        return Evidence(True, main.source, main.confidence)
    has = vocabulary.has_shade(shade, main.value)
    return Evidence() if has is None else Evidence(has, main.source, main.confidence)
