"""Statements of a listing: its claims after contradictions have been weighed.

Both the catalogue's bitmaps and the guard use the statements made here from the claims of fields
and text, so that an item is never found by one reading and judged by another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim

FIELD_TRUST, TEXT_TRUST = 0.99, 0.93
"""Confidence (0 to 1) in a structured field and in the text."""
CONTRADICTED_TRUST = 0.8
"""Confidence in a field that another part of the listing contradicts."""
Key = tuple[str, str]
"""(facet, value)"""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim with a confidence, 0 to 1.

    conflicting: another statement outweighs or contradicts it, so that it decides nothing.
    """

    facet: str
    value: str
    present: bool
    source: Literal["listing", "text"]
    confidence: float
    conflicting: bool = False


class ListingStatements(tuple[Statement, ...]):
    """All statements of one listing, fields first.

    Compared by identity: the same listing gives the same object, so that derived values can be
    cached without comparing every statement.
    """

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def affirmed(self) -> set[Key]:
        """Return the values that the listing affirms; "printed" beside "floral" adds nothing."""
        present = {(s.facet, s.value) for s in self if s.present and not s.conflicting}
        broader = {
            (facet, above)
            for facet, value in present
            for above in vocabulary.ancestors(facet, value)[1:]
        }
        return present - broader

    def denied(self) -> set[Key]:
        """Return the values that the listing denies."""
        return {(s.facet, s.value) for s in self if not s.present and not s.conflicting}


def contradict(first: Claim | Statement, second: Claim | Statement) -> bool:
    """Return whether two claims about a facet cannot both be true."""
    if first.facet != second.facet or not (first.present or second.present):
        return False
    if first.present and second.present:
        return vocabulary.exclusive(first.facet) and not vocabulary.related(
            first.facet, first.value, second.value
        )
    absent, present = (first, second) if second.present else (second, first)
    return vocabulary.covers(first.facet, absent.value, present.value)


def statements(item: Item, claims: Iterable[Claim]) -> ListingStatements:
    """Return an item's field and text claims, with the weaker side of each contradiction marked.

    A field outweighs the text, and an earlier field outweighs a later one that contradicts it; its
    own confidence is then lower. Contradictory claims of the text silence each other. A claim that
    is outweighed silences nothing.
    """
    fields = tuple(
        Claim(facet, value, True, "listing")
        for facet, values in item.attributes.items()
        if facet not in vocabulary.OPEN_FACETS
        for value in values
    )
    return _weighed(tuple(dict.fromkeys((*fields, *claims))))


@lru_cache(maxsize=50_000)
def _weighed(claims: tuple[Claim, ...]) -> ListingStatements:
    ordered = sorted(claims, key=lambda claim: claim.source != "listing")
    fields: list[Claim] = []
    outweighed: set[Claim] = set()
    doubtful: set[Claim] = set()
    for claim in ordered:
        stronger = [field for field in fields if contradict(claim, field)]
        doubtful.update(stronger)
        if stronger:
            outweighed.add(claim)
        elif claim.source == "listing":
            fields.append(claim)
    silenced = _silenced([c for c in ordered if c.source == "text" and c not in outweighed])
    return ListingStatements(
        Statement(
            claim.facet,
            claim.value,
            claim.present,
            claim.source,
            _trust(claim, claim in doubtful),
            conflicting=claim in outweighed or claim in silenced,
        )
        for claim in ordered
    )


def _silenced(texts: list[Claim]) -> set[Claim]:
    """Return the claims of the text that another claim of the text contradicts."""
    return {claim for claim in texts if any(contradict(claim, other) for other in texts)}


def _trust(claim: Claim, contradicted: bool) -> float:
    if claim.source == "text":
        return TEXT_TRUST
    return CONTRADICTED_TRUST if contradicted else FIELD_TRUST
