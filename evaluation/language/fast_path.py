"""What share of turns the fast path plans offline, and the time that saves: PLANNER=auto beside PLANNER=llm.

The turns are those of the recorded conversations. The model is a loopback server that waits as a hosted one would and plans
what the offline reader reads, so that both ways have the same conversation: it measures protocol and waiting, never a model's
quality.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import get_args

import numpy as np
from tqdm import tqdm

from agent.language import read
from agent.llm.schema import PlannedConstraint, PlannedDrop, PlannedTurn
from agent.replay import transcripts
from agent.replay.loopback import MODEL, ScriptedServer
from agent.stylist import Stylist
from errors import InputError
from evaluation.report.show import finish, machine, percentiles, table
from metrics.intervals import difference, interval
from settings import ROOT, Settings, load_settings
from vocabulary.wish import Constraint, PriceRange

TURNS = ROOT / "tests" / "transcripts"
FIRST_S, FURTHER_S = 0.5, 0.01
"""Seconds to the first token and for each further one."""


def answer(request: dict) -> dict:
    """The offline reader's plan where one is asked for, two sentences else; paced."""
    if not request.get("response_format"):
        return {
            "content": "Here is what I found for you. Tell me what to change.",
            "pace": [FIRST_S, FURTHER_S],
        }
    words = request["messages"][1]["content"][0]["text"].rpartition("SHOPPER'S MESSAGE\n")[2]
    return {"content": planned(json.loads(words)).model_dump(), "pace": [FIRST_S, FURTHER_S]}


def planned(text: str) -> PlannedTurn:
    """A text's offline reading in the form of a model's plan."""
    reading = read(text)
    kinds = get_args(PlannedTurn.model_fields["intent"].annotation)
    question = reading.intent("question")
    return PlannedTurn(
        thought="As it was said.",
        constraints=[
            _constraint(c)
            for c in reading.constraints or (question.constraints if question else ())
        ],
        drops=[
            PlannedDrop(facet=drop.facet, value=drop.value) for drop in reading.drop if drop.facet
        ],
        keep=list(reading.keep),
        refers_to_items=[m.ordinal for m in reading.mentions if m.kind == "shown" and m.ordinal],
        intent=next((i.kind for i in reading.intents if i.kind in kinds), "search"),
        count=reading.count,
        question=None,
    )


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
) -> dict:
    """Shares over all recorded turns with words; times over `limit` of them (conversations in a drawn order), both ways.

    Prints a table and one JSON line. Raises InputError where there are no recorded conversations.
    """
    found = [transcripts.read(path) for path in transcripts.find([turns])]
    talks = [
        [
            turn["ask"]
            for turn in talk.turns
            if turn["ask"].get("text", "").strip() and "image" not in turn["ask"]
        ]
        for talk in found
    ]
    talks = [talks[place] for place in np.random.default_rng(0).permutation(len(talks))]
    if not any(talks):
        raise InputError(f"no recorded turns with words in {turns}")
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
        served, times = _measured(settings, talks, limit)
    share = float(np.mean(served))
    shown = {name: percentiles(ms) for name, ms in times.items()}
    saved = difference(times["llm"], times["auto"])
    table(
        f"{len(served)} recorded turns: {share:.0%} planned offline; a model that takes {FIRST_S} s to the first token and "
        f"{FURTHER_S} s for each further one",
        ("planner", "turns", "mean ms", "p50", "p95"),
        [
            (name, len(ms), round(float(np.mean(ms))), shown[name]["p50"], shown[name]["p95"])
            for name, ms in times.items()
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
            "ms": shown,
            "saved_ms_a_turn": round(saved.mean),
            "saved_ms_95": [round(saved.low), round(saved.high)],
            "note": "a loopback server: protocol and waiting, not quality",
            "machine": machine(),
        },
        out,
    )


def _measured(
    settings: Settings, talks: list[list[dict]], limit: int
) -> tuple[list[bool], dict[str, list[float]]]:
    """(for each turn whether it was plain; milliseconds of the same first `limit` turns by each planner)."""
    stylist = Stylist.open(settings.catalog_dir, settings=settings)
    served: list[bool] = []
    times: dict[str, list[float]] = {"llm": [], "auto": []}
    for talk in tqdm(talks, desc="conversations", leave=False):
        for planner in times:
            if planner == "llm" and len(times[planner]) >= limit:
                continue
            session = stylist.new_session()
            stylist.backends[
                "llm"
            ].forget()  # or the second way would find the first one's answers in the cache
            for ask in talk:
                start = time.perf_counter()
                reply = stylist.chat(session, ask["text"], planner=planner)
                if len(times[planner]) < limit:
                    times[planner].append(1000 * (time.perf_counter() - start))
                if planner == "auto":
                    served.append(reply.planner == "offline")
    return served, times
