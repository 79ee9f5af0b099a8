"""The types that this package returns for a message, and the context that it takes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vocabulary.wish import Constraint, Wish

IntentKind = Literal[
    "show_more",
    "undo",
    "start_over",
    "why",
    "more_like",
    "not_these",
    "forget",
    "greet",
    "thanks",
    "question",
    "compare",
    "out_of_scope",
    "pick",
    "correct",
    "bye",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Intent(_Frozen):
    """Something other than a wish: an order to the chat, small talk, or a question.

    constraints: what a question asks about ("is the second one striped?" -> require striped); not
        part of the wish
    """

    kind: IntentKind
    text: str = ""
    constraints: tuple[Constraint, ...] = ()


class Drop(_Frozen):
    """Something that no longer matters: a facet (value None), or a value of one or more facets."""

    facet: str | None = None
    value: str | None = None


class Mention(_Frozen):
    """A pointer at something shown or at a photo.

    ordinal: 1-based; -1 is the last
    constraints: what the item looks like ("that blue one")
    extreme: the item with the most or least of something ("the cheaper of the two": less price),
        among the first `among` shown (None: all)
    item_id: set if the context determines the item
    """

    kind: Literal["shown", "photo"] = "shown"
    ordinal: int | None = None
    constraints: tuple[Constraint, ...] = ()
    extreme: Constraint | None = None
    among: int | None = None
    item_id: str | None = None
    text: str = ""


class Part(_Frozen):
    """The facets to take from one of several pictures; none for the garment to change."""

    facets: tuple[str, ...]
    of: Mention


class Vibe(_Frozen):
    """A known aesthetic, occasion, reference, weather or dress code that was named."""

    name: str
    kind: str
    text: str


class Shown(_Frozen):
    """An item on the page, reduced to what words may refer to."""

    id: str
    title: str = ""
    attributes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    price: float | None = None


class Context(_Frozen):
    """What the reader may know besides the sentence: the page, the current wish and the shop.

    photos: number of photos that words like "the first photo" may point at
    """

    shown: tuple[Shown, ...] = ()
    wish: Wish | None = None
    currency: str = "EUR"
    brands: tuple[str, ...] = ()
    facet_counts: dict[str, dict[str, int]] = Field(default_factory=dict)
    has_photo: bool = False
    photos: int = 0


class Reading(_Frozen):
    """A sentence as constraints, orders and pointers.

    drop: what no longer matters
    keep: facets to leave as they are ("same colour")
    replaced: facets whose earlier wishes are replaced ("in red instead")
    parts: what to take from which of several pictures
    garment: the kind that is meant among several in one photo ("the jeans in this photo")
    currency: ISO code, if one was named
    unknown: words that were not understood
    refused: the unknown words that follow a "no" or "without"
    unknown_vibes: phrases that look like a vibe but are not in the lexicon; worth one question
    """

    text: str
    constraints: tuple[Constraint, ...] = ()
    intents: tuple[Intent, ...] = ()
    drop: tuple[Drop, ...] = ()
    keep: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    parts: tuple[Part, ...] = ()
    garment: str | None = None
    count: int | None = None
    currency: str | None = None
    vibes: tuple[Vibe, ...] = ()
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unknown_vibes: tuple[str, ...] = ()

    def intent(self, *kinds: str) -> Intent | None:
        """Return the first intent of one of these kinds, or None."""
        return next((intent for intent in self.intents if intent.kind in kinds), None)
