"""What a listing claims about an item, structured fields first, then title and description."""

from __future__ import annotations

import re
from dataclasses import replace

from catalog import vocabulary
from catalog.item import Item
from guard.claim import Claim
from guard.text import Found, read_sentence, sentences, title_category

FIELD, TITLE, PROSE = 0.99, 0.95, 0.9
"""How far a structured field, a title and a description are trusted."""
CONTRADICTED = 0.8
"""What remains of the trust in a field that the text contradicts."""

# A kind or a value that cannot be without another attribute.
_IMPLIED: dict[tuple[str, str], tuple[tuple[str, str, bool], ...]] = {
    ("category", "hoodie"): (("details", "hood", True),),
    ("category", "tank top"): (("sleeve_length", "sleeveless", True),),
    ("category", "jeans"): (("material", "denim", True),),
    ("category", "polo shirt"): (("neckline", "collar", True),),
    ("category", "blazer"): (("neckline", "collar", True), ("details", "hood", False)),
    ("neckline", "strapless"): (("sleeve_length", "sleeveless", True), ("details", "straps", False)),
    ("neckline", "halter"): (("sleeve_length", "sleeveless", True),),
    ("details", "spaghetti straps"): (("sleeve_length", "sleeveless", True),),
}


def read_claims(item: Item) -> tuple[Claim, ...]:
    """All statements of an item's listing, strongest first.

    A field outweighs the text and a title outweighs the description: the weaker of two that cannot both hold is
    marked conflicting, and the stronger one is trusted less. Claims about what an item of its kind cannot have
    (the belt of a belt) are left out.
    """
    claims = _from_fields(item)
    category = item.category or title_category(item.title)
    if category and not item.category:
        claims.append(Claim("category", category, True, "text", TITLE))
    claims += _from_text(item, category)
    claims = _settled([c for c in claims if vocabulary.applicable(c.facet, category, c.value)
                       and not _is_itself(c, category)])
    return tuple(_with_implied(claims))


def _is_itself(claim: Claim, category: str | None) -> bool:
    return claim.facet == "details" and claim.value == category


def _from_fields(item: Item) -> list[Claim]:
    return [Claim(facet, value, True, "listing", FIELD)
            for facet, stated in item.attributes.items() if facet not in vocabulary.OPEN_FACETS for value in stated]


def _without_brand(text: str, brand: str) -> str:
    return re.sub(rf"\b{re.escape(brand)}(?:'s|’s)?(?=\W|$)", " ", text, flags=re.IGNORECASE) if brand else text


def _from_text(item: Item, category: str | None) -> list[Claim]:
    found: dict[tuple[str, str, bool], float] = {}
    for text, trust in ((item.title, TITLE), (item.description, PROSE)):
        in_title = trust == TITLE
        for sentence in sentences(_without_brand(text, item.brand)):
            for this in read_sentence(sentence, category, in_title):
                if _usable(this, in_title):
                    found.setdefault((this.facet, this.value, this.present), trust)
    return [Claim(facet, value, present, "text", trust) for (facet, value, present), trust in found.items()]


def _usable(found: Found, in_title: bool) -> bool:
    """Who an item is for is told in titles; elsewhere the words mean buyers, models, givers."""
    return in_title or found.facet != "gender"


def contradict(one: Claim, other: Claim) -> bool:
    """Whether two claims on a facet cannot both hold."""
    if one.facet != other.facet:
        return False
    related = vocabulary.covers(one.facet, one.value, other.value) or vocabulary.covers(one.facet, other.value,
                                                                                       one.value)
    if one.present and other.present:
        return vocabulary.exclusive(one.facet) and not related
    if one.present == other.present:
        return False
    absent, present = (one, other) if other.present else (other, one)
    return vocabulary.covers(one.facet, absent.value, present.value)


def _settled(claims: list[Claim]) -> list[Claim]:
    """Claims with the weaker side of every contradiction marked; equals of the text silence each other."""
    settled: list[Claim] = []
    for claim in claims:
        against = [n for n, other in enumerate(settled) if not other.conflicting and contradict(claim, other)]
        for n in against:
            other = settled[n]
            equal = other.source == claim.source == "text" and other.confidence == claim.confidence
            settled[n] = replace(other, conflicting=equal, confidence=min(other.confidence, CONTRADICTED))
        settled.append(replace(claim, conflicting=bool(against)))
    return settled


def _with_implied(claims: list[Claim]) -> list[Claim]:
    """Adds what follows from a claim, unless the listing itself speaks about it."""
    told = list(claims)
    for claim in claims:
        if not claim.present or claim.conflicting:
            continue
        for facet, value, present in _IMPLIED.get((claim.facet, claim.value), ()):
            implied = Claim(facet, value, present, claim.source, min(claim.confidence, TITLE))
            if not any(c.facet == facet and (contradict(c, implied) or c.value == value) for c in claims):
                told.append(implied)
    return told
