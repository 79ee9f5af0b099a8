"""What "the second one", "that blue one" and "the first photo" point at."""

from __future__ import annotations

from collections.abc import Sequence

import vocabulary
from agent.language import Mention, Shown
from catalog.item import Item
from vocabulary.wish import Constraint


def as_shown(item: Item) -> Shown:
    """An item as the reader of words gets to see it."""
    return Shown(id=item.id, title=item.title, attributes=item.attributes, price=item.price)


def precise(mention: Mention) -> bool:
    """Whether a mention picks out items, as "these" does not."""
    return bool(mention.item_id or mention.ordinal or mention.constraints or mention.extreme)


def pointed(mentions: Sequence[Mention], page: Sequence[Item]) -> list[Item]:
    """The shown items that the mentions point at, without repeats; what points nowhere is left out."""
    found = [item for mention in mentions if mention.kind == "shown" for item in _of(mention, page)]
    return list({item.id: item for item in found}.values())


def _of(mention: Mention, page: Sequence[Item]) -> list[Item]:
    if mention.item_id is not None:
        return [item for item in page if item.id == mention.item_id]
    if mention.ordinal is not None:
        place = mention.ordinal - 1 if mention.ordinal > 0 else mention.ordinal
        return [page[place]] if -len(page) <= place < len(page) else []
    among = list(page[: mention.among] if mention.among else page)
    if mention.constraints:
        among = [item for item in among if all(_shows(item, c) for c in mention.constraints)]
    if mention.extreme is not None and mention.extreme.facet == "price":
        priced = [item for item in among if item.price is not None]
        key = (
            (lambda item: item.price)
            if mention.extreme.op == "less"
            else (lambda item: -item.price)
        )
        return [min(priced, key=key)] if priced else []
    return among[:1]


def _shows(item: Item, c: Constraint) -> bool:
    said = item.attributes.get(c.facet, ())
    stated = any(vocabulary.covers(c.facet, str(c.value), value) for value in said)
    named = str(c.value) in vocabulary.normal(item.title)
    return not (stated or named) if c.op == "exclude" else stated or named
