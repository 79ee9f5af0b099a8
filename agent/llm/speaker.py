"""The language model speaks: sentence by sentence, each let through only when the facts hold it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.llm.budget import SPEAK, Budget
from agent.llm.client import ModelClient
from agent.llm.grounding import problems, sentences
from agent.llm.prompts import speaking
from agent.replies import Card, Reply
from vocabulary.wish import Constraint, PriceRange

TEXT_MAX = 500


@dataclass(frozen=True)
class Facts:
    """What a reply may name. allowed, absent: (facet, value) pairs there or missing; numbers: prices, limits, counts."""

    shown: dict
    allowed: set[tuple[str, str]]
    absent: set[tuple[str, str]]
    numbers: set[float]
    titles: tuple[str, ...]
    strangers: tuple[str, ...]


def facts(
    reply: Reply, stated: dict[str, dict[str, tuple[str, ...]]], brands: Sequence[str]
) -> Facts:
    """Facts of a finished reply. stated: item id -> {facet: values} of its listing; brands: all of the catalogue."""
    wish = [c.public() for c in reply.constraints]
    shown = {
        "items": [_card(c, stated) for c in reply.items],
        "unconfirmed": [
            {**_card(c, stated), "not_confirmed": _unknown(c)} for c in reply.unconfirmed
        ],
        "wish": wish,
        "relaxed": list(reply.relaxed),
        "question": reply.question,
        "draft": reply.reply,
    }
    sure = {
        c.key
        for c in reply.constraints
        if reply.cards and all(_met(card, c) for card in reply.cards)
    }
    allowed = {
        (facet, value)
        for c in reply.cards
        for facet, values in stated.get(c.id, {}).items()
        for value in values
    }
    allowed |= {
        (v.facet, str(v.value))
        for c in reply.cards
        for v in c.verdicts
        if v.verdict == "met" and v.op != "exclude"
    }
    allowed |= {
        (c.facet, str(c.value)) for c in reply.constraints if c.op == "require" and c.key in sure
    }
    absent = {
        (c.facet, str(c.value)) for c in reply.constraints if c.op == "exclude" and c.key in sure
    }
    numbers = {float(len(reply.items)), float(len(reply.unconfirmed)), float(len(reply.cards))}
    numbers |= {
        n for c in reply.cards if c.price is not None for n in (c.price, float(round(c.price)))
    }
    for c in reply.constraints:
        if isinstance(c.value, PriceRange):
            numbers |= {n for n in (c.value.min, c.value.max) if n is not None}
    own = {c.brand for c in reply.cards} | {
        str(c.value) for c in reply.constraints if c.facet == "brand"
    }
    return Facts(
        shown,
        allowed,
        absent,
        numbers,
        tuple(c.title for c in reply.cards),
        tuple(b for b in brands if b not in own),
    )


def _met(card: Card, constraint: Constraint) -> bool:
    return any(
        v.verdict == "met"
        for v in card.verdicts
        if (v.facet, v.op, str(v.value)) == (constraint.facet, constraint.op, str(constraint.value))
    )


def _card(card: Card, stated: dict[str, dict[str, tuple[str, ...]]]) -> dict:
    return {
        "title": card.title[:120],
        "brand": card.brand,
        "price": card.price,
        "currency": card.currency,
        "attributes": {f: list(v) for f, v in stated.get(card.id, {}).items()},
        "checked": [
            f"{v.op} {v.facet} {v.value}: seen in the {v.source}"
            for v in card.verdicts
            if v.verdict == "met"
        ],
    }


def _unknown(card: Card) -> list[str]:
    return [f"{v.op} {v.facet} {v.value}" for v in card.verdicts if v.verdict == "unknown"]


class ModelSpeaker:
    """Puts a finished reply into the model's words."""

    def __init__(self, client: ModelClient) -> None:
        self.client = client

    def stream(self, known: Facts, text: str, budget: Budget) -> Iterator[tuple[str, list[str]]]:
        """(sentence, problems) as they come; a sentence with problems must not be shown. Raises ModelFailure."""
        for sentence in sentences(
            self.client.stream(speaking(known.shown, text[:TEXT_MAX]), budget, SPEAK)
        ):
            yield (
                sentence,
                problems(
                    sentence,
                    known.allowed,
                    known.absent,
                    known.numbers,
                    known.titles,
                    known.strangers,
                ),
            )
