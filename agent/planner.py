"""The interface between the graph and the planners and speakers.

A planner turns a shopper's words into a Reading. The graph does the rest (merging, searching,
judging) in the same way for every planner. A speaker words the finished reply and may mention
nothing that is not in it. `agent.backends` makes the planners and speakers that the settings allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from agent.language.reading import Context, Reading
from agent.memory.session import Session
from agent.replies import Reply
from agent.state import Clock
from catalog.item import Item

OFFLINE, LLM, AUTO = "offline", "llm", "auto"


@dataclass(frozen=True)
class PlanRequest:
    """A planner's input: the words, the page, the shop and the turn's clock (`left` seconds).

    photo: what was seen in the turn's first picture, {facet: {value: probability}}
    picture: where that picture is stored
    start: that picture's vector (dim,)
    session, page: set by the server for the planner's tools
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
    """The reading of the words, its planner, and notes for the shopper.

    An example of a note is "the model did not answer".

    thought: one line for the page's "thoughts"
    question: a question back to the shopper, if the planner has one
    trace: further lines for the thoughts (tools called, budget spent)
    noted: notes to keep in the session
    """

    reading: Reading
    planner: str
    notes: tuple[str, ...] = ()
    thought: str = ""
    question: str | None = None
    trace: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()


class Planner(Protocol):
    """Reader of a turn's words, which never raises for odd words or a failing service."""

    def plan(self, turn: PlanRequest) -> Plan:
        """Read the turn's words."""


@dataclass(frozen=True)
class SpokenText:
    """A reply's words, notes for the shopper, and lines for the thoughts."""

    text: str
    notes: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


class Speaker(Protocol):
    """Writer of a finished reply's words; `reply.reply` holds a draft made from templates."""

    def speak(
        self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]
    ) -> SpokenText:
        """Word `reply`, the answer to the shopper's `text`; `say` streams the words."""


@dataclass(frozen=True)
class Backend:
    """A planner and the speaker that goes with it.

    `forget` drops the cached words of shoppers.
    """

    planner: Planner
    speaker: Speaker
    forget: Callable[[], None] = lambda: None
