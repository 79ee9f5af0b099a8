"""Text from shops and shoppers into HTML, safely: every value passes `esc` or `link` before it reaches the page."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlsplit


def esc(value: object) -> str:
    """`value` as text that is safe in an element and in a quoted attribute.

    Braces and the dollar sign are written as entities too, because the page's templates give them a meaning.
    """
    text = escape(str(value), quote=True)
    return (
        text.replace("`", "&#96;")
        .replace("$", "&#36;")
        .replace("{", "&#123;")
        .replace("}", "&#125;")
    )


def link(address: str) -> str | None:
    """`address`, escaped, if it is a plain web address; None for anything else (`javascript:`, `data:`, files)."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    return esc(address.strip()) if parts.scheme in ("http", "https") and parts.netloc else None


def picture(base: str, image: str) -> str:
    """Address of a catalogue's picture: `image` is relative to the catalogue, `base` where its pictures are served.

    Returns "" where there is none, so that the card draws its placeholder.
    """
    name = image.removeprefix("images/")
    return f"{esc(base)}/{quote(name)}" if name else ""


def many(count: int, noun: str) -> str:
    """A count with its noun: "1 piece", "3 pieces"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
