"""The catalogue items that "the second one", "that blue one" and "these" point at."""

from __future__ import annotations

from collections.abc import Sequence

from agent.language import Mention, Shown
from agent.language.resolving import resolve
from catalog.item import Item


def as_shown(item: Item) -> Shown:
    """Return an item in the short form that the reader of words gets to see."""
    return Shown(id=item.id, title=item.title, attributes=item.attributes, price=item.price)


def precise(mention: Mention) -> bool:
    """Return whether a mention picks out items, as "these" does not."""
    return bool(mention.item_id or mention.ordinal or mention.constraints or mention.extreme)


def pointed(mentions: Sequence[Mention], page: Sequence[Item]) -> list[Item]:
    """Return the shown items that the mentions point at, without repeats.

    A mention that points nowhere is left out.
    """
    items = (item for m in mentions if m.kind == "shown" for item in resolve(m, page))
    return list({item.id: item for item in items}.values())
