"""The language model reads a turn: the same `Reading` as the offline reader's, plus a thought and perhaps a question."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from agent.language.reading import Context, Drop, Intent, Mention, Reading
from agent.llm.client import Budget, ModelClient
from agent.llm.prompts import planning
from agent.llm.schema import PlannedTurn, to_constraint
from catalog import vocabulary

PICTURE_SIDE = 512
SHOWN_MAX = 20
TEXT_MAX = 2000
QUESTION_MAX = 200


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


def session_state(context: Context, photo: Mapping[str, Mapping[str, float]]) -> dict:
    """What the model is shown of session and shop: the wish in force, shown items, the photo's reading, the stock."""
    wish = context.wish.constraints if context.wish else ()
    shown = [{"number": number, "title": s.title[:120], "price": s.price,
              "attributes": {f: list(v) for f, v in s.attributes.items()}}
             for number, s in enumerate(context.shown[:SHOWN_MAX], 1)]
    likely = {facet: max(values, key=values.__getitem__) for facet, values in photo.items()
              if values and facet != "details"}
    stock = {facet: dict(sorted(counts.items(), key=lambda pair: -pair[1])[:40])
             for facet, counts in context.facet_counts.items() if facet in ("category", "color", "pattern", "material")}
    return {"wish_in_force": [c.public() for c in wish], "shown_items": shown, "photo_looks_like": likely,
            "stock": stock, "currency": context.currency}


class ModelPlanner:
    """Asks the model for a plan. `vision`: whether the picture itself is sent, or only what was seen in it."""

    def __init__(self, client: ModelClient, vision: bool) -> None:
        self.client = client
        self.vision = vision

    def read(self, text: str, context: Context, budget: Budget, photo: Mapping[str, Mapping[str, float]] | None = None,
             picture: Image.Image | None = None) -> ModelPlan:
        """The plan for one message. Raises ModelFailure."""
        url = data_url(picture) if picture is not None and self.vision else None
        messages = planning(session_state(context, photo or {}), text[:TEXT_MAX], url)
        return to_plan(self.client.structured(messages, PlannedTurn, budget), text, context)


def to_plan(planned: PlannedTurn, text: str, context: Context) -> ModelPlan:
    """The model's answer checked against vocabulary, shop and page: what names nothing is left out, openly."""
    brands = {vocabulary.normal(b): b for b in context.brands}
    pairs = [(p, to_constraint(p, brands)) for p in planned.constraints[:30]]
    numbers = [n for n in planned.refers_to_items if 1 <= n <= len(context.shown)]
    mentions = tuple(Mention(ordinal=n, item_id=context.shown[n - 1].id) for n in dict.fromkeys(numbers))
    intents = () if planned.intent == "search" else (Intent(kind=planned.intent, text=text),)
    count = planned.count if planned.count and 1 <= planned.count <= 50 else None
    drops = tuple(Drop(facet=d.facet, value=_dropped(d.facet, d.value)) for d in planned.drops[:30])
    reading = Reading(text=text, constraints=tuple(dict.fromkeys(c for _, c in pairs if c is not None)), intents=intents,
                      drop=drops, mentions=mentions, count=count)
    left_out = tuple(f"{p.facet} {p.op} {p.value}"[:100] for p, c in pairs if c is None)
    question = planned.question.strip()[:QUESTION_MAX] if planned.question and planned.question.strip() else None
    return ModelPlan(reading, planned.thought.strip()[:300], question, left_out)


def _dropped(facet: str, value: str | None) -> str | None:
    if value is None or facet in vocabulary.OPEN_FACETS:
        return value
    return vocabulary.find(facet, value) or value
