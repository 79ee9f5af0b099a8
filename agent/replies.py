"""The output of a turn: cards of items, the reply around them, and events on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from errors import WorkError
from vocabulary.wish import HARD, Constraint, PriceRange

STEPS = ("thought", "action", "critic", "speak")


class Check(BaseModel):
    """One constraint judged on one item: what was found, where it was seen, and how sure that is (0
    to 1).

    any: the number of its group of alternatives, if it is one of several.
    """

    model_config = ConfigDict(frozen=True, from_attributes=True)

    facet: str
    op: str
    value: str | PriceRange
    verdict: Literal["met", "broken", "unknown"]
    source: Literal["listing", "text", "picture", "none"]
    confidence: float = 1.0
    any: int | None = None

    @property
    def hard(self) -> bool:
        """Whether an item fits only if this is met."""
        return self.op in HARD

    def public(self) -> dict[str, Any]:
        """Return the form that replies carry."""
        value = (
            self.value.model_dump(exclude_none=True)
            if isinstance(self.value, PriceRange)
            else self.value
        )
        return {
            "facet": self.facet,
            "op": self.op,
            "value": value,
            "verdict": self.verdict,
            "source": self.source,
            "confidence": round(self.confidence, 4),
        }


class Card(BaseModel):
    """An item as it is shown.

    `image` is relative to the catalogue's folder, `sizes` are those in stock.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    score: float
    verdicts: tuple[Check, ...] = ()
    brand: str = ""
    price: float | None = None
    currency: str = "EUR"
    sizes: tuple[str, ...] = ()
    link: str = ""
    image: str = ""
    why: str = ""
    description: str = ""
    group: str = ""

    @property
    def open(self) -> tuple[Check, ...]:
        """The hard constraints that could not be decided.

        An alternative counts only if none of its group is met.
        """
        settled = {
            check.any for check in self.verdicts if check.verdict == "met" and check.any is not None
        }
        return tuple(
            check
            for check in self.verdicts
            if check.hard and check.verdict == "unknown" and check.any not in settled
        )

    def public(self) -> dict[str, Any]:
        """Return the form that replies carry."""
        record = self.model_dump(exclude={"verdicts", "group"})
        record["score"] = round(self.score, 4)
        record["verdicts"] = [check.public() for check in self.verdicts]
        return record


class Reply(BaseModel):
    """The answer to one turn.

    `constraints` is the whole wish after the turn; `relaxed` names what was given up to find
    anything at all. `notes` are remarks for the shopper outside the reply's own words (a picture
    that could not be read, say), `trace` the thoughts behind it, `photo` what was seen in the
    reference photo, {facet: {value: probability}}.
    """

    model_config = ConfigDict(frozen=True)

    session: str
    turn: int
    reply: str
    items: tuple[Card, ...] = ()
    unconfirmed: tuple[Card, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    question: str | None = None
    relaxed: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    planner: str = "offline"
    ms: dict[str, float] = {}
    notes: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    photo: dict[str, dict[str, float]] = {}
    reference_id: str | None = None

    @property
    def cards(self) -> tuple[Card, ...]:
        """All that is shown, in order: what fits, then what could not be confirmed."""
        return self.items + self.unconfirmed

    def public(self) -> dict[str, Any]:
        """Return the reply as JSON-ready data in the stable format."""
        return {
            "session": self.session,
            "turn": self.turn,
            "reply": self.reply,
            "items": [card.public() for card in self.items],
            "unconfirmed": [card.public() for card in self.unconfirmed],
            "constraints": [c.public() for c in self.constraints],
            "question": self.question,
            "relaxed": list(self.relaxed),
            "steps": list(self.steps),
            "planner": self.planner,
            "ms": {stage: round(ms, 1) for stage, ms in self.ms.items()},
            "notes": list(self.notes),
            "photo": self.photo,
            "reference_id": self.reference_id,
        }


class Event(BaseModel):
    """A piece of a streamed turn: a step begun, a thought or remark, words of the reply, and last
    the reply.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["wait", "step", "note", "text", "reply"]
    step: str = ""
    text: str = ""
    reply: Reply | None = None


class Turn(BaseModel):
    """A past turn as history shows it; `photos` are paths of stored pictures."""

    model_config = ConfigDict(frozen=True)

    turn: int
    text: str
    photos: tuple[str, ...] = ()
    reply: Reply


def last_reply(events: Iterable[Event]) -> Reply:
    """Return the reply at the end of a stream of events. Raises WorkError if there is none."""
    reply = None
    for event in events:
        reply = event.reply or reply
    if reply is None:
        raise WorkError("the turn ended without a reply")
    return reply
