"""Ordering of a round's cards by comparatives, soft wishes, and one of each design first."""

from __future__ import annotations

from collections.abc import Sequence

from agent.replies import Card
from agent.wish.merge import COMPARATIVES
from vocabulary.wish import Wish

SOFT_STEPS = 4
"""Number of steps for the share of soft wishes that an item meets; rank decides within a step."""
CONFIDENCE_STEPS = 4
_SEVERITY = {"broken": 2, "unknown": 1, "met": 0}


def likeliest(cards: Sequence[Card]) -> list[Card]:
    """Sort cards by the least certain of their open conditions, in steps, else in rank order."""

    def doubt(card: Card) -> int:
        least = min((check.confidence for check in card.open), default=0.0)
        return -round(CONFIDENCE_STEPS * least)

    return sorted(cards, key=doubt)


def in_order(cards: Sequence[Card], wish: Wish) -> list[Card]:
    """Sort cards by failed comparatives, then by soft wishes met, else in rank order.

    A photo's kind counts as much as a stated one, because the reply says that it was seen. If
    nothing is cheaper, the cheapest comes first.
    """
    soft = {
        c.key: c.weight * c.confidence
        for c in wish.of("prefer")
        if c.source in ("words", "vibe", "button") or (c.source, c.facet) == ("photo", "category")
    }
    total = sum(soft.values())

    def standing(card: Card) -> tuple[float, float, float]:
        failed = sum(_SEVERITY[v.verdict] for v in card.verdicts if v.op in COMPARATIVES)
        met = sum(
            soft.get((v.facet, v.op, str(v.value)), 0.0)
            for v in card.verdicts
            if v.verdict == "met"
        )
        return failed, _price_rank(card), -round(SOFT_STEPS * met / total) if total else 0.0

    return sorted(cards, key=standing)


def _price_rank(card: Card) -> float:
    """Return the sort key for price, or 0 if neither "cheaper" nor "dearer" is broken.

    The key is the price, negated for "dearer".
    """
    broken = next(
        (
            check.op
            for check in card.verdicts
            if check.op in COMPARATIVES and check.facet == "price" and check.verdict == "broken"
        ),
        None,
    )
    if broken is None or card.price is None:
        return 0.0
    return card.price if broken == "less" else -card.price


def designs(cards: Sequence[Card]) -> set[str]:
    """Return the distinct designs of the cards."""
    return {card.group for card in cards}


def designs_first(cards: Sequence[Card], k: int) -> tuple[Card, ...]:
    """Return k cards: the best of each design, then further colourways if there is room."""
    best: dict[str, Card] = {}
    for card in cards:
        best.setdefault(card.group, card)
    chosen = {card.id for card in best.values()}
    return tuple([*best.values(), *(c for c in cards if c.id not in chosen)][: max(k, 0)])
