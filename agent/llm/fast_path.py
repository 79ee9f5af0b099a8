"""The fast path: turns that the offline reader plans alone even if a model is configured.

The rule is deterministic; if in doubt, it chooses the model. A turn is plain if
1. the reader knows every word of it, and no mood is unknown;
2. it says something: a constraint, something withdrawn, an order, a pointer to an item or photo, or
   a count;
3. any order is among ORDERS, and any question is about shown items and attributes that the guard
   can judge;
4. it has at most MAX_WORDS words, no quotation, and no word such as "if" or "unless", whose meaning
   a list of words cannot capture.
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
    """Return why a turn is not plain, in a few words, or "" if it is plain."""
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
    """Planner that reads plain turns offline, fast and free of charge, and others by the model."""

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
