"""What a listing states about an item once its contradictions are weighed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim

FIELD, TEXT = 0.99, 0.93
"""How far a structured field and the text are trusted."""
CONTRADICTED = 0.8
"""What remains of the trust in a field that the text contradicts."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim with the trust it earns, 0 to 1. A conflicting one is outweighed by another and decides nothing."""

    facet: str
    value: str
    present: bool
    source: Literal["listing", "text"]
    confidence: float
    conflicting: bool = False


class ListingStatements(tuple[Statement, ...]):
    """All statements of one listing. The same listing's are the same object, so that readings of it are kept by identity."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def contradict(one: Claim | Statement, other: Claim | Statement) -> bool:
    """Whether two claims on a facet cannot both hold."""
    if one.facet != other.facet or not (one.present or other.present):
        return False
    if one.present and other.present:
        related = vocabulary.covers(one.facet, one.value, other.value) or vocabulary.covers(
            one.facet, other.value, one.value
        )
        return vocabulary.exclusive(one.facet) and not related
    absent, present = (one, other) if other.present else (other, one)
    return vocabulary.covers(one.facet, absent.value, present.value)


def statements(item: Item, claims: Iterable[Claim]) -> ListingStatements:
    """Fields and text of an item, the weaker side of every contradiction marked.

    A field outweighs the text and is itself trusted less then; two contradicting claims of the text silence each
    other.
    """
    fields = tuple(
        Claim(facet, value, True, "listing")
        for facet, stated in item.attributes.items()
        if facet not in vocabulary.OPEN_FACETS
        for value in stated
    )
    return _weighed(tuple(dict.fromkeys((*fields, *claims))))


@lru_cache(maxsize=50_000)
def _weighed(claims: tuple[Claim, ...]) -> ListingStatements:
    told: list[Statement] = []
    for claim in sorted(claims, key=lambda c: c.source != "listing"):
        against = [
            n for n, other in enumerate(told) if not other.conflicting and contradict(claim, other)
        ]
        for n in against:
            equal = told[n].source == claim.source == "text"
            told[n] = replace(
                told[n], conflicting=equal, confidence=min(told[n].confidence, CONTRADICTED)
            )
        told.append(
            Statement(
                claim.facet,
                claim.value,
                claim.present,
                claim.source,
                FIELD if claim.source == "listing" else TEXT,
                conflicting=bool(against),
            )
        )
    return ListingStatements(told)
