"""What a listing affirms and denies: its fields, then its text where those are silent."""

from __future__ import annotations

from collections.abc import Iterable

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim

Key = tuple[str, str]
"""(facet, value)"""


def stated(item: Item, claims: Iterable[Claim]) -> tuple[set[Key], set[Key]]:
    """(facet, value) pairs that the listing affirms, and those that it denies.

    Structured fields win over the text; claims of the text that contradict each other count for nothing; "printed"
    beside "floral" adds nothing.
    """
    yes = {(facet, value) for facet, values in item.attributes.items() for value in values}
    said = [
        claim
        for claim in claims
        if not (
            claim.present and claim.facet in item.attributes and vocabulary.exclusive(claim.facet)
        )
    ]
    told = {(c.facet, c.value) for c in said if c.present} - yes
    denied = {(c.facet, c.value) for c in said if not c.present}
    denied = {no for no in denied if not any(_both_ways(no, key) for key in yes)}
    doubtful = {
        key
        for key in told
        if any(_both_ways(no, key) for no in denied) or any(_apart(key, k) for k in told)
    }
    denied = {no for no in denied if not any(_both_ways(no, key) for key in told)}
    yes |= told - doubtful
    broader = {
        (facet, above) for facet, value in yes for above in vocabulary.ancestors(facet, value)[1:]
    }
    return yes - broader, denied


def _both_ways(denied: Key, affirmed: Key) -> bool:
    """ "no pockets" and "pockets"."""
    return denied[0] == affirmed[0] and vocabulary.covers(denied[0], denied[1], affirmed[1])


def _apart(one: Key, other: Key) -> bool:
    """Two values of which a thing has but one."""
    (facet, a), (other_facet, b) = one, other
    return (
        facet == other_facet
        and vocabulary.exclusive(facet)
        and not (vocabulary.covers(facet, a, b) or vocabulary.covers(facet, b, a))
    )
