"""Items as cards: the picture, what a shopper decides by, why it is shown, and what was checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from ui.rendering import render

if TYPE_CHECKING:
    from agent import Card
    from catalog.item import Item


MAX_CACHED_CARDS = 2_000
"""The page is sent whole after every turn, and most of its cards are those of earlier turns."""


@lru_cache(maxsize=MAX_CACHED_CARDS)
def card(item: Card, base: str, saved: bool = False) -> Markup:
    """Return one item as a card. base: the address where the catalogue's pictures are served."""
    return render("cards", "card", item=item, base=base, saved=saved)


def forget() -> None:
    """Drop all cached cards, because what they confirm tells what somebody asked for."""
    card.cache_clear()


def grid(items: Sequence[Card], base: str, saved: Collection[str] = ()) -> Markup:
    """Return cards side by side; "" for none. saved: ids of the saved items."""
    drawn = [card(item, base, item.id in saved) for item in items]
    return render("cards", "grid", cards=drawn)


def unconfirmed(items: Sequence[Card], base: str, saved: Collection[str] = ()) -> Markup:
    """Return the items that may fit, under a heading that names the doubt; "" for none."""
    return render("cards", "unconfirmed", items=items, grid=grid(items, base, saved))


def saved_list(items: Sequence[Item], base: str) -> Markup:
    """Return the drawer's content: saved items as rows, or an invitation to save some."""
    return render("cards", "saved_list", items=items, base=base)
