"""A speaker that lets the language model word a reply and checks each sentence against facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.llm.budget import SPEAK, Budget
from agent.llm.client import ModelClient
from agent.llm.grounding import problems, sentences
from agent.llm.prompts import speaking
from agent.replies import Card, Reply
from vocabulary.wish import Constraint, PriceRange

MAX_TEXT_CHARS = 500
MAX_TITLE_CHARS = 120

Pairs = set[tuple[str, str]]
Stated = Mapping[str, Mapping[str, tuple[str, ...]]]
"""{item id: {facet: values}} from the items' listings."""


@dataclass(frozen=True)
class Facts:
    """The facts that a reply may state.

    shown: what the model is given, JSON-ready
    allowed, absent: (facet, value) pairs that may be said to be present, or to be missing
    numbers: prices, limits and counts
    titles: titles of the items shown
    strangers: brands of the catalogue that no shown item has
    """

    shown: dict[str, Any]
    allowed: Pairs
    absent: Pairs
    numbers: set[float]
    titles: tuple[str, ...]
    strangers: tuple[str, ...]


def facts(reply: Reply, stated: Stated, brands: Sequence[str]) -> Facts:
    """Return the facts of a finished reply.

    brands: all brands of the catalogue
    """
    confirmed = [
        c for c in reply.constraints if reply.cards and all(_meets(card, c) for card in reply.cards)
    ]
    own_brands = {card.brand for card in reply.cards} | {
        str(c.value) for c in reply.constraints if c.facet == "brand"
    }
    return Facts(
        _shown(reply, stated),
        _stated_pairs(reply, stated) | _met_pairs(reply) | _pairs(confirmed, "require"),
        _pairs(confirmed, "exclude"),
        _numbers(reply),
        tuple(card.title for card in reply.cards),
        tuple(brand for brand in brands if brand not in own_brands),
    )


def _shown(reply: Reply, stated: Stated) -> dict[str, Any]:
    """Return the parts of a reply that the model is given."""
    return {
        "items": [_card(card, stated) for card in reply.items],
        "unconfirmed": [
            {**_card(card, stated), "not_confirmed": _unknown(card)} for card in reply.unconfirmed
        ],
        "wish": [c.public() for c in reply.constraints],
        "relaxed": list(reply.relaxed),
        "question": reply.question,
        "draft": reply.reply,
    }


def _stated_pairs(reply: Reply, stated: Stated) -> Pairs:
    """Return the (facet, value) pairs that the items' listings state."""
    return {
        (facet, value)
        for card in reply.cards
        for facet, values in stated.get(card.id, {}).items()
        for value in values
    }


def _met_pairs(reply: Reply) -> Pairs:
    """Return the (facet, value) pairs that were checked and found on an item."""
    return {
        (check.facet, str(check.value))
        for card in reply.cards
        for check in card.verdicts
        if check.verdict == "met" and check.op != "exclude"
    }


def _pairs(constraints: Sequence[Constraint], op: str) -> Pairs:
    return {(c.facet, str(c.value)) for c in constraints if c.op == op}


def _numbers(reply: Reply) -> set[float]:
    """Return the prices, limits and counts that a reply may name."""
    numbers = {float(len(cards)) for cards in (reply.items, reply.unconfirmed, reply.cards)}
    for card in reply.cards:
        if card.price is not None:
            numbers |= {card.price, float(round(card.price))}
    for c in reply.constraints:
        if isinstance(c.value, PriceRange):
            numbers |= {bound for bound in (c.value.min, c.value.max) if bound is not None}
    return numbers


def _meets(card: Card, constraint: Constraint) -> bool:
    return any(
        check.verdict == "met" and (check.facet, check.op, str(check.value)) == constraint.key
        for check in card.verdicts
    )


def _card(card: Card, stated: Stated) -> dict[str, Any]:
    return {
        "title": card.title[:MAX_TITLE_CHARS],
        "brand": card.brand,
        "price": card.price,
        "currency": card.currency,
        "attributes": {facet: list(values) for facet, values in stated.get(card.id, {}).items()},
        "checked": [
            f"{check.op} {check.facet} {check.value}: seen in the {check.source}"
            for check in card.verdicts
            if check.verdict == "met"
        ],
    }


def _unknown(card: Card) -> list[str]:
    return [
        f"{check.op} {check.facet} {check.value}"
        for check in card.verdicts
        if check.verdict == "unknown"
    ]


class ModelSpeaker:
    """Speaker that has the model word a finished reply."""

    def __init__(self, client: ModelClient) -> None:
        self.client = client

    def stream(self, known: Facts, text: str, budget: Budget) -> Iterator[tuple[str, list[str]]]:
        """Yield (sentence, problems) as they arrive.

        A sentence with problems must not be shown. Raises ModelFailureError if the model fails.
        """
        messages = speaking(known.shown, text[:MAX_TEXT_CHARS])
        for sentence in sentences(self.client.stream(messages, budget, SPEAK)):
            wrong = problems(
                sentence,
                known.allowed,
                known.absent,
                known.numbers,
                known.titles,
                known.strangers,
            )
            yield sentence, wrong
