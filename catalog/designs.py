"""Which products are one design: the display name without its colours.

A design sold in three colours has nearly the same display name three times. Splits by design keep a test item's twin out
of the training set: `percent(design(name))` decides the part.
"""

from __future__ import annotations

import hashlib
import re

# The shop's colour names ("na" is how it writes none), the longer first so that "navy blue" goes as one.
_COLOR_NAMES = (
    "beige", "black", "blue", "bronze", "brown", "burgundy", "charcoal", "coffee brown", "copper", "cream",
    "fluorescent green", "gold", "green", "grey melange", "grey", "khaki", "lavender", "magenta", "maroon", "mauve",
    "metallic", "multi", "mushroom brown", "mustard", "na", "navy blue", "nude", "off white", "olive", "orange", "peach",
    "pink", "purple", "red", "rose", "rust", "sea green", "silver", "skin", "steel", "tan", "taupe", "teal",
    "turquoise blue", "white", "yellow")
_COLORS = re.compile(r"\b(" + "|".join(sorted(_COLOR_NAMES, key=len, reverse=True)) + r")\b")

REPORT_BUCKETS = range(30, 40)
"""Parts of `percent` that figures are reported on; nothing is fitted or chosen by them."""
CHOOSE_BUCKETS = range(40, 45)
"""Parts that choose among runs and tune weights."""


def design(display_name: str) -> str:
    """The display name without case, colours, digits and punctuation."""
    return re.sub("[^a-z]+", " ", _COLORS.sub(" ", display_name.lower())).strip()


def percent(text: str) -> int:
    """md5 of the text, modulo 100."""
    return int(hashlib.md5(text.encode("utf-8")).hexdigest(), 16) % 100
