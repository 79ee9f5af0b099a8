"""Claims of an item's listing: structured fields first, then title and description."""

from __future__ import annotations

import re

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.listing.statements import contradict
from catalog.listing.text import read_sentence, title_category
from catalog.listing.words import sentences


def read_claims(item: Item) -> tuple[Claim, ...]:
    """Return all claims of a listing: fields, title, description, then what follows from them.

    A description's claim is left out if it contradicts the title. So is a claim about an attribute
    that an item of its kind cannot have (the sleeves of a belt). Fields and text may still
    contradict each other: `statements` weighs them.
    """
    claims = [
        Claim(facet, value, True, "listing")
        for facet, stated in item.attributes.items()
        if facet not in vocabulary.OPEN_FACETS
        for value in stated
    ]
    category = item.category or title_category(_without_brand(item.title, item.brand))
    if category and not item.category:
        claims.append(Claim("category", category, True, "text"))
    title = _text_claims(item.title, item.brand, category, in_title=True)
    prose = _text_claims(item.description, item.brand, category)
    text = title + [
        claim for claim in prose if not any(contradict(claim, other) for other in title)
    ]
    claims += [claim for claim in dict.fromkeys(text) if _possible(claim, category)]
    return tuple(claims + _implied(claims))


def _possible(claim: Claim, category: str | None) -> bool:
    """Return False for the belt of a belt, the sleeves of a belt, the lace that ties a shoe."""
    itself = claim.facet == "details" and claim.value == category
    shoelace = claim.value == "lace" and category in vocabulary.FOOTWEAR
    return vocabulary.applicable(claim.facet, category, claim.value) and not itself and not shoelace


def _without_brand(text: str, brand: str) -> str:
    if not brand:
        return text
    return re.sub(rf"\b{re.escape(brand)}(?:'s|’s)?(?=\W|$)", " ", text, flags=re.IGNORECASE)


def _text_claims(
    text: str, brand: str, category: str | None, in_title: bool = False
) -> list[Claim]:
    """Return the claims of a title or description in order.

    Only a title says whom an item is for: elsewhere "men" may mean buyers, models or givers.
    """
    return [
        Claim(phrase.facet, phrase.value, phrase.present, "text")
        for sentence in sentences(_without_brand(text, brand))
        for phrase in read_sentence(sentence, category, in_title)
        if in_title or phrase.facet != "gender"
    ]


def _implied(claims: list[Claim]) -> list[Claim]:
    """Return the claims that follow from these, where the listing itself says nothing."""
    following = [
        Claim(*implied, claim.source)
        for claim in claims
        if claim.present
        for implied in vocabulary.implied(claim.facet, claim.value)
    ]
    return [
        new
        for new in dict.fromkeys(following)
        if not any(
            contradict(claim, new) or (claim.facet, claim.value) == (new.facet, new.value)
            for claim in claims
        )
    ]
