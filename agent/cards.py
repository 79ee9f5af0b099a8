"""Cards made from items and the verdicts on them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.replies import Card, Check
from agent.wording.reasons import why
from catalog.item import Item


def card(item: Item, score: float, checks: Sequence[Check]) -> Card:
    """Return the card that shows an item."""
    shown = Card(
        id=item.id,
        title=item.title,
        score=score,
        verdicts=tuple(checks),
        brand=item.brand,
        price=item.price,
        currency=item.currency,
        sizes=item.sizes_in_stock(),
        link=item.link,
        image=item.image,
        description=item.description,
        group=item.group,
    )
    return shown.model_copy(update={"why": why(shown.verdicts, shown.open, shown.currency)})
