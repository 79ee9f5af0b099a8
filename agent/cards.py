"""Items and their verdicts as cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.phrases import listing, phrase
from agent.replies import Card, Check
from catalog.item import Item
from catalog.wish import Constraint, Wish

_WHY_PARTS = 4
_ALIKE = 0.6
"""Likeness in a slice (1 the same, 0 as like as any two items) from which two items are called alike in it."""
_SLICES = {"color": "colour", "pattern": "pattern", "silhouette": "cut", "material": "material", "appearance": "style"}


def card(item: Item, score: float, checks: Sequence[Check], wish: Wish) -> Card:
    """An item as it is shown."""
    return Card(id=item.id, title=item.title, score=score, verdicts=tuple(checks), brand=item.brand, price=item.price,
                currency=item.currency, sizes=item.sizes_in_stock(), link=item.link, image=item.image,
                description=item.description, group=item.group, why=why(item, checks, wish))


def why(item: Item, checks: Sequence[Check], wish: Wish) -> str:
    """One line: what of the wish was confirmed and where, what else was hoped for, what could not be confirmed."""
    met, soft, open_ = [], [], []
    for check in checks:
        c = Constraint(facet=check.facet, op=check.op, value=check.value)
        if check.verdict == "met" and check.op != "prefer":
            seen = " (seen in the picture)" if check.source == "picture" else ""
            met.append(f"{phrase(c, item.currency)}{seen}")
        elif check.verdict == "met":
            soft.append(phrase(c, item.currency))
        elif check.verdict == "unknown" and c.hard:
            open_.append(phrase(c, item.currency))
    parts = met[:_WHY_PARTS]
    if soft:
        parts.append(f"{'also ' if parts else ''}{', '.join(soft[:_WHY_PARTS])}")
    if open_:
        parts.append(f"not confirmed: {', '.join(open_)}")
    return " · ".join(parts)


def like_what(why: str, near: Mapping[str, float]) -> str:
    """The line with the two slices in which an item is nearest to the reference, {slice: likeness}."""
    names = [name for name in sorted(near, key=near.__getitem__, reverse=True) if near[name] >= _ALIKE and name in _SLICES]
    if not names:
        return why
    told = f"like it in {listing([_SLICES[name] for name in names[:2]])}"
    return f"{why} · {told}" if why else told
