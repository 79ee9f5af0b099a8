"""What the templates compute: safe addresses, counts, and what a card's face shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from agent.wording import labels
from agent.wording.money import money
from agent.wording.phrases import phrase
from ui.photos import thumbnail, thumbnails
from vocabulary.wish import PriceRange

if TYPE_CHECKING:
    from agent import Card, Check

MAX_BADGES = 3
"""Badges on a card's face; the other verdicts are in its details."""


class Badges(NamedTuple):
    """The verdicts on a card's face, and how many hard ones there was no room for."""

    shown: Sequence[Check]
    hidden: int


class ShopperMessage(NamedTuple):
    """What a shopper wrote, or what a tap said for them."""

    text: str
    tapped: bool


def web_address(address: str) -> str:
    """Return a plain http(s) address as it is, "" for any other (`javascript:`, `data:`, files)."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def picture_address(image: str, base: str) -> str:
    """Return the address of a catalogue's picture, or "" where there is none.

    image: a path relative to the catalogue; base: where the catalogue's pictures are served.
    """
    name = image.removeprefix("images/")
    return f"{base}/{quote(name)}" if name else ""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: "1 piece", "3 pieces"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def value_key(value: PriceRange | str) -> str:
    """Return a constraint's value as text that a button carries: a word, or an interval as JSON."""
    return value.model_dump_json() if isinstance(value, PriceRange) else value


def badges(card: Card) -> Badges:
    """Return the verdicts on what is required or excluded, those that are not confirmed first."""
    hard = [check for check in card.verdicts if check.hard]
    unknown_first = sorted(hard, key=lambda check: check.verdict != "unknown")
    return Badges(unknown_first[:MAX_BADGES], max(0, len(hard) - MAX_BADGES))


def doubts(cards: Sequence[Card]) -> str:
    """Return what could not be confirmed, as a clause: "are navy or have no pockets"."""
    clauses = [
        labels.clause(check, card.currency)
        for card in cards
        for check in card.verdicts
        if check.verdict == "unknown" and check.hard
    ]
    words = labels.joined(clauses, "or") or "fit everything you asked for"
    return labels.singular(words) if len(cards) == 1 else words


def shopper_message(text: str) -> ShopperMessage:
    """Return the shopper's words; memory keeps those of a tap in parentheses."""
    text = text.strip()
    if not text:
        return ShopperMessage("What about this?", tapped=True)
    if text.startswith("(") and text.endswith(")"):
        return ShopperMessage(text[1:-1], tapped=True)
    return ShopperMessage(text, tapped=False)


FILTERS: Mapping[str, Callable[..., object]] = {
    "badges": badges,
    "counted": counted,
    "doubts": doubts,
    "label": phrase,
    "picture_address": picture_address,
    "price": money,
    "shopper_message": shopper_message,
    "source_label": labels.source,
    "thumbnail": thumbnail,
    "thumbnails": thumbnails,
    "value_key": value_key,
    "web_address": web_address,
}
"""All filters by the name that templates use."""
