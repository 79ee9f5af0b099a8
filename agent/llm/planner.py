"""A planner that asks the language model for a `Reading`, as the offline reader returns."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

import vocabulary
from agent.language import read
from agent.language.reading import Context, Drop, Intent, Mention, Reading
from agent.llm.budget import PLAN, Budget, ModelFailureError
from agent.llm.calls import QUESTION_MAX, TOOLS
from agent.llm.client import Answer, ModelClient
from agent.llm.grounding import promises
from agent.llm.prompts import planning, retry
from agent.llm.schema import PlannedTurn, described, to_constraint
from agent.llm.toolbox import Toolbox
from agent.planner import PlanRequest
from vocabulary.wish import Constraint

MAX_PICTURE_SIDE = 512
MAX_SHOWN = 20
MAX_TEXT_CHARS = 2000
MAX_TITLE_CHARS = 120
MAX_THOUGHT_CHARS = 300
MAX_CONSTRAINTS = 30
MAX_STOCK_VALUES = 40
MAX_COUNT = 50


@dataclass(frozen=True)
class ModelPlan:
    """The model's plan for a turn.

    left_out: constraints in its answer that name nothing in the vocabulary
    """

    reading: Reading
    thought: str
    question: str | None
    left_out: tuple[str, ...] = ()


def data_url(picture: Image.Image) -> str:
    """Encode a picture as a small JPEG data URL, at most MAX_PICTURE_SIDE a side."""
    small = picture.convert("RGB")
    small.thumbnail((MAX_PICTURE_SIDE, MAX_PICTURE_SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def session_state(turn: PlanRequest) -> dict[str, Any]:
    """Return what the model is told about the session and the shop.

    This includes the current wish, notes, shown items, the photo's appearance, and the stock.
    """
    context = turn.context
    wish = context.wish.constraints if context.wish else ()
    shown = [
        {
            "number": number,
            "title": s.title[:MAX_TITLE_CHARS],
            "price": s.price,
            "attributes": {f: list(v) for f, v in s.attributes.items()},
        }
        for number, s in enumerate(context.shown[:MAX_SHOWN], 1)
    ]
    likely = {
        facet: max(values, key=values.__getitem__)
        for facet, values in turn.photo.items()
        if values and facet != "details"
    }
    stock = {
        facet: dict(sorted(counts.items(), key=lambda pair: -pair[1])[:MAX_STOCK_VALUES])
        for facet, counts in context.facet_counts.items()
        if facet in ("category", "color", "pattern", "material")
    }
    return {
        "wish_in_force": [c.public() for c in wish],
        "notes": list(turn.session.notes) if turn.session else [],
        "shown_items": shown,
        "photo_looks_like": likely,
        "stock": stock,
        "currency": context.currency,
    }


class ModelPlanner:
    """Planner that asks the model for a plan.

    vision: whether to send the picture itself, not only what was seen in it
    """

    def __init__(self, client: ModelClient, vision: bool) -> None:
        self.client = client
        self.vision = vision

    def read(
        self,
        turn: PlanRequest,
        budget: Budget,
        toolbox: Toolbox | None = None,
        picture: Image.Image | None = None,
    ) -> ModelPlan:
        """Return the plan for one message, after the tool calls that the model makes.

        Raises ModelFailureError if the service fails, the budget is spent, or the model never
        returns a plan.

        toolbox: None offers no tools
        """
        url = data_url(picture) if picture is not None and self.vision else None
        messages = planning(session_state(turn), turn.text[:MAX_TEXT_CHARS], url)
        retried = False
        while True:
            last = budget.rounds_left(PLAN) <= 1
            answer = self.client.ask(
                messages, PlannedTurn, budget, PLAN, TOOLS if toolbox is not None else (), not last
            )
            if isinstance(answer.parsed, PlannedTurn):
                return to_plan(answer.parsed, turn.text, turn.context)
            if answer.calls and toolbox is not None and not last:
                messages += _tool_messages(answer, toolbox)
                if toolbox.question is not None:
                    return ModelPlan(Reading(text=turn.text), "A question first.", toolbox.question)
            elif answer.calls:
                raise ModelFailureError("the language model called tools and never returned a plan")
            elif retried or last:
                raise ModelFailureError("the language model's answer did not have the agreed form")
            else:
                retried = True
                messages += [
                    {"role": "assistant", "content": answer.text[:MAX_TEXT_CHARS] or "(empty)"},
                    retry(answer.problem),
                ]


def _tool_messages(answer: Answer, toolbox: Toolbox) -> list[dict[str, Any]]:
    """Return the model's tool calls and their answers as messages."""
    calls = [
        {"name": call.name or "none", "args": call.args or {}, "id": call.id, "type": "tool_call"}
        for call in answer.calls
    ]
    answers = [
        {"role": "tool", "tool_call_id": call.id, "content": toolbox.answer(call, number)}
        for number, call in enumerate(answer.calls)
    ]
    return [
        {"role": "assistant", "content": answer.text[:MAX_TEXT_CHARS], "tool_calls": calls},
        *answers,
    ]


