"""Who plans and who speaks: the seam between the graph and the minds behind it.

A planner turns a shopper's words into a Reading; what follows from it (merging, searching, judging) is the graph's
and the same for every planner. A speaker turns what was found into words and may name nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from agent.language import read
from agent.language.reading import Context, Reading
from agent.memory.session import Session
from agent.memory.store import Memory
from agent.replies import Reply
from agent.state import Clock
from agent.tools import Tools
from catalog.item import Item
from errors import InputError
from settings import Settings


@dataclass(frozen=True)
class PlanRequest:
    """What a planner gets to see: the words, the page and the shop, and the turn's clock (`left` seconds).

    photo: what was seen in the turn's first picture, {facet: {value: probability}}; picture: where it is stored;
    start: its vector (dim,). session, page: what a planner's tools may look at, bound by the server.
    """

    text: str
    context: Context
    clock: Clock
    photo: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    picture: Path | None = None
    start: np.ndarray | None = None
    session: Session | None = None
    page: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What the words were read as, by whom, and remarks for the shopper ("the model did not answer").

    thought: one line for the page's thoughts; question: one question back, where the planner has one; trace: further
    lines for the thoughts (tools used, what was spent); noted: notes to keep in the session.
    """

    reading: Reading
    planner: str
    notes: tuple[str, ...] = ()
    thought: str = ""
    question: str | None = None
    trace: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()


class Planner(Protocol):
    """Reads a turn's words. It does not raise for what a shopper writes; a failing service falls back."""

    def plan(self, turn: PlanRequest) -> Plan:
        """The reading of the turn's words."""


@dataclass(frozen=True)
class SpokenText:
    """A reply's words, remarks for the shopper, and lines for the thoughts."""

    text: str
    notes: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


class Speaker(Protocol):
    """Words a finished reply. `reply.reply` holds the draft in templates: what cannot be said better stays so."""

    def speak(
        self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]
    ) -> SpokenText:
        """The words for `reply`, the answer to the shopper's `text`; `say` streams them in pieces as they come."""


class TemplateSpeaker:
    """The draft as it is."""

    def speak(
        self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]
    ) -> SpokenText:
        """The draft."""
        say(reply.reply)
        return SpokenText(reply.reply)


@dataclass(frozen=True)
class Backend:
    """A planner and the speaker that goes with it. `forget` drops what was kept of shoppers' words."""

    planner: Planner
    speaker: Speaker
    forget: Callable[[], None] = lambda: None


class OfflinePlanner:
    """The deterministic reader of `agent.language`."""

    def plan(self, turn: PlanRequest) -> Plan:
        """The reading of the turn's words."""
        return Plan(read(turn.text, turn.context), "offline")


OFFLINE, LLM, AUTO = "offline", "llm", "auto"


def backends(settings: Settings, tools: Tools, memory: Memory) -> tuple[dict[str, Backend], str]:
    """All minds that these settings allow, by name, and the name of the default one.

    With a model there are three: offline, llm (every turn goes to the model) and auto (plain turns stay offline). Raises
    InputError where a model is asked for and none is configured.
    """
    available = {OFFLINE: Backend(OfflinePlanner(), TemplateSpeaker())}
    if settings.has_model:
        from agent.llm.backend import (
            model_minds,  # langchain is loaded only where a model is configured
        )

        available |= model_minds(settings, tools, memory)
    elif settings.planner == LLM:
        raise InputError(
            "PLANNER=llm needs a language model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of "
            "your own; PLANNER=auto uses one when it is there"
        )
    return available, settings.planner if settings.planner in available else OFFLINE
