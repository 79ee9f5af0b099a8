"""What share of turns the fast path plans offline, and the time that saves: PLANNER=auto beside PLANNER=llm.

The turns are those of the recorded conversations. The model is a loopback server that waits as a hosted one would and gives
the same small plan every time: it measures protocol and waiting, never a model's quality.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent import transcripts
from agent.llm.schema import PlannedTurn
from agent.loopback import MODEL, ScriptedServer
from agent.stylist import Stylist
from errors import InputError
from evaluation.show import finish, machine, percentiles, table
from settings import ROOT, Settings, load_settings

TURNS = ROOT / "tests" / "transcripts"
FIRST_S, FURTHER_S = 0.5, 0.01
"""Seconds to the first token and for each further one."""


def answer(request: dict) -> dict:
    """A plan that changes nothing where one is asked for, a sentence else; paced."""
    plan = PlannedTurn(thought="as before", constraints=[], drops=[], keep=[], refers_to_items=[], intent="search", count=None,
                       question=None)
    content = plan.model_dump() if request.get("response_format") else "Here is what I found."
    return {"content": content, "pace": [FIRST_S, FURTHER_S]}


def run(catalog: Path | None = None, turns: Path = TURNS, limit: int = 60, out: Path | None = None) -> dict:
    """Shares over all recorded turns with words; times over the first `limit` of them, planned both ways.

    Prints a table and one JSON line. Raises InputError where there are no recorded conversations.
    """
    found = [transcripts.read(path) for path in transcripts.find([turns])]
    talks = [[turn["ask"] for turn in talk.turns if turn["ask"].get("text", "").strip() and "image" not in turn["ask"]]
             for talk in found]
    if not any(talks):
        raise InputError(f"no recorded turns with words in {turns}")
    with ScriptedServer(answer) as server:
        settings = load_settings({}, catalog_dir=catalog, planner="llm", memory=":memory:", openai_base_url=server.url,
                                 openai_api_key="loopback", openai_model=MODEL)
        served, times = _measured(settings, talks, limit)
    share = float(np.mean(served))
    shown = {name: percentiles(ms) for name, ms in times.items()}
    saved = float(np.mean(times["llm"]) - np.mean(times["auto"]))
    table(f"{len(served)} recorded turns: {share:.0%} planned offline; a model that takes {FIRST_S} s to the first token and "
          f"{FURTHER_S} s for each further one", ("planner", "turns", "mean ms", "p50", "p95"),
          [(name, len(ms), round(float(np.mean(ms))), shown[name]["p50"], shown[name]["p95"]) for name, ms in times.items()])
    return finish({"benchmark": "fast path", "turns": len(served), "offline_share": round(share, 4),
                   "delays_s": {"first": FIRST_S, "further": FURTHER_S}, "ms": shown, "saved_ms_a_turn": round(saved),
                   "note": "a loopback server: protocol and waiting, not quality", "machine": machine()}, out)


def _measured(settings: Settings, talks: list[list[dict]], limit: int) -> tuple[list[bool], dict[str, list[float]]]:
    """(for each turn whether it was plain; milliseconds of the first `limit` turns by each planner)."""
    stylist = Stylist.open(settings.catalog_dir, settings=settings)
    served: list[bool] = []
    times: dict[str, list[float]] = {"llm": [], "auto": []}
    for talk in tqdm(talks, desc="conversations", leave=False):
        for planner in times:
            if planner == "llm" and len(times[planner]) >= limit:
                continue
            session = stylist.new_session()
            for ask in talk:
                start = time.perf_counter()
                reply = stylist.chat(session, ask["text"], planner=planner)
                if len(times[planner]) < limit:
                    times[planner].append(1000 * (time.perf_counter() - start))
                if planner == "auto":
                    served.append(reply.planner == "offline")
    return served, times

