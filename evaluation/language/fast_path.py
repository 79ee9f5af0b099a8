"""The share of turns that PLANNER=auto plans offline, and the time this saves over PLANNER=llm.

The turns are those of the recorded conversations. The model is a loopback server that waits as a
hosted one would and returns the offline reader's plan, so both planners have the same conversation.
This measures protocol and waiting, never a model's quality.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, get_args

import numpy as np
from tqdm import tqdm

from agent.language import Reading, read
from agent.llm.schema import PlannedConstraint, PlannedDrop, PlannedTurn
from agent.replay import transcripts
from agent.replay.loopback import MODEL, ScriptedServer
from agent.stylist import Stylist
from errors import InputError
from evaluation.report.show import Figures, finish, machine, percentiles, table
from metrics.intervals import difference, interval
from settings import ROOT, Settings, load_settings
from vocabulary.wish import Constraint, PriceRange

TURNS = ROOT / "tests" / "transcripts"
FIRST_S, FURTHER_S = 0.5, 0.01
"""Seconds to the first token and for each further one."""


def answer(request: Figures) -> Figures:
    """Return a paced answer: the offline plan if a plan is requested, else two sentences."""
    if not request.get("response_format"):
        return {
            "content": "Here is what I found for you. Tell me what to change.",
            "pace": [FIRST_S, FURTHER_S],
        }
    words = request["messages"][1]["content"][0]["text"].rpartition("SHOPPER'S MESSAGE\n")[2]
    return {"content": planned(json.loads(words)).model_dump(), "pace": [FIRST_S, FURTHER_S]}


def planned(text: str) -> PlannedTurn:
    """Return the offline reading of a text in the form of a model's plan."""
    reading = read(text)
    question = reading.intent("question")
    constraints = reading.constraints or (question.constraints if question else ())
    return PlannedTurn(
        thought="As it was said.",
        constraints=[_constraint(c) for c in constraints],
        drops=[
            PlannedDrop(facet=drop.facet, value=drop.value) for drop in reading.drop if drop.facet
        ],
        keep=list(reading.keep),
        refers_to_items=[m.ordinal for m in reading.mentions if m.kind == "shown" and m.ordinal],
        intent=_intent(reading),
        count=reading.count,
        question=None,
    )


def _intent(reading: Reading) -> Any:
    """Return the first intent that a plan (which has its own Literal) may have, else "search"."""
    allowed = get_args(PlannedTurn.model_fields["intent"].annotation)
    return next((i.kind for i in reading.intents if i.kind in allowed), "search")


def _constraint(c: Constraint) -> PlannedConstraint:
    span = c.value if isinstance(c.value, PriceRange) else None
    return PlannedConstraint(
        facet=c.facet,
        op=c.op,
        value=None if span else c.value,
        min_price=span.min if span else None,
        max_price=span.max if span else None,
        alternative_group=c.any,
        from_vibe=c.source == "vibe",
    )


def run(
    catalog: Path | None = None, turns: Path = TURNS, limit: int = 60, out: Path | None = None
) -> Figures:
    """Count over all recorded turns with words, time `limit` of them both ways, print the result.

    Conversations are in random order. Raises InputError if there are no recorded conversations.
    """
    conversations = _conversations(turns)
    with ScriptedServer(answer) as server:
        settings = load_settings(
            {},
            catalog_dir=catalog,
            planner="llm",
            memory=":memory:",
            openai_base_url=server.url,
            openai_api_key="loopback",
            openai_model=MODEL,
        )
        served, times = _measured(settings, conversations, limit)
    share = float(np.mean(served))
    milliseconds = {name: percentiles(ms) for name, ms in times.items()}
    saved = difference(times["llm"], times["auto"])
    table(
        f"{len(served)} recorded turns: {share:.0%} planned offline; a model that takes "
        f"{FIRST_S} s to the first token and {FURTHER_S} s for each further one",
        ("planner", "turns", "mean ms", "p50", "p95"),
        [
            (name, len(ms), round(float(np.mean(ms))), p["p50"], p["p95"])
            for (name, ms), p in zip(times.items(), milliseconds.values(), strict=True)
        ],
    )
    return finish(
        {
            "benchmark": "fast path",
            "turns": len(served),
            "offline_share": round(share, 4),
            "offline_share_95": [
                round(end, 4) for end in interval([float(plain) for plain in served])
            ],
            "delays_s": {"first": FIRST_S, "further": FURTHER_S},
            "ms": milliseconds,
            "saved_ms_a_turn": round(saved.mean),
            "saved_ms_95": [round(saved.low), round(saved.high)],
            "note": "a loopback server: protocol and waiting, not quality",
            "machine": machine(),
        },
        out,
    )


def _conversations(folder: Path) -> list[list[Figures]]:
    """Return the recorded turns that have words and no photos, by conversation."""
    recorded = [transcripts.read(path) for path in transcripts.find([folder])]
    asks = [[turn["ask"] for turn in transcript.turns] for transcript in recorded]
    plain = [
        [ask for ask in turns if ask.get("text", "").strip() and "image" not in ask]
        for turns in asks
    ]
    if not any(plain):
        raise InputError(f"no recorded turns with words in {folder}")
    return [plain[place] for place in np.random.default_rng(0).permutation(len(plain))]


def _measured(
    settings: Settings, conversations: list[list[Figures]], limit: int
) -> tuple[list[bool], dict[str, list[float]]]:
    """Return whether "auto" planned each turn offline, and milliseconds by planner.

    Both planners are timed on the same first `limit` turns.
    """
    stylist = Stylist.open(settings.catalog_dir, settings=settings)
    served: list[bool] = []
    times: dict[str, list[float]] = {"llm": [], "auto": []}
    for conversation in tqdm(conversations, desc="conversations", leave=False):
        for planner in times:
            if planner == "llm" and len(times[planner]) >= limit:
                continue
            session = stylist.new_session()
            # otherwise, the second planner would find the first one's answers in the cache
            stylist.backends["llm"].forget()
            for ask in conversation:
                start = time.perf_counter()
                reply = stylist.chat(session, ask["text"], planner=planner)
                if len(times[planner]) < limit:
                    times[planner].append(1000 * (time.perf_counter() - start))
                if planner == "auto":
                    served.append(reply.planner == "offline")
    return served, times
