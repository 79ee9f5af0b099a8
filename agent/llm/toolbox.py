"""The model's tools: read-only access to the shop and to this session, for one turn.

The server binds the session, page and picture, so a call cannot name them. Answers are JSON text of
bounded length. A call that cannot be answered receives its error as the answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

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
from agent.llm.client import Call, validation_problem
from agent.llm.grounding import promises
from agent.llm.schema import PlannedConstraint, described, to_constraint
from agent.memory.store import Memory
from agent.planner import PlanRequest
from agent.tools import Tools
from agent.wish.merge import merge
from catalog.item import Item
from vocabulary.wish import Constraint, Wish

MAX_ANSWER_CHARS = 4_000
MAX_CALLS = 4
"""Maximum number of calls answered per message."""
MAX_CONSTRAINTS = 15
MAX_HITS, MAX_ITEMS = 24, 5
"""Designs that a trial search checks, and items in it that are reported to the model."""
MAX_TITLE_CHARS = 120
MAX_LOOKUP = 10
"""Maximum number of values or titles in the answer to a look-up."""
MAX_QUOTES = 5
MAX_TRACE_CHARS = 200

Answer = dict[str, Any]


class Toolbox:
    """The tools of one turn.

    question: the question to the shopper that ended the planning
    noted: notes to keep after the turn
    """

    def __init__(self, tools: Tools, memory: Memory, turn: PlanRequest) -> None:
        self._tools, self._memory, self._turn = tools, memory, turn
        self._calls_made: set[str] = set()
        self.question: str | None = None
        self.noted: tuple[str, ...] = ()
        self.trace: tuple[str, ...] = ()
        self._tools_by_type: dict[type[BaseModel], Callable[..., Answer]] = {
            ComposedSearch: self._search,
            AttributeCheck: self._check,
            MemoryLookup: self._look_up,
            MemoryNote: self._note,
            AskShopper: self._ask,
        }

    def answer(self, call: Call, number: int = 0) -> str:
        """Answer the `number`-th call of a message as JSON text.

        Never raises, whatever the model sends.
        """
        answer = self._refusal(call, number)
        if answer is None:
            try:
                arguments = BY_NAME[call.name].model_validate(call.args)
            except ValidationError as error:
                answer = {"error": f"bad arguments: {validation_problem(error)}"}
            else:
                answer = self._tools_by_type[type(arguments)](arguments)
        outcome = answer.get("error") or answer.get("summary", "done")
        line = f"{call.name[:40] or 'a tool without a name'}: {outcome}"
        self.trace = (*self.trace, line[:MAX_TRACE_CHARS])
        text = json.dumps(answer, ensure_ascii=False)
        return (
            text
            if len(text) <= MAX_ANSWER_CHARS
            else json.dumps({"error": "the answer is too long; ask for less"})
        )

    def _refusal(self, call: Call, number: int) -> Answer | None:
        """Return the error for a call that must not be made, or None."""
        if call.name not in BY_NAME:
            return {"error": f"there is no such tool; tools: {', '.join(BY_NAME)}"}
        if call.args is None:
            return {"error": "the arguments are not a JSON object"}
        if number >= MAX_CALLS:
            return {"error": f"at most {MAX_CALLS} calls at a time"}
        name = json.dumps([call.name, call.args], sort_keys=True)
        if name in self._calls_made:
            return {
                "error": "you made this very call before and its answer stands above; "
                "return the plan now"
            }
        self._calls_made.add(name)
        return None

    # -- the shop

    def _search(self, call: ComposedSearch) -> Answer:
        wanted, left_out = self._constraints(call.constraints)
        start, anchor, problem = self._start(call.reference_item)
        if problem:
            return {"error": problem}
        before = self._turn.context.wish or Wish()
        wish = before.with_constraints(merge(before.constraints, wanted))
        rejected = self._turn.session.rejected if self._turn.session else ()
        hits = self._tools.search(
            wish,
            start,
            self._tools.composer,
            MAX_HITS,
            self._tools.rows(rejected),
            None,
            self._turn.clock,
        )
        rows = [hit.row for hit in hits]
        judged = (
            self._tools.check(rows, wish.hard, self._turn.clock, start, anchor) if rows else None
        )
        states = [judged.status(place) for place in range(len(rows))] if judged is not None else []
        items = self._tools.catalog.items(rows)
        usable = [
            (item, state) for item, state in zip(items, states, strict=True) if state != "broken"
        ]
        usable.sort(key=lambda pair: pair[1] != "ok")
        fits = states.count("ok")
        return {
            "summary": f"{fits} of {len(rows)} checked fit",
            "not_ruled_out_by_listings": self._tools.allowed(wish.hard),
            "checked": len(rows),
            "fit": fits,
            "may_fit": len(usable) - fits,
            "names_nothing": left_out,
            "items": [
                {**_brief(item), "confirmed": state == "ok"} for item, state in usable[:MAX_ITEMS]
            ],
        }

    def _check(self, call: AttributeCheck) -> Answer:
        wanted, left_out = self._constraints(call.constraints)
        page = self._turn.page
        numbers = [n for n in dict.fromkeys(call.items) if 1 <= n <= len(page)]
        if not numbers or not wanted:
            return {
                "error": f"name shown items by number (1 to {len(page)}) and constraints of the "
                "vocabulary"
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
        """Return the start of a trial search as (vector, item, problem).

        It is the shown item with that number, otherwise the turn's picture, otherwise the item of
        the wish.
        """
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
        """Return the constraints that name something in the vocabulary, and the others as text."""
        brands = {vocabulary.normal(b): b for b in self._turn.context.brands}
        pairs = [(p, to_constraint(p, brands)) for p in planned[:MAX_CONSTRAINTS]]
        return (
            tuple(dict.fromkeys(c for _, c in pairs if c is not None)),
            [described(p) for p, c in pairs if c is None],
        )

    # -- this session

    def _look_up(self, call: MemoryLookup) -> Answer:
        session = self._turn.session
        topic = vocabulary.normal(call.topic[:TOPIC_MAX])
        if session is None or not topic:
            return {"error": "name a facet or a word"}
        judged = self._memory.feedback(session.id)
        liked = self._tools.known(
            id_ for id_, kind in judged.items() if kind in ("save", "more_like")
        )
        refused = self._tools.known(session.rejected)
        quotes = [
            turn.text
            for turn in self._memory.turns(session.id)
            if contains_phrase(turn.text, topic)
        ]
        notes = [note for note in session.notes if contains_phrase(note, topic)]
        wishes = [c.public() for c in session.wish.constraints if topic in (c.facet, str(c.value))]
        return {
            "summary": f"{len(wishes)} wishes, {len(notes)} notes, {len(liked)} liked, "
            f"{len(refused)} refused",
            "wish_in_force": wishes,
            "notes": notes or list(session.notes),
            "shopper_said": [t[:NOTE_MAX] for t in quotes[-MAX_QUOTES:]],
            "liked": _tally(liked, topic),
            "refused": _tally(refused, topic),
        }

    def _note(self, call: MemoryNote) -> Answer:
        session = self._turn.session
        note = " ".join(call.note.split())
        if session is None or not note:
            return {"error": "the note is empty"}
        if len(note) > NOTE_MAX:
            return {"error": f"the note has {len(note)} characters; at most {NOTE_MAX}"}
        if len({*session.notes, *self.noted}) >= NOTES_MAX:
            return {"error": f"{NOTES_MAX} notes are kept already; no more fit"}
        self.noted = tuple(dict.fromkeys((*self.noted, note)))
        return {"summary": "noted"}

    def _ask(self, call: AskShopper) -> Answer:
        question = " ".join(call.question.split())
        if not question or len(question) > QUESTION_MAX:
            return {"error": f"a question has 1 to {QUESTION_MAX} characters"}
        if promises(question):
            return {"error": f"the shop does not promise this: {', '.join(promises(question))}"}
        self.question = question
        return {"summary": "asked the shopper"}


def _brief(item: Item) -> Answer:
    return {"title": item.title[:MAX_TITLE_CHARS], "price": item.price}


def _tally(items: Iterable[Item], facet: str) -> dict[str, int] | list[str]:
    """Return {value: count} for a facet, or titles for any other topic."""
    items = list(items)
    if facet in vocabulary.ATTRIBUTE_FACETS:
        return dict(
            Counter(
                value for item in items for value in item.attributes.get(facet, ())
            ).most_common(MAX_LOOKUP)
        )
    return [item.title[:MAX_TITLE_CHARS] for item in items[-MAX_LOOKUP:]]
