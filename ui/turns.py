"""The conversation: each turn with its words, photo, what was seen in it, answer and items."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

import vocabulary
from agent.wording.labels import joined
from agent.wording.photos import describe_look
from ui import cards
from ui.filters import counted
from ui.rendering import render

if TYPE_CHECKING:
    from agent import Card, Turn

PhotoFacets = Mapping[str, Mapping[str, float]]
"""What a photo shows: {facet: {value: probability}}."""

SHOWN_TURNS = 6
"""The page grows with every turn and is sent whole, so older turns are shown on request only."""
MAX_TURNS = 60
"""Turns that are shown on request."""
MAX_LIKELY_VALUES = 6
"""Values of a facet that a menu offers first."""
MIN_LIKELY = 0.02
"""Probability from which a value is among them."""
CERTAIN_FROM = 0.45
"""Probability of a facet of a photo from which it is not folded away as doubtful."""
SURE_FROM = 0.8
"""Probability from which a facet is called "sure", not "fairly sure"."""
MORE_LIKE = "more like this"
"""What a card's button says on the shopper's behalf."""
SEEN_FACETS = {
    "category": "Kind",
    "color": "Colour",
    "pattern": "Pattern",
    "sleeve_length": "Sleeves",
    "length": "Length",
    "neckline": "Neckline",
    "fit": "Fit",
    "material": "Material",
}
"""The facets of a photo that can be corrected, with their titles."""
STATUS = {
    "": "Reading your words",
    "thought": "Looking through the rails",
    "action": "Checking every piece",
    "critic": "Choosing my words",
    "speak": "Choosing my words",
}
"""What happens now, by the step that has just ended."""


class FacetMenu(NamedTuple):
    """One facet of a photo: how sure it is, the likely values (best first) and all others."""

    facet: str
    title: str
    probability: float
    certainty: str
    likely: Sequence[str]
    others: Sequence[str]


class SeenView(NamedTuple):
    """What was seen in a photo: in words, and as menus that correct it."""

    words: str
    certain: Sequence[FacetMenu]
    doubtful: Sequence[FacetMenu]


@dataclass(frozen=True)
class TurnView:
    """One turn as the page shows it.

    cards: the items that were found, drawn;
    seen: what was seen in the photo, where this turn is the place to correct it;
    reference: the item that "more like this" meant.
    """

    turn: Turn
    cards: Markup
    newest: bool = False
    seen: SeenView | None = None
    reference: Card | None = None

    @property
    def given_up(self) -> str:
        """The constraints that were relaxed, in words."""
        return joined(name.split(": ", 1)[-1] for name in self.turn.reply.relaxed)

    @property
    def follow_ups(self) -> list[str]:
        """The messages that can be sent with a tap."""
        shown = self.turn.reply.cards
        priced = any(card.price is not None for card in shown)
        return ["show more"] * bool(shown) + ["cheaper"] * priced + ["undo"]


def _facet_menu(facet: str, values: Mapping[str, float]) -> FacetMenu:
    ranked = sorted(values, key=lambda value: -values[value])
    likely = [value for value in ranked if values[value] >= MIN_LIKELY][:MAX_LIKELY_VALUES]
    others = [value for value in vocabulary.leaf_values(facet) if value not in likely]
    probability = values[ranked[0]]
    certainty = "not sure"
    if probability >= CERTAIN_FROM:
        certainty = "sure" if probability >= SURE_FROM else "fairly sure"
    return FacetMenu(facet, SEEN_FACETS[facet], probability, certainty, likely, others)


def _seen_view(photo: PhotoFacets) -> SeenView | None:
    menus = [_facet_menu(facet, photo[facet]) for facet in SEEN_FACETS if photo.get(facet)]
    if not menus:
        return None
    certain = [menu for menu in menus if menu.probability >= CERTAIN_FROM]
    doubtful = [menu for menu in menus if menu.probability < CERTAIN_FROM]
    return SeenView(describe_look(photo), certain, doubtful)


def seen(photo: PhotoFacets) -> str:
    """Return what was seen in a photo, each facet with a menu to correct it; "" for nothing."""
    view = _seen_view(photo)
    return render("turns", "seen", view=view) if view else ""


def feed(
    history: Sequence[Turn], base: str, saved: Collection[str], shown: int = SHOWN_TURNS
) -> str:
    """Return the `shown` last turns, the newest last. saved: ids of the saved items.

    What was seen in the newest photo can be corrected in the turn that sent it.
    """
    return render(
        "turns",
        "feed",
        views=_turn_views(history, base, saved, shown),
        base=base,
        earlier=history[-shown:][0].turn - 1,
        unfolded=shown > SHOWN_TURNS,
    )


def _turn_views(
    history: Sequence[Turn], base: str, saved: Collection[str], shown: int
) -> list[TurnView]:
    recent = history[-shown:]
    photo_turn = next((turn.turn for turn in reversed(recent) if turn.photos), None)
    photo = next((turn.reply.photo for turn in reversed(recent) if turn.reply.photo), {})
    cards_by_id = {card.id: card for turn in history for card in turn.reply.cards}
    return [
        TurnView(
            turn,
            cards=cards.grid(turn.reply.items, base, saved)
            + cards.unconfirmed(turn.reply.unconfirmed, base, saved),
            newest=turn is recent[-1],
            seen=_seen_view(photo) if turn.turn == photo_turn else None,
            reference=_reference(turn, cards_by_id),
        )
        for turn in recent
    ]


def _reference(turn: Turn, cards_by_id: Mapping[str, Card]) -> Card | None:
    return cards_by_id.get(turn.reply.reference_id or "") if turn.text == MORE_LIKE else None


def announce(history: Sequence[Turn]) -> str:
    """Return the newest answer for screen readers; it is not visible."""
    return render("turns", "announce", words=history[-1].reply.reply) if history else ""


def working(
    text: str,
    photos: Sequence[str],
    trace: Sequence[str],
    step: str = "",
    partial: str = "",
    ahead: int = 0,
) -> str:
    """Return the turn in progress: the message, the step at work, thoughts, and outlines of cards.

    step: the step that has just ended; partial: the reply so far; ahead: messages of other
    shoppers that are answered first.
    """
    waiting = f"{counted(ahead, 'message')} before yours" if ahead else ""
    status = waiting or STATUS.get(step, "One moment")
    return render(
        "turns",
        "working",
        text=text,
        photos=photos,
        trace=trace,
        status=status,
        partial=partial,
    )
