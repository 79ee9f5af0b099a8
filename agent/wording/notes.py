"""Notes beside a reply about parts of a turn that could not be used as sent."""

from __future__ import annotations

NO_MODEL = "No language model is set up (OPENAI_API_KEY), so I planned this offline."
WHICH_PICTURES = (
    "I could not tell which pictures you mean; say “the first photo” or “the second one”."
)


def other_currency(shop: str, named: str) -> str:
    """Say that an amount was taken as one in the shop's currency."""
    return f"Prices here are in {shop}; I took your {named} amount for that."


def no_such_item(item_id: str) -> str:
    """Say that the item to resemble is not in the shop."""
    return f"There is no item {item_id[:80]!r} in this shop, so I went by your words alone."


def message_cut(length: int, read: int) -> str:
    """Say that a long message was read in part."""
    return f"Your message has {length:,} characters; I read the first {read:,}."


def pictures_cut(read: int, sent: int) -> str:
    """Say that only the first of many pictures were looked at."""
    return f"I looked at the first {read} of your {sent} pictures."


def bad_picture(error: Exception) -> str:
    """Say that a picture could not be read."""
    return f"I could not use a picture: {error}"


def sentences_left_out(count: int) -> str:
    """Say that the language model claimed something that the items do not bear out."""
    return f"I left out {count} sentence{'s' if count > 1 else ''} that the items do not bear out."


def vibe_read_as(words: str, name: str, reason: str) -> str:
    """Say which known vibe unknown words were taken for, and what it means."""
    return f"I read “{words}” as “{name}”: {reason}."
