"""The single resolver of pointers, which finds the items on the page that a mention points at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from agent.language.reading import Mention
from agent.language.tokens import contains_phrase
from vocabulary import covers
from vocabulary.wish import Constraint


class Pointable(Protocol):
    """Something that words can point at: a catalogue item, or the reader's short form of one."""

    @property
    def id(self) -> str:
        """The item's id."""

    @property
    def title(self) -> str:
        """The listing's title."""

    @property
    def attributes(self) -> Mapping[str, tuple[str, ...]]:
        """{facet: values} as stated."""

    @property
    def price(self) -> float | None:
        """The price in the shop's currency, if known."""


Thing = TypeVar("Thing")
PointableT = TypeVar("PointableT", bound=Pointable)


def at_ordinal(things: Sequence[Thing], ordinal: int) -> Thing | None:
    """Return the thing at a 1-based ordinal (-1 is the last), or None if there is none."""
    index = ordinal if ordinal < 0 else ordinal - 1
    return things[index] if ordinal and -len(things) <= index < len(things) else None


def resolve(mention: Mention, page: Sequence[PointableT]) -> list[PointableT]:
    """Return the items on the page that a mention points at.

    There is at most one, unless an id is repeated. A mention without a description ("this", "the
    longest one") points at the first item, because only the pictures show which one is longest.
    """
    if mention.item_id is not None:
        return [item for item in page if item.id == mention.item_id]
    if mention.ordinal is not None:
        item = at_ordinal(page, mention.ordinal)
        return [] if item is None else [item]
    candidates = page[: mention.among] if mention.among else page
    described = [item for item in candidates if all(shows(item, c) for c in mention.constraints)]
    if mention.extreme is not None and mention.extreme.facet == "price":
        return _extreme_price(described, mention.extreme)
    return described[:1]


def shows(item: Pointable, c: Constraint) -> bool:
    """Return whether an item's stated attributes or whole words of its title satisfy `c`."""
    stated = any(covers(c.facet, str(c.value), value) for value in item.attributes.get(c.facet, ()))
    named = contains_phrase(item.title, str(c.value))
    return (stated or named) != (c.op == "exclude")


def _extreme_price(items: Sequence[PointableT], extreme: Constraint) -> list[PointableT]:
    priced = [(item.price, item) for item in items if item.price is not None]
    if not priced:
        return []
    pick = min if extreme.op == "less" else max
    return [pick(priced, key=lambda pair: pair[0])[1]]
