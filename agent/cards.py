"""Items and their verdicts as cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.replies import Card, Check
from agent.wording.phrases import listing, phrase
from catalog.item import Item
from vocabulary.wish import Constraint

_WHY_PARTS = 4
_ALIKE = 0.6
"""Likeness in a slice (1 the same, 0 as like as any two items) from which two items are called alike in it."""
_SLICES = {
    "color": "colour",
    "pattern": "pattern",
    "silhouette": "cut",
    "material": "material",
    "appearance": "style",
}


def card(item: Item, score: float, checks: Sequence[Check]) -> Card:
    """An item as it is shown."""
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
    return shown.model_copy(update={"why": why(shown)})


def why(shown: Card) -> str:
    """One line: what of the wish was confirmed and where, what else was hoped for, what could not be confirmed."""
    met, soft = [], []
    for check in shown.verdicts:
        if check.verdict == "met" and check.op != "prefer":
            seen = " (seen in the picture)" if check.source == "picture" else ""
            met.append(f"{told(check, shown.currency)}{seen}")
        elif check.verdict == "met":
            soft.append(told(check, shown.currency))
    open_ = [told(check, shown.currency) for check in shown.open]
    parts = met[:_WHY_PARTS]
    if soft:
        parts.append(f"{'also ' if parts else ''}{', '.join(soft[:_WHY_PARTS])}")
    if open_:
        parts.append(f"not confirmed: {', '.join(open_)}")
    return " · ".join(parts)


def told(check: Check, currency: str) -> str:
    """A judged constraint in words."""
    return phrase(Constraint(facet=check.facet, op=check.op, value=check.value), currency)


def like_what(why: str, near: Mapping[str, float]) -> str:
    """The line with the two slices in which an item is nearest to the reference, {slice: likeness}."""
    names = [
        name
        for name in sorted(near, key=near.__getitem__, reverse=True)
        if near[name] >= _ALIKE and name in _SLICES
    ]
    if not names:
        return why
    alike = f"like it in {listing([_SLICES[name] for name in names[:2]])}"
    return f"{why} · {alike}" if why else alike
