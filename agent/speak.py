"""The Speak node: makes the reply only from what passed the checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langgraph.config import get_stream_writer

from agent.critic import softened
from agent.planner import Backend
from agent.replies import Reply
from agent.state import NEAREST, Found, State
from agent.tools import Tools
from agent.wording.replies import search_text
from agent.wording.small_talk import talk_question, talk_text
from vocabulary.wish import Wish


class Speak:
    """The node that makes the reply; the backend that planned the turn words it."""

    def __init__(self, tools: Tools, backends: Mapping[str, Backend]) -> None:
        self.tools, self.backends = tools, backends

    def __call__(self, state: State) -> dict[str, Any]:
        """Return the reply, its draft worded by the backend's speaker."""
        draft = self._draft(state)
        speaker = self.backends[state["planner"]].speaker
        spoken = speaker.speak(draft, state["request"].text, state["clock"], get_stream_writer())
        reply = draft.model_copy(
            update={
                "reply": spoken.text,
                "notes": (*draft.notes, *spoken.notes),
                "trace": (*draft.trace, *spoken.trace),
                "ms": state["clock"].total(),
                "steps": (*state["steps"], "speak"),
            }
        )
        return {"reply": reply, "steps": ("speak",), "trace": spoken.trace}

    def _draft(self, state: State) -> Reply:
        session, found = state["session"], state.get("found", Found())
        text, question = self._text_and_question(state)
        shown = found if state["goal"] == "search" and not found.failed else Found()
        photo = state["reference"].photo
        wish = softened(_wish_in_force(state)).constraints
        return Reply(
            session=session.id,
            turn=session.turn + 1,
            reply=text,
            items=shown.fits,
            unconfirmed=shown.unconfirmed,
            question=question,
            constraints=tuple(c for c in wish if c.reason != NEAREST),
            relaxed=tuple(f"{c.facet}: {c.value}" for c in state["relaxed"]),
            planner=state["planner"],
            notes=state["notes"],
            trace=state["trace"],
            photo=photo.attributes if photo else {},
            reference_id=session.wish.reference_id,
        )

    def _text_and_question(self, state: State) -> tuple[str, str | None]:
        talk, question = state["talk"], state["question"]
        if talk is None:
            return search_text(state, self.tools), question
        if talk.kind == "unclear" and question:
            return question, question  # the planner understood enough to ask
        text = talk_text(talk, self.tools, state["session"].wish)
        return text, question or talk_question(talk.kind)


def _wish_in_force(state: State) -> Wish:
    """Return the wish that the reply shows: the searched one, or the session's after small talk."""
    talk = state["talk"]
    if talk is None:
        return state["wish"]
    return Wish() if talk.kind == "forget" else state["session"].wish
