"""Split of the photos: the single rule that assigns each design to one role.

A design sold in three colours has nearly the same display name three times. So the design is the
display name in lower case, without colour names, with everything but letters reduced to one space.
Its bucket is `md5(design) % 100`. Photos labelled by eye are also split by their own id.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

Role = Literal["train", "choose", "report"]
LookedRole = Literal["fit", "calibrate", "report"]

REPORT_BUCKETS = range(30, 40)
CHOOSE_BUCKETS = range(40, 45)
"""Buckets of designs that choose, as do those below REPORT_BUCKETS; those above train."""
FIT_BUCKETS = range(40)
CALIBRATE_BUCKETS = range(40, 60)
"""Buckets of photos labelled by eye that calibrate; FIT_BUCKETS fit, and the rest report."""

# The shop's colour names; "na" stands for none.
_COLOR_NAMES = (
    "beige",
    "black",
    "blue",
    "bronze",
    "brown",
    "burgundy",
    "charcoal",
    "coffee brown",
    "copper",
    "cream",
    "fluorescent green",
    "gold",
    "green",
    "grey melange",
    "grey",
    "khaki",
    "lavender",
    "magenta",
    "maroon",
    "mauve",
    "metallic",
    "multi",
    "mushroom brown",
    "mustard",
    "na",
    "navy blue",
    "nude",
    "off white",
    "olive",
    "orange",
    "peach",
    "pink",
    "purple",
    "red",
    "rose",
    "rust",
    "sea green",
    "silver",
    "skin",
    "steel",
    "tan",
    "taupe",
    "teal",
    "turquoise blue",
    "white",
    "yellow",
)
# Longer names come first, so that "navy blue" is removed as a whole.
_COLORS = re.compile(r"\b(" + "|".join(sorted(_COLOR_NAMES, key=len, reverse=True)) + r")\b")


def design(display_name: str) -> str:
    """Return the display name without case, colours, digits and punctuation."""
    return re.sub("[^a-z]+", " ", _COLORS.sub(" ", display_name.lower())).strip()


def bucket_of(text: str) -> int:
    """Return the md5 of the text modulo 100, its bucket."""
    return int(hashlib.md5(text.encode("utf-8")).hexdigest(), 16) % 100


def design_role(display_name: str) -> Role:
    """Return `report` (nothing is fitted or chosen on it), `choose` (among runs) or `train`."""
    bucket = bucket_of(design(display_name))
    if bucket in REPORT_BUCKETS:
        return "report"
    return "train" if bucket >= CHOOSE_BUCKETS.stop else "choose"


def looked_role(photo_id: str) -> LookedRole:
    """Return the part of a photo labelled by eye: 0 to 39 fit, 40 to 59 calibrate."""
    bucket = bucket_of(photo_id)
    if bucket < FIT_BUCKETS.stop:
        return "fit"
    return "calibrate" if bucket in CALIBRATE_BUCKETS else "report"
