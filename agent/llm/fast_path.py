"""The fast path: turns that the offline reader plans alone although a model is configured.

The rule is deterministic and errs towards the model. A turn is plain if
1. every word of it is known to the reader, and no mood is unknown;
2. it says something: a constraint, something taken back, an order, an item or photo pointed at, or
   a count;
3. what it orders is among ORDERS; a question is one about shown items and attributes that the guard
   can judge;
4. it has at most MAX_WORDS words, no quotation, and nothing of the kind that a list of words cannot
   tell ("if", "unless").
"""

from __future__ import annotations

import re
from dataclasses import replace

from agent.language import Reading, read
from agent.planner import OFFLINE, Plan, Planner, PlanRequest

MAX_WORDS = 20
ORDERS = frozenset(
    {
        "show_more",
        "undo",
        "start_over",
        "why",
        "more_like",
        "not_these",
        "forget",
        "greet",
        "thanks",
        "compare",
        "pick",
        "bye",
        "correct",
    }
)
_INVOLVED = re.compile(
    r"\b(?:if|unless|because|whether|although|though|since|match(?:es)?|goes? with|depending)\b"
    r"|[\"“”]",
    re.IGNORECASE,
)


def plain(reading: Reading) -> str:
    """Return why a turn is not plain, in a few words; "" if it is."""
    if reading.unknown or reading.unknown_vibes:
        return f"words I do not know: {', '.join((*reading.unknown, *reading.unknown_vibes))[:80]}"
    other = [intent for intent in reading.intents if intent.kind not in ORDERS]
    if any(intent.kind != "question" or not intent.constraints for intent in other):
        return f"not a wish: {other[0].kind.replace('_', ' ')}"
    if not (
        reading.constraints
        or reading.drop
        or reading.intents
        or reading.mentions
        or reading.parts
        or reading.count
    ):
        return "nothing that I can read"
    if len(reading.text.split()) > MAX_WORDS or _INVOLVED.search(reading.text):
        return "more than a plain wish"
    return ""


class AutoPlanner:
    """Plans plain turns by the offline reader, fast and free of charge; all others by the model."""

    def __init__(self, model: Planner) -> None:
        self.model = model

    def plan(self, turn: PlanRequest) -> Plan:
        """Read the turn's words."""
        reading = read(turn.text, turn.context)
        reason = plain(reading) if turn.text.strip() else ""
        if not reason:
            return Plan(
                reading,
                OFFLINE,
                trace=("model: not asked, every word is plain",) if turn.text.strip() else (),
            )
        plan = self.model.plan(turn)
        return replace(plan, trace=(f"asking the model ({reason})", *plan.trace))
