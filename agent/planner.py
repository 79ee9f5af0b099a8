"""Who plans and who speaks: the seam between the graph and the minds behind it.

A planner turns a shopper's words into a Reading; what follows from it (merging, searching, judging) is the graph's
and the same for every planner. A speaker turns what was found into words and may name nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agent.language import read
from agent.language.reading import Context, Reading
from agent.replies import Reply
from agent.state import Clock
from catalog.item import Item
from errors import InputError
from settings import Settings


@dataclass(frozen=True)
class Asked:
    """What a planner gets to see: the words, the page and the shop, and the turn's clock (`left` seconds).

    photo: what was seen in the turn's first picture, {facet: {value: probability}}; picture: where it is stored.
    """

    text: str
    context: Context
    clock: Clock
    photo: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    picture: Path | None = None


@dataclass(frozen=True)
class Plan:
    """What the words were read as, by whom, and remarks for the shopper ("the model did not answer").

    thought: one line for the page's thoughts; question: one question back, where the planner has one.
    """

    reading: Reading
    planner: str
    notes: tuple[str, ...] = ()
    thought: str = ""
    question: str | None = None


class Planner(Protocol):
    """Reads a turn's words. It does not raise for what a shopper writes; a failing service falls back."""

    def plan(self, turn: Asked) -> Plan:
        """The reading of the turn's words."""


@dataclass(frozen=True)
class Said:
    """A reply's words, and remarks for the shopper."""

    text: str
    notes: tuple[str, ...] = ()


class Speaker(Protocol):
    """Words a finished reply. `reply.reply` holds the draft in templates: what cannot be said better stays so."""

    def speak(self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]) -> Said:
        """The words for `reply`, the answer to the shopper's `text`; `say` streams them in pieces as they come."""


class TemplateSpeaker:
    """The draft as it is."""

    def speak(self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]) -> Said:
        """The draft."""
        say(reply.reply)
        return Said(reply.reply)


@dataclass(frozen=True)
class Mind:
    """A planner and the speaker that goes with it."""

    planner: Planner
    speaker: Speaker


class OfflinePlanner:
    """The deterministic reader of `agent.language`."""

    def plan(self, turn: Asked) -> Plan:
        """The reading of the turn's words."""
        return Plan(read(turn.text, turn.context), "offline")


OFFLINE, LLM = "offline", "llm"


def minds(settings: Settings, items: Callable[[list[str]], list[Item]],
          brands: Callable[[], tuple[str, ...]]) -> tuple[dict[str, Mind], str]:
    """All minds that these settings allow, by name, and the name of the default one.

    items: known items by id; brands: all of the catalogue. Raises InputError where a model is asked for and none is
    configured.
    """
    available = {OFFLINE: Mind(OfflinePlanner(), TemplateSpeaker())}
    if settings.has_model:
        from agent.llm.mind import model_mind  # langchain is loaded only where a model is configured

        available[LLM] = model_mind(settings, items, brands)
    elif settings.planner == LLM:
        raise InputError("PLANNER=llm needs a language model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of "
                         "your own; PLANNER=auto uses one when it is there")
    return available, OFFLINE if settings.planner == OFFLINE or LLM not in available else LLM
