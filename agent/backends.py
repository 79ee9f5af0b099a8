"""The planners and speakers that the settings allow."""

from __future__ import annotations

from collections.abc import Callable

from agent.language import read
from agent.memory.store import Memory
from agent.planner import LLM, OFFLINE, Backend, Plan, PlanRequest, SpokenText
from agent.replies import Reply
from agent.state import Clock
from agent.tools import Tools
from errors import InputError
from settings import Settings


class OfflinePlanner:
    """A planner that uses the deterministic reader of `agent.language`."""

    def plan(self, turn: PlanRequest) -> Plan:
        """Read the turn's words."""
        return Plan(read(turn.text, turn.context), OFFLINE)


class TemplateSpeaker:
    """A speaker that returns the draft unchanged."""

    def speak(
        self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]
    ) -> SpokenText:
        """Return the draft as the spoken text."""
        say(reply.reply)
        return SpokenText(reply.reply)


def backends(settings: Settings, tools: Tools, memory: Memory) -> tuple[dict[str, Backend], str]:
    """Return the backends by name, and the name of the default one.

    With a language model there are three: offline, llm (every turn goes to the model) and auto
    (plain turns are handled offline). Raises InputError if the settings ask for a model and none
    is configured.
    """
    available = {OFFLINE: Backend(OfflinePlanner(), TemplateSpeaker())}
    if settings.has_model:
        # langchain takes seconds to import, so import it only if a model is configured
        from agent.llm.backend import model_backends

        available |= model_backends(settings, tools, memory)
    elif settings.planner == LLM:
        raise InputError(
            "PLANNER=llm needs a language model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a "
            "server of your own; PLANNER=auto uses one when it is there"
        )
    return available, settings.planner if settings.planner in available else OFFLINE
