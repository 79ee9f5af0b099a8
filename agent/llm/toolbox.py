"""What the model's tools do: read-only looks at the shop and at this session, for one turn.

The session, the page and the picture are bound here, by the server; a call can name none of them. Answers are JSON
text for the model, bounded in length. A call that cannot be answered gets its error as the answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ValidationError

import vocabulary
from agent.language.tokens import contains_phrase
from agent.llm.calls import (
    BY_NAME,
    NOTE_MAX,
    NOTES_MAX,
    QUESTION_MAX,
    TOPIC_MAX,
    AskShopper,
    AttributeCheck,
    ComposedSearch,
    MemoryLookup,
    MemoryNote,
)
from agent.llm.client import Call, told
from agent.llm.grounding import promises
from agent.llm.schema import PlannedConstraint, to_constraint
from agent.memory.store import Memory
from agent.planner import PlanRequest
from agent.tools import Tools
from agent.wish.merge import merge
from catalog.item import Item
from vocabulary.wish import Constraint, Wish

ANSWER_MAX = 4_000
CALLS_MAX = 4
"""Calls of one message that are answered."""
CONSTRAINTS_MAX = 15
HITS, TOLD = 24, 5
"""Designs that a trial search checks, and items of it that the model is told."""
TITLE_MAX = 120


class Toolbox:
    """The tools of one turn. asked: the question that ended the thought; noted: notes to keep once the turn is done."""

    def __init__(self, tools: Tools, memory: Memory, turn: PlanRequest) -> None:
        self._tools, self._memory, self._turn = tools, memory, turn
        self._made: set[str] = set()
        self.asked: str | None = None
        self.noted: tuple[str, ...] = ()
        self.trace: tuple[str, ...] = ()
        self._does: dict[type[BaseModel], Callable[..., dict]] = {
            ComposedSearch: self._search,
            AttributeCheck: self._check,
            MemoryLookup: self._look_up,
            MemoryNote: self._note,
            AskShopper: self._ask,
        }

    def answer(self, call: Call, number: int = 0) -> str:
        """The answer to the `number`-th call of a message, as JSON text. Never raises for what a model sends."""
        found = self._refusal(call, number)
        if found is None:
            try:
                arguments = BY_NAME[call.name].model_validate(call.args)
            except ValidationError as error:
                found = {"error": f"bad arguments: {told(error)}"}
            else:
                found = self._does[type(arguments)](arguments)
        said = found.get("error") or found.get("summary", "done")
        self.trace = (*self.trace, f"{call.name[:40] or 'a tool without a name'}: {said}"[:200])
        text = json.dumps(found, ensure_ascii=False)
        return (
            text
            if len(text) <= ANSWER_MAX
            else json.dumps({"error": "the answer is too long; ask for less"})
        )

    def _refusal(self, call: Call, number: int) -> dict | None:
        """Why a call is not made at all, or None."""
        if call.name not in BY_NAME:
            return {"error": f"there is no such tool; tools: {', '.join(BY_NAME)}"}
        if call.args is None:
            return {"error": "the arguments are not a JSON object"}
        if number >= CALLS_MAX:
            return {"error": f"at most {CALLS_MAX} calls at a time"}
        name = json.dumps([call.name, call.args], sort_keys=True)
        if name in self._made:
            return {
                "error": "you made this very call before and its answer stands above; return the plan now"
            }
        self._made.add(name)
        return None

    # -- the shop

    def _search(self, asked: ComposedSearch) -> dict:
        wanted, left_out = self._constraints(asked.constraints)
        start, anchor, problem = self._start(asked.reference_item)
        if problem:
            return {"error": problem}
        before = self._turn.context.wish or Wish()
        wish = before.with_constraints(merge(before.constraints, wanted))
        rejected = self._turn.session.rejected if self._turn.session else ()
        hits = self._tools.search(
            wish,
            start,
            self._tools.composer,
            HITS,
            self._tools.rows(rejected),
            None,
            self._turn.clock,
        )
        rows = [hit.row for hit in hits]
        judged = (
            self._tools.check(rows, wish.hard, self._turn.clock, start, anchor) if rows else None
        )
        standing = (
            [judged.status(place) for place in range(len(rows))] if judged is not None else []
        )
        items = self._tools.catalog.items(rows)
        good = [
            (item, state) for item, state in zip(items, standing, strict=True) if state != "broken"
        ]
        good.sort(key=lambda pair: pair[1] != "ok")
        fits = standing.count("ok")
        return {
            "summary": f"{fits} of {len(rows)} checked fit",
            "not_ruled_out_by_listings": self._tools.allowed(wish.hard),
            "checked": len(rows),
            "fit": fits,
            "may_fit": len(good) - fits,
            "names_nothing": left_out,
            "items": [{**_brief(item), "confirmed": state == "ok"} for item, state in good[:TOLD]],
        }

    def _check(self, asked: AttributeCheck) -> dict:
        wanted, left_out = self._constraints(asked.constraints)
        page = self._turn.page
        numbers = [n for n in dict.fromkeys(asked.items) if 1 <= n <= len(page)]
        if not numbers or not wanted:
            return {
                "error": f"name shown items by number (1 to {len(page)}) and constraints of the vocabulary"
                if page
                else "nothing is shown yet"
            }
        rows = self._tools.rows(page[n - 1].id for n in numbers)
        judged = self._tools.check(rows, wanted, self._turn.clock)
        return {
            "summary": f"checked {len(numbers)} items",
            "names_nothing": left_out,
            "verdicts": {
                str(n): {
                    " ".join(c.key): f"{v.verdict} ({v.source})"
                    for c, v in zip(wanted, judged[place], strict=True)
                }
                for place, n in enumerate(numbers)
            },
        }

    def _start(self, number: int | None) -> tuple[np.ndarray | None, Item | None, str]:
        """What a trial search starts from: a shown item, else the turn's picture, else what the wish starts from."""
        page = self._turn.page
        if number is not None:
            if not 1 <= number <= len(page):
                return None, None, f"there is no shown item {number}; shown: {len(page)}"
            return self._tools.vector(page[number - 1].id), page[number - 1], ""
        if self._turn.start is not None:
            return self._turn.start, None, ""
        wish = self._turn.context.wish
        item = next(iter(self._tools.known([wish.reference_id])), None) if wish else None
        return (None, None, "") if item is None else (self._tools.vector(item.id), item, "")

    def _constraints(
        self, planned: Sequence[PlannedConstraint]
    ) -> tuple[tuple[Constraint, ...], list[str]]:
        brands = {vocabulary.normal(b): b for b in self._turn.context.brands}
        pairs = [(p, to_constraint(p, brands)) for p in planned[:CONSTRAINTS_MAX]]
        return (
            tuple(dict.fromkeys(c for _, c in pairs if c is not None)),
            [f"{p.facet} {p.op} {p.value}"[:100] for p, c in pairs if c is None],
        )

    # -- this session

    def _look_up(self, asked: MemoryLookup) -> dict:
        session = self._turn.session
        topic = vocabulary.normal(asked.topic[:TOPIC_MAX])
        if session is None or not topic:
            return {"error": "name a facet or a word"}
        judged = self._memory.feedback(session.id)
        liked = self._tools.known(
            id_ for id_, kind in judged.items() if kind in ("save", "more_like")
        )
        refused = self._tools.known(session.rejected)
        said = [
            turn.text
            for turn in self._memory.turns(session.id)
            if contains_phrase(turn.text, topic)
        ]
        notes = [note for note in session.notes if contains_phrase(note, topic)]
        wishes = [c.public() for c in session.wish.constraints if topic in (c.facet, str(c.value))]
        return {
            "summary": f"{len(wishes)} wishes, {len(notes)} notes, {len(liked)} liked, {len(refused)} refused",
            "wish_in_force": wishes,
            "notes": notes or list(session.notes),
            "shopper_said": [t[:NOTE_MAX] for t in said[-5:]],
            "liked": _tally(liked, topic),
            "refused": _tally(refused, topic),
        }

    def _note(self, asked: MemoryNote) -> dict:
        session = self._turn.session
        note = " ".join(asked.note.split())
        if session is None or not note:
            return {"error": "the note is empty"}
        if len(note) > NOTE_MAX:
            return {"error": f"the note has {len(note)} characters; at most {NOTE_MAX}"}
        if len({*session.notes, *self.noted}) >= NOTES_MAX:
            return {"error": f"{NOTES_MAX} notes are kept already; no more fit"}
        self.noted = tuple(dict.fromkeys((*self.noted, note)))
        return {"summary": "noted"}

    def _ask(self, asked: AskShopper) -> dict:
        question = " ".join(asked.question.split())
        if not question or len(question) > QUESTION_MAX:
            return {"error": f"a question has 1 to {QUESTION_MAX} characters"}
        if promises(question):
            return {"error": f"the shop does not promise this: {', '.join(promises(question))}"}
        self.asked = question
        return {"summary": "asked the shopper"}


def _brief(item: Item) -> dict:
    return {"title": item.title[:TITLE_MAX], "price": item.price}


def _tally(items: Iterable[Item], facet: str) -> dict[str, int] | list[str]:
    """How often each value of a facet occurs; for another topic the titles."""
    items = list(items)
    if facet in vocabulary.ATTRIBUTE_FACETS:
        return dict(
            Counter(
                value for item in items for value in item.attributes.get(facet, ())
            ).most_common(10)
        )
    return [item.title[:TITLE_MAX] for item in items[-10:]]
