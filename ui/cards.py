"""Items as cards: the picture, what a shopper decides by, why it is shown, and what was checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ui.rendering import render

if TYPE_CHECKING:
    from agent import Card
    from catalog.item import Item


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
