"""The language model behind the graph's seam: a planner and a speaker that fall back, in words, when it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.language import read
from agent.llm.client import Budget, ModelClient, ModelFailure
from agent.llm.ledger import Ledger
from agent.llm.planner import ModelPlanner
from agent.llm.speaker import ModelSpeaker, facts
from agent.planner import LLM, OFFLINE, Asked, Mind, Plan, Said
from agent.replies import Reply
from agent.state import Clock
from catalog.item import Item
from catalog.pictures import open_picture
from settings import Settings

PLAN_CALLS, SPEAK_CALLS = 2, 1
PLAN_SHARE, SPEAK_SHARE = 0.5, 0.8
"""Shares of what is left of the turn's time that planning and speaking may take."""
SEES = ("gpt-4o", "gpt-4.1", "gpt-5")
"""Models that are known to take pictures."""


def vision_of(settings: Settings) -> bool:
    """Whether the configured model is sent the picture itself."""
    if settings.openai_vision == "auto":
        return settings.openai_model.startswith(SEES)
    return settings.openai_vision == "on"


class FallbackPlanner:
    """Plans by the model; where that fails, by the offline reader, with a note."""

    def __init__(self, planner: ModelPlanner) -> None:
        self.planner = planner

    def plan(self, turn: Asked) -> Plan:
        """The reading of the turn's words. Never raises for a failing service."""
        if not turn.text.strip():
            return Plan(read(turn.text, turn.context), OFFLINE)  # a picture or a button alone needs no model
        budget = Budget(turn.clock.left * PLAN_SHARE, PLAN_CALLS)
        picture = open_picture(turn.picture) if turn.picture is not None and self.planner.vision else None
        try:
            made = self.planner.read(turn.text, turn.context, budget, turn.photo, picture)
        except ModelFailure as failure:
            note = f"{str(failure)[0].upper()}{str(failure)[1:]}, so I planned this one offline."
            return Plan(read(turn.text, turn.context), OFFLINE, (note,))
        left = f" (left out: {', '.join(made.left_out)})" if made.left_out else ""
        return Plan(made.reading, LLM, thought=made.thought + left, question=made.question)


class GroundedSpeaker:
    """Speaks by the model, sentence by sentence; what the facts do not hold is not said, the draft fills in."""

    def __init__(self, speaker: ModelSpeaker, items: Callable[[list[str]], list[Item]], brands: Callable[[], tuple[str, ...]]):
        self.speaker, self.items, self.brands = speaker, items, brands

    def speak(self, reply: Reply, text: str, clock: Clock, say: Callable[[str], None]) -> Said:
        """The words for `reply`. Never raises for a failing service."""
        if not reply.cards:
            say(reply.reply)  # a talk or an empty result: the draft says it all
            return Said(reply.reply)
        stated = {item.id: item.attributes for item in self.items([card.id for card in reply.cards])}
        known = facts(reply, stated, self.brands())
        budget = Budget(clock.left * SPEAK_SHARE, SPEAK_CALLS)
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
            notes.append(f"{str(failure)[0].upper()}{str(failure)[1:]}, so I answer in my own words.")
        if dropped:
            notes.append(f"I left out {dropped} sentence{'s' if dropped > 1 else ''} that the items do not bear out.")
        # what a shopper must hear is said in words that surely say it
        openness = bool(reply.unconfirmed or reply.relaxed or reply.question)
        if not kept or failed or openness:
            return self._with_draft(kept, reply.reply, notes, say)
        return Said("".join(kept).strip(), tuple(notes))

    def _with_draft(self, kept: list[str], draft: str, notes: list[str], say: Callable[[str], None]) -> Said:
        """What was said so far cannot be unsaid; the draft follows it, complete."""
        before = "".join(kept).strip()
        say(f" {draft}" if before else draft)
        return Said(f"{before} {draft}".strip(), tuple(notes))


def model_mind(settings: Settings, items: Callable[[list[str]], list[Item]], brands: Callable[[], tuple[str, ...]]) -> Mind:
    """The mind that asks the configured model. items: known items by id; brands: all of the catalogue."""
    in_ram = str(settings.memory) == ":memory:"
    ledger = Ledger(":memory:" if in_ram else Path(settings.memory).with_name("spending.sqlite"), settings.daily_cap_usd)
    client = ModelClient(settings, ledger)
    return Mind(FallbackPlanner(ModelPlanner(client, vision_of(settings))),
                GroundedSpeaker(ModelSpeaker(client), items, brands))
