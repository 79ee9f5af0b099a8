"""Who may see what: the one rule that keeps designs apart.

A design sold in three colours has nearly the same display name three times. The design is the display name in lower case,
colour names out, everything but letters to one space; `md5(design) % 100` is its bucket. Photos labelled by looking are
split by their own id as well.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

Role = Literal["train", "choose", "report"]
LookedRole = Literal["fit", "calibrate", "report"]

REPORT_BUCKETS = range(30, 40)
CHOOSE_BUCKETS = range(40, 45)

# The shop's colour names ("na" is how it writes none), the longer first so that "navy blue" goes as one.
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
_COLORS = re.compile(r"\b(" + "|".join(sorted(_COLOR_NAMES, key=len, reverse=True)) + r")\b")


def design(display_name: str) -> str:
    """The display name without case, colours, digits and punctuation."""
    return re.sub("[^a-z]+", " ", _COLORS.sub(" ", display_name.lower())).strip()


def percent(text: str) -> int:
    """md5 of the text, modulo 100."""
    return int(hashlib.md5(text.encode("utf-8")).hexdigest(), 16) % 100


def design_role(display_name: str) -> Role:
    """`report`: never fitted or chosen by; `choose`: picks among runs; `train`: the rest."""
    bucket = percent(design(display_name))
    if bucket in REPORT_BUCKETS:
        return "report"
    return "train" if bucket >= CHOOSE_BUCKETS.stop else "choose"


def looked_role(photo_id: str) -> LookedRole:
    """The part of a photo labelled by looking: under 40 fits, 40 to 59 calibrates, the rest reports."""
    bucket = percent(photo_id)
    if bucket < 40:
        return "fit"
    return "calibrate" if bucket < 60 else "report"
