"""The language model behind the graph's seam: a planner and a speaker that fall back, in words, when it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.language import Context, read
from agent.llm.budget import Budget, Limits, ModelFailure
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
from catalog.pictures import open_picture
from settings import Settings
from vocabulary.wish import Constraint

SEES = ("gpt-4o", "gpt-4.1", "gpt-5")
"""Models that are known to take pictures."""


def vision_of(settings: Settings) -> bool:
    """Whether the configured model is sent the picture itself."""
    if settings.openai_vision == "auto":
        return settings.openai_model.startswith(SEES)
    return settings.openai_vision == "on"


class FallbackPlanner:
    """Plans by the model and its tools; where that fails, by the offline reader, with a note."""

    def __init__(self, planner: ModelPlanner, limits: Limits, tools: Tools, memory: Memory) -> None:
        self.planner, self.limits, self.tools, self.memory = planner, limits, tools, memory

    def plan(self, turn: PlanRequest) -> Plan:
        """The reading of the turn's words. Never raises for a failing service."""
        if not turn.text.strip():
            return Plan(
                read(turn.text, turn.context), OFFLINE
            )  # a picture or a button alone needs no model
        budget = turn.clock.spending = Budget(self.limits, turn.clock)
        toolbox = Toolbox(self.tools, self.memory, turn)
        picture = (
            open_picture(turn.picture) if turn.picture is not None and self.planner.vision else None
        )
        try:
            made = self.planner.read(turn, budget, toolbox, picture)
        except ModelFailure as failure:
            note = f"{str(failure)[0].upper()}{str(failure)[1:]}, so I planned this one offline."
            spent = f"{budget.line()}; {self.planner.client.ledger.line()}"
            return Plan(
                read(turn.text, turn.context),
                OFFLINE,
                (note,),
                trace=(*toolbox.trace, spent),
                noted=toolbox.noted,
            )
        left = f" (left out: {', '.join(made.left_out)})" if made.left_out else ""
        return Plan(
            made.reading,
            LLM,
            thought=made.thought + left,
            question=made.question,
            trace=toolbox.trace,
            noted=toolbox.noted,
        )


class GroundedSpeaker:
    """Speaks by the model, sentence by sentence; what the facts do not hold is not said, the draft fills in."""

    def __init__(self, speaker: ModelSpeaker, limits: Limits, tools: Tools) -> None:
        self.speaker, self.limits, self.tools = speaker, limits, tools

    def speak(
        self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]
    ) -> SpokenText:
        """The words for `reply`. Never raises for a failing service."""
        budget = clock.spending or Budget(self.limits, clock)
        said = self._worded(reply, text, budget, say)
        return SpokenText(
            said.text, said.notes, (f"{budget.line()}; {self.speaker.client.ledger.line()}",)
        )

    def _worded(
        self, reply: Reply, text: str, budget: Budget, say: Callable[[str], None]
    ) -> SpokenText:
        if not reply.cards:
            say(reply.reply)  # a talk or an empty result: the draft says it all
            return SpokenText(reply.reply)
        stated = {
            item.id: item.attributes for item in self.tools.known([card.id for card in reply.cards])
        }
        known = facts(reply, stated, tuple(self.tools.catalog.facet_counts().get("brand", ())))
        kept: list[str] = []
        notes: list[str] = []
        dropped, failed = 0, False
        try:
            for sentence, wrong in self.speaker.stream(known, text, budget):
                dropped += bool(wrong)
                if not wrong:
                    kept.append(sentence)
                    say(sentence)
        except ModelFailure as failure:
            failed = True
            notes.append(
                f"{str(failure)[0].upper()}{str(failure)[1:]}, so I answer in my own words."
            )
        if dropped:
            notes.append(
                f"I left out {dropped} sentence{'s' if dropped > 1 else ''} that the items do not bear out."
            )
        # what a shopper must hear is said in words that surely say it
        openness = bool(reply.unconfirmed or reply.relaxed or reply.question)
        if not kept or failed or openness:
            return self._with_draft(kept, reply.reply, notes, say)
        return SpokenText("".join(kept).strip(), tuple(notes))

    def _with_draft(
        self, kept: list[str], draft: str, notes: list[str], say: Callable[[str], None]
    ) -> SpokenText:
        """What was said so far cannot be unsaid; the draft follows it, complete."""
        before = "".join(kept).strip()
        say(f" {draft}" if before else draft)
        return SpokenText(f"{before} {draft}".strip(), tuple(notes))


def model_backends(settings: Settings, tools: Tools, memory: Memory) -> dict[str, Backend]:
    """The minds that ask the configured model: every turn (llm), or what is not plain (auto)."""
    client = model_client(settings)
    limits = Limits.of(settings)
    planner = FallbackPlanner(ModelPlanner(client, vision_of(settings)), limits, tools, memory)
    speaker = GroundedSpeaker(ModelSpeaker(client), limits, tools)
    return {
        LLM: Backend(planner, speaker, client.cache.clear),
        AUTO: Backend(AutoPlanner(planner), speaker, client.cache.clear),
    }


def model_client(settings: Settings) -> ModelClient:
    """The client of the configured model, with the meter beside the memory file."""
    in_ram = str(settings.memory) == ":memory:"
    ledger = Ledger(
        ":memory:" if in_ram else Path(settings.memory).with_name("spending.sqlite"),
        settings.daily_cap_usd,
    )
    return ModelClient(settings, ledger)


def read_phrase(text: str, client: ModelClient, settings: Settings) -> tuple[Constraint, ...]:
    """A text as constraints by the model, without catalogue, session or tools: what measuring its reading needs.

    Raises ModelFailure.
    """
    clock = Clock(settings.turn_seconds)
    turn = PlanRequest(text, Context(), clock)
    return (
        ModelPlanner(client, False)
        .read(turn, Budget(Limits.of(settings), clock))
        .reading.constraints
    )
