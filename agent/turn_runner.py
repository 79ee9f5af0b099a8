"""Runner of a turn: yields the graph's steps as events, then stores the turn in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from langgraph.graph.state import CompiledStateGraph

from agent.graph import RECURSION_LIMIT, opening
from agent.memory.session import Session
from agent.memory.store import Memory
from agent.planner import OFFLINE
from agent.replies import Event, Reply
from agent.state import Clock, Request

Graph = CompiledStateGraph[Any, Any, Any, Any]


class TurnRunner:
    """Runs the graph for one turn and stores the outcome.

    has_model: a language model may word the reply, so words are streamed as they come. forget:
    deletes a session whose shopper asks to be forgotten.
    """

    def __init__(
        self, graph: Graph, memory: Memory, has_model: bool, forget: Callable[[str], None]
    ) -> None:
        self.graph, self.memory, self.has_model, self.forget = graph, memory, has_model, forget

    def run(self, session: Session, request: Request, clock: Clock) -> Iterator[Event]:
        """Yield the turn's events; the last one carries the reply."""
        final: dict[str, Any] = {}
        # To stream words LangGraph runs every node in a fresh thread, for which torch and FAISS
        # start threads of their own: 10 ms of a photo turn. Words from templates come all at once.
        streams_words = self.has_model and request.planner != OFFLINE
        modes: list[Literal["updates", "custom"]] = ["updates"]
        if streams_words:
            modes.append("custom")
        part: Any  # a state update, or in mode "custom" a piece of the reply's text
        for mode, part in self.graph.stream(
            opening(request, session, clock),
            {"recursion_limit": RECURSION_LIMIT},
            stream_mode=modes,
        ):
            if mode == "custom":
                yield Event(kind="text", text=part)
                continue
            for step, update in part.items():
                final.update(update)
                yield from _step_events(step, update, streams_words)
        with clock.stage("memory"):
            reply = self._store(session, final, request)
        yield Event(kind="reply", reply=reply.model_copy(update={"ms": clock.total()}))

    def _store(self, before: Session, final: dict[str, Any], request: Request) -> Reply:
        """Store the turn, or forget the session if that was asked for; return the reply."""
        reply: Reply = final["reply"]
        talk, found = final["talk"], final.get("found")
        session: Session = final["session"]
        if talk is not None and talk.kind == "forget":
            self.forget(session.id)
            return reply
        changes: dict[str, Any] = {"turn": reply.turn, "offer": final["offer"]}
        if talk is None:
            changes["given_up"] = tuple(c.facet for c in final["relaxed"] if c.op == "require")
        session = session.model_copy(update=changes)
        reference = reply.reference_id
        if session.named and reference is not None and reference != before.wish.reference_id:
            self.memory.judge(session.id, reference, "more_like")
        if reply.cards:
            query = found.query if talk is None and found else ""
            session = session.after(tuple(card.id for card in reply.cards), query)
        text = request.text or (f"({request.button})" if request.button else "")
        self.memory.record(session.settled(), text, final["photos"], reply)
        return reply


def _step_events(step: str, update: dict[str, Any], streams_words: bool) -> Iterator[Event]:
    if step == "speak" and not streams_words:
        yield Event(kind="text", text=update["reply"].reply)
    yield Event(kind="step", step=step, text=" · ".join(update.get("trace", ())))
    for note in update.get("notes", ()):
        yield Event(kind="note", text=note)
