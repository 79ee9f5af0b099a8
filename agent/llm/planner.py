"""The language model reads a turn: the same `Reading` as the offline reader's, plus a thought and perhaps a question."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from PIL import Image

import vocabulary
from agent.language import read
from agent.language.reading import Context, Drop, Intent, Mention, Reading
from agent.llm.budget import PLAN, Budget, ModelFailure
from agent.llm.calls import QUESTION_MAX, TOOLS
from agent.llm.client import Answer, ModelClient
from agent.llm.grounding import promises
from agent.llm.prompts import mended, planning
from agent.llm.schema import PlannedConstraint, PlannedTurn, to_constraint
from agent.llm.toolbox import Toolbox
from agent.planner import PlanRequest
from vocabulary.wish import Constraint

PICTURE_SIDE = 512
SHOWN_MAX = 20
TEXT_MAX = 2000


@dataclass(frozen=True)
class ModelPlan:
    """What the model made of a turn. left_out: constraints of its answer that name nothing the vocabulary has."""

    reading: Reading
    thought: str
    question: str | None
    left_out: tuple[str, ...] = ()


def data_url(picture: Image.Image) -> str:
    """A picture as a small JPEG data URL, longest side PICTURE_SIDE."""
    small = picture.convert("RGB")
    small.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def session_state(turn: PlanRequest) -> dict:
    """What the model is shown of session and shop: wish in force, notes, shown items, the photo's reading, the stock."""
    context = turn.context
    wish = context.wish.constraints if context.wish else ()
    shown = [
        {
            "number": number,
            "title": s.title[:120],
            "price": s.price,
            "attributes": {f: list(v) for f, v in s.attributes.items()},
        }
        for number, s in enumerate(context.shown[:SHOWN_MAX], 1)
    ]
    likely = {
        facet: max(values, key=values.__getitem__)
        for facet, values in turn.photo.items()
        if values and facet != "details"
    }
    stock = {
        facet: dict(sorted(counts.items(), key=lambda pair: -pair[1])[:40])
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
    """Asks the model for a plan. `vision`: whether the picture itself is sent, or only what was seen in it."""

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
        """The plan for one message, after what tool calls the model makes. toolbox: None offers no tools.

        Raises ModelFailure: the service fails, the budget ends, or the model never returns a plan.
        """
        url = data_url(picture) if picture is not None and self.vision else None
        messages = planning(session_state(turn), turn.text[:TEXT_MAX], url)
        mending = False
        while True:
            last = budget.rounds_left(PLAN) <= 1
            answer = self.client.ask(
                messages, PlannedTurn, budget, PLAN, TOOLS if toolbox is not None else (), not last
            )
            if isinstance(answer.parsed, PlannedTurn):
                return to_plan(answer.parsed, turn.text, turn.context)
            if answer.calls and toolbox is not None and not last:
                messages += _answered(answer, toolbox)
                if toolbox.asked is not None:
                    return ModelPlan(Reading(text=turn.text), "A question first.", toolbox.asked)
            elif answer.calls:
                raise ModelFailure("the language model called tools and never returned a plan")
            elif mending or last:
                raise ModelFailure("the language model's answer did not have the agreed form")
            else:
                mending = True
                messages += [
                    {"role": "assistant", "content": answer.text[:TEXT_MAX] or "(empty)"},
                    mended(answer.problem),
                ]


def _answered(answer: Answer, toolbox: Toolbox) -> list[dict]:
    """The model's calls and their answers as messages."""
    calls = [
        {"name": call.name or "none", "args": call.args or {}, "id": call.id, "type": "tool_call"}
        for call in answer.calls
    ]
    said = [
        {"role": "tool", "tool_call_id": call.id, "content": toolbox.answer(call, number)}
        for number, call in enumerate(answer.calls)
    ]
    return [{"role": "assistant", "content": answer.text[:TEXT_MAX], "tool_calls": calls}, *said]


def to_plan(planned: PlannedTurn, text: str, context: Context) -> ModelPlan:
    """The model's answer checked against vocabulary, shop and page: what names nothing is left out, openly.

    What the plan's form cannot say (which garment in a photo is meant, what is taken from which of several photos, a
    currency) comes from the offline reader.
    """
    brands = {vocabulary.normal(b): b for b in context.brands}
    pairs = [(p, _said(to_constraint(p, brands), text, brands)) for p in planned.constraints[:30]]
    constraints = tuple(dict.fromkeys(c for _, c in pairs if c is not None))
    numbers = [n for n in planned.refers_to_items if 1 <= n <= len(context.shown)]
    offline = read(text, context)
    mentions = (
        *(Mention(ordinal=n, item_id=context.shown[n - 1].id) for n in dict.fromkeys(numbers)),
        *(m for m in offline.mentions if m.kind == "photo"),
    )
    asks = planned.intent == "question"
    intents = (
        ()
        if planned.intent == "search"
        else (Intent(kind=planned.intent, text=text, constraints=constraints if asks else ()),)
    )
    count = planned.count if planned.count and 1 <= planned.count <= 50 else None
    drops = tuple(Drop(facet=d.facet, value=_dropped(d.facet, d.value)) for d in planned.drops[:30])
    reading = Reading(
        text=text,
        constraints=() if asks else constraints,
        intents=intents,
        drop=drops,
        keep=tuple(dict.fromkeys(planned.keep)),
        mentions=mentions,
        parts=offline.parts,
        garment=offline.garment,
        count=count,
        currency=offline.currency,
    )
    left_out = tuple(_named(p) for p, c in pairs if c is None)
    question = (planned.question or "").strip()[:QUESTION_MAX]
    return ModelPlan(
        reading,
        planned.thought.strip()[:300],
        None if promises(question) else question or None,
        left_out,
    )


def _named(planned: PlannedConstraint) -> str:
    return f"{planned.facet} {planned.op} {planned.value}"[:100]


def _said(c: Constraint | None, text: str, brands: dict[str, str]) -> Constraint | None:
    """The constraint, unless it is a brand or size that neither shop nor shopper named: the model's own, or a title's."""
    if c is None or c.facet not in ("brand", "size") or c.value in brands.values():
        return c
    return c if vocabulary.normal(str(c.value)) in vocabulary.normal(text) else None


def _dropped(facet: str, value: str | None) -> str | None:
    if value is None or facet in vocabulary.OPEN_FACETS:
        return value
    return vocabulary.find(facet, value) or value
