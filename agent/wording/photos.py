"""What a photo shows, in words: the one description that replies and the page share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from agent.photo_reader import wishes
from agent.state import Seen
from agent.wording.phrases import listing, phrase
from agent.wording.wishes import in_word_order, place_of
from vocabulary import countable
from vocabulary.wish import Constraint

NAMED_PICTURES = "the pictures you named"
"""What results start from if the shopper pointed at items on show."""
MIN_KIND_CONFIDENCE = 0.6
"""A kind that is seen with less is only "perhaps" that kind."""


def describe_photo(constraints: Iterable[Constraint]) -> str:
    """Return the soft wishes of a photo as a noun phrase; "" where nothing is sure enough.

    Example: "a navy striped dress with short sleeves and crew neck".
    """
    visible = in_word_order(c for c in constraints if c.facet != "gender")
    if not visible:
        return ""
    kind = next((c for c in visible if c.facet == "category"), None)
    noun = str(kind.value) if kind else "piece"
    words = " ".join([*(phrase(c) for c in visible if place_of(c) == "head"), noun])
    extras = [phrase(c).removeprefix("with ") for c in visible if place_of(c) == "with"]
    text = f"{_article(noun, words)}{words}" + (f" with {listing(extras)}" if extras else "")
    return text if kind is None or kind.confidence >= MIN_KIND_CONFIDENCE else f"perhaps {text}"


def describe_look(photo: Mapping[str, Mapping[str, float]]) -> str:
    """Return the description of a photo that was read as {facet: {value: probability}}."""
    attributes = {facet: dict(chances) for facet, chances in photo.items()}
    return describe_photo(wishes(Seen("", np.empty(0), attributes), ()))


def _article(noun: str, words: str) -> str:
    if not countable(noun):
        return ""
    return "an " if words[0] in "aeiou" else "a "


def name_of_photos(count: int) -> str:
    """Return what uploaded photos are called where results start from them."""
    return "your photos" if count > 1 else "your photo"