def to_plan(planned: PlannedTurn, text: str, context: Context) -> ModelPlan:
    """Check the model's answer against vocabulary, shop and page, and return it as a plan.

    Constraints that name nothing are left out and reported. The offline reader supplies what the
    answer's form cannot express: which garment in a photo is meant, what to take from which of
    several photos, and a currency.
    """
    constraints, left_out = _constraints(planned, text, context)
    offline = read(text, context)
    is_question = planned.intent == "question"
    reading = Reading(
        text=text,
        constraints=() if is_question else constraints,
        intents=_intents(planned, text, constraints if is_question else ()),
        drop=tuple(
            Drop(facet=drop.facet, value=_dropped(drop.facet, drop.value))
            for drop in planned.drops[:MAX_CONSTRAINTS]
        ),
        keep=tuple(dict.fromkeys(planned.keep)),
        mentions=(
            *_mentions(planned, context),
            *(m for m in offline.mentions if m.kind == "photo"),
        ),
        parts=offline.parts,
        garment=offline.garment,
        count=planned.count if planned.count and 1 <= planned.count <= MAX_COUNT else None,
        currency=offline.currency,
    )
    thought = planned.thought.strip()[:MAX_THOUGHT_CHARS]
    return ModelPlan(reading, thought, _question(planned), left_out)


def _constraints(
    planned: PlannedTurn, text: str, context: Context
) -> tuple[tuple[Constraint, ...], tuple[str, ...]]:
    """Return the constraints that name something in the vocabulary, and the others as text."""
    brands = {vocabulary.normal(brand): brand for brand in context.brands}
    usable: list[Constraint] = []
    left_out: list[str] = []
    for item in planned.constraints[:MAX_CONSTRAINTS]:
        constraint = to_constraint(item, brands)
        if constraint is not None and not _invented(constraint, text, brands):
            usable.append(constraint)
        else:
            left_out.append(described(item))
    return tuple(dict.fromkeys(usable)), tuple(left_out)


def _intents(
    planned: PlannedTurn, text: str, constraints: tuple[Constraint, ...]
) -> tuple[Intent, ...]:
    if planned.intent == "search":
        return ()
    return (Intent(kind=planned.intent, text=text, constraints=constraints),)


def _mentions(planned: PlannedTurn, context: Context) -> tuple[Mention, ...]:
    """Return pointers to the shown items that the model refers to by number."""
    numbers = [n for n in planned.refers_to_items if 1 <= n <= len(context.shown)]
    return tuple(
        Mention(ordinal=n, item_id=context.shown[n - 1].id) for n in dict.fromkeys(numbers)
    )


def _question(planned: PlannedTurn) -> str | None:
    """Return the model's question to the shopper, unless it promises what no listing supports."""
    question = (planned.question or "").strip()[:QUESTION_MAX]
    return question if question and not promises(question) else None


def _invented(constraint: Constraint, text: str, brands: dict[str, str]) -> bool:
    """Return whether this is a brand or size that neither the shop nor the shopper named."""
    if constraint.facet not in ("brand", "size") or constraint.value in brands.values():
        return False
    return vocabulary.normal(str(constraint.value)) not in vocabulary.normal(text)


def _dropped(facet: str, value: str | None) -> str | None:
    if value is None or facet in vocabulary.OPEN_FACETS:
        return value
    return vocabulary.find(facet, value) or value
