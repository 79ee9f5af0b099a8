"""A planner and a speaker that use a language model and fall back, with a note, if it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.language import Context, read
from agent.llm.budget import Budget, Limits, ModelFailureError
from agent.llm.client import ModelClient
from agent.llm.fast_path import AutoPlanner
from agent.llm.ledger import Ledger
from agent.llm.planner import ModelPlanner
from agent.llm.speaker import ModelSpeaker, facts
from agent.llm.toolbox import Toolbox
from agent.memory.store import Memory
from agent.planner import AUTO, LLM, OFFLINE, Backend, Plan, PlanRequest, SpokenText
from agent.replies import Reply
from agent.state import Clock
from agent.tools import Tools
from agent.wording.notes import sentences_left_out
from catalog.pictures import open_picture
from settings import Settings
from vocabulary.wish import Constraint

VISION_MODELS = ("gpt-4o", "gpt-4.1", "gpt-5")
"""Prefixes of models that are known to accept pictures."""


def vision_of(settings: Settings) -> bool:
    """Return whether the configured model is sent the picture itself."""
    if settings.openai_vision == "auto":
        return settings.openai_model.startswith(VISION_MODELS)
    return settings.openai_vision == "on"


class FallbackPlanner:
    """Planner that uses the model and its tools, or if they fail the offline reader and a note."""

    def __init__(self, planner: ModelPlanner, limits: Limits, tools: Tools, memory: Memory) -> None:
        self.planner, self.limits, self.tools, self.memory = planner, limits, tools, memory

    def plan(self, turn: PlanRequest) -> Plan:
        """Read the turn's words. Never raises for a failing service."""
        if not turn.text.strip():
            # a picture or a button alone needs no model
            return Plan(read(turn.text, turn.context), OFFLINE)
        budget = turn.clock.spending = Budget(self.limits, turn.clock)
        toolbox = Toolbox(self.tools, self.memory, turn)
        picture = (
            open_picture(turn.picture) if turn.picture is not None and self.planner.vision else None
        )
        try:
            plan = self.planner.read(turn, budget, toolbox, picture)
        except ModelFailureError as failure:
            note = f"{_sentence(failure)}, so I planned this one offline."
            spent = f"{budget.line()}; {self.planner.client.ledger.line()}"
            return Plan(
                read(turn.text, turn.context),
                OFFLINE,
                (note,),
                trace=(*toolbox.trace, spent),
                noted=toolbox.noted,
            )
        left = f" (left out: {', '.join(plan.left_out)})" if plan.left_out else ""
        return Plan(
            plan.reading,
            LLM,
            thought=plan.thought + left,
            question=plan.question,
            trace=toolbox.trace,
            noted=toolbox.noted,
        )


class GroundedSpeaker:
    """Speaker that uses the model; the draft replaces sentences that the facts do not support."""

    def __init__(self, speaker: ModelSpeaker, limits: Limits, tools: Tools) -> None:
        self.speaker, self.limits, self.tools = speaker, limits, tools

    def speak(
        self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]
    ) -> SpokenText:
        """Word `reply`. Never raises for a failing service."""
        budget = clock.spending or Budget(self.limits, clock)
        spoken = self._worded(reply, text, budget, say)
        spent = f"{budget.line()}; {self.speaker.client.ledger.line()}"
        return SpokenText(spoken.text, spoken.notes, (spent,))

    def _worded(
        self, reply: Reply, text: str, budget: Budget, say: Callable[[str], None]
    ) -> SpokenText:
        if not reply.cards:
            say(reply.reply)  # no search or no result: the draft is complete
            return SpokenText(reply.reply)
        stated = {
            item.id: item.attributes for item in self.tools.known([card.id for card in reply.cards])
        }
        known = facts(reply, stated, tuple(self.tools.catalog.facet_counts().get("brand", ())))
        supported: list[str] = []
        notes: list[str] = []
        dropped, failed = 0, False
        try:
            for sentence, wrong in self.speaker.stream(known, text, budget):
                dropped += bool(wrong)
                if not wrong:
                    supported.append(sentence)
                    say(sentence)
        except ModelFailureError as failure:
            failed = True
            notes.append(f"{_sentence(failure)}, so I answer in my own words.")
        if dropped:
            notes.append(sentences_left_out(dropped))
        # the draft says everything that a shopper must hear; the model may have left some of it out
        must_hear = bool(reply.unconfirmed or reply.relaxed or reply.question)
        if not supported or failed or must_hear:
            return _with_draft(supported, reply.reply, notes, say)
        return SpokenText("".join(supported).strip(), tuple(notes))


def _with_draft(
    sentences: list[str], draft: str, notes: list[str], say: Callable[[str], None]
) -> SpokenText:
    """Append the whole draft to the sentences that have already been streamed."""
    before = "".join(sentences).strip()
    say(f" {draft}" if before else draft)
    return SpokenText(f"{before} {draft}".strip(), tuple(notes))


def _sentence(failure: ModelFailureError) -> str:
    """Return a failure's clause, capitalised."""
    return str(failure)[:1].upper() + str(failure)[1:]


def model_backends(settings: Settings, tools: Tools, memory: Memory) -> dict[str, Backend]:
    """Return the backends that use the configured model.

    `llm` uses it for every turn, `auto` only for turns that are not plain.
    """
    client = model_client(settings)
    limits = Limits.of(settings)
    planner = FallbackPlanner(ModelPlanner(client, vision_of(settings)), limits, tools, memory)
    speaker = GroundedSpeaker(ModelSpeaker(client), limits, tools)
    return {
        LLM: Backend(planner, speaker, client.cache.clear),
        AUTO: Backend(AutoPlanner(planner), speaker, client.cache.clear),
    }


def model_client(settings: Settings) -> ModelClient:
    """Return a client for the configured model; its spending is stored beside the memory file."""
    in_ram = str(settings.memory) == ":memory:"
    ledger = Ledger(
        ":memory:" if in_ram else Path(settings.memory).with_name("spending.sqlite"),
        settings.daily_cap_usd,
    )
    return ModelClient(settings, ledger)


def read_phrase(text: str, client: ModelClient, settings: Settings) -> tuple[Constraint, ...]:
    """Read a text with the model alone, without catalogue, session or tools.

    This measures how well the model reads. Raises ModelFailureError if it gives no usable answer.
    """
    clock = Clock(settings.turn_seconds)
    turn = PlanRequest(text, Context(), clock)
    return (
        ModelPlanner(client, False)
        .read(turn, Budget(Limits.of(settings), clock))
        .reading.constraints
    )
