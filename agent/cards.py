"""Items and their verdicts as cards."""

from __future__ import annotations

from collections.abc import Sequence

from agent.phrases import money, phrase
from agent.replies import Card, Check
from catalog.item import Item
from catalog.wish import Constraint, Wish

_WHY_PARTS = 4


def card(item: Item, score: float, checks: Sequence[Check], wish: Wish) -> Card:
    """An item as it is shown."""
    return Card(id=item.id, title=item.title, score=score, verdicts=tuple(checks), brand=item.brand, price=item.price,
                currency=item.currency, sizes=item.sizes_in_stock(), link=item.link, image=item.image,
                description=item.description, group=item.group, why=why(item, checks, wish))


def why(item: Item, checks: Sequence[Check], wish: Wish) -> str:
    """One line: what of the wish was confirmed and where, then what could not be."""
    met, open_ = [], []
    for check in checks:
        c = Constraint(facet=check.facet, op=check.op, value=check.value)
        if check.verdict == "met" and check.op != "prefer":
            seen = " (seen in the picture)" if check.source == "picture" else ""
            met.append(f"{phrase(c, item.currency)}{seen}")
        elif check.verdict == "unknown" and c.hard:
            open_.append(phrase(c, item.currency))
    parts = met[:_WHY_PARTS]
    if open_:
        parts.append(f"not confirmed: {', '.join(open_)}")
    if not parts and item.price is not None:
        parts.append(money(item.price, item.currency))
    return " · ".join(parts)
