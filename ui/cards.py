"""Items as cards: the picture, what a shopper decides by, why it is shown, and what was checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ui import labels
from ui.rendering import render, template_filter

if TYPE_CHECKING:
    from agent import Card, Check
    from catalog.item import Item

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "INR": "₹", "JPY": "¥"}
MAX_BADGES = 3
"""Badges on a card's face; the other verdicts are in its details."""


class Badges(NamedTuple):
    """The verdicts on a card's face, and how many hard ones there was no room for."""

    shown: Sequence[Check]
    hidden: int


@template_filter
def badges(card: Card) -> Badges:
    """Return the verdicts on what is required or excluded, those that are not confirmed first."""
    hard = [check for check in card.verdicts if check.hard]
    unknown_first = sorted(hard, key=lambda check: check.verdict != "unknown")
    return Badges(unknown_first[:MAX_BADGES], max(0, len(hard) - MAX_BADGES))


@template_filter
def doubts(items: Sequence[Card]) -> str:
    """Return what could not be confirmed, as a clause: "are navy or have no pockets"."""
    clauses = [
        labels.clause(check, item.currency)
        for item in items
        for check in item.verdicts
        if check.verdict == "unknown" and check.hard
    ]
    words = labels.joined(clauses, "or") or "fit everything you asked for"
    return labels.singular(words) if len(items) == 1 else words


@template_filter
def price(amount: float | None, currency: str) -> str:
    """Return a price as people write it, "€49" or "1,299.50 SEK"; "" when it is unknown."""
    if amount is None:
        return ""
    figure = f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{figure}" if symbol else f"{figure} {currency}".strip()


template_filter(labels.label)
template_filter(labels.source)


def card(item: Card, base: str, saved: bool = False) -> str:
    """Return one item as a card. base: the address where the catalogue's pictures are served."""
    return render("cards", "card", item=item, base=base, saved=saved)


def grid(items: Sequence[Card], base: str, saved: Collection[str] = ()) -> str:
    """Return cards side by side; "" for none. saved: ids of the saved items."""
    return render("cards", "grid", items=items, base=base, saved=saved)


def unconfirmed(items: Sequence[Card], base: str, saved: Collection[str] = ()) -> str:
    """Return the items that may fit, under a heading that names the doubt; "" for none."""
    return render("cards", "unconfirmed", items=items, base=base, saved=saved)


def saved_list(items: Sequence[Item], base: str) -> str:
    """Return the drawer's content: saved items as rows, or an invitation to save some."""
    return render("cards", "saved_list", items=items, base=base)
