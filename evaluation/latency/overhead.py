"""The agent's own overhead per turn: graph, memory and trace, without the work on the wish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from agent import Stylist
from agent.graph import RECURSION_LIMIT, build_graph, opening
from agent.planner import OFFLINE
from agent.state import Clock, Request, State
from evaluation.latency.turns import TimedTurn, TurnInput
from evaluation.report.show import Figures, percentiles

Update = dict[str, Any]
"""A node's changes to the state."""
NODES = ("thought", "action", "critic", "speak")


def overhead(
    stylist: Stylist, turns: Sequence[TimedTurn], sessions: Sequence[Sequence[TurnInput]]
) -> Figures:
    """Return percentiles of the milliseconds per turn that are not the stages' work.

    turns: the agent's timings. `memory` is a separate stage; the rest (graph, trace, events, locks)
    is the time that belongs to no stage. sessions: turns over which the graph is measured alone.
    """
    graph, loop = _graph_alone(stylist, sessions)
    return {
        "total_ms": percentiles([turn.overhead for turn in turns]),
        "memory_ms": percentiles([turn.ms.get("memory", 0.0) for turn in turns]),
        "graph_and_trace_ms": percentiles(
            [turn.overhead - turn.ms.get("memory", 0.0) for turn in turns]
        ),
        "graph_alone_ms": percentiles(graph),
        "loop_alone_ms": percentiles(loop),
    }


def _graph_alone(
    stylist: Stylist, sessions: Sequence[Sequence[TurnInput]]
) -> tuple[list[float], list[float]]:
    """Return milliseconds per turn of the graph over stub nodes and of a plain loop over them.

    The stubs return what the real nodes returned for the turn.
    """
    graph, loop = [], []
    for turns in sessions:
        session = stylist.new_session()
        for turn in turns:
            photos = () if turn.photo is None else (turn.photo,)
            request = Request(turn.text, photos, planner=OFFLINE)
            clock = Clock(stylist.settings.turn_seconds)
            start = opening(request, stylist.memory.load(session), clock)
            updates = [
                (name, update)
                for step in _steps(stylist.graph, start)
                for name, update in step.items()
            ]
            stubs: list[Any] = [_replaying(name, updates) for name in NODES]
            graph.append(_milliseconds(partial(_run_through, build_graph(*stubs), start)))
            loop.append(_milliseconds(partial(_in_a_loop, start, updates)))
            stylist.chat(session, turn.text, image=turn.photo, planner=OFFLINE)
        stylist.forget(session)
    return graph, loop


def _steps(graph: Any, start: State) -> Iterator[dict[str, Update]]:
    return graph.stream(start, {"recursion_limit": RECURSION_LIMIT}, stream_mode="updates")


def _run_through(graph: Any, start: State) -> None:
    for _ in _steps(graph, start):
        pass


def _replaying(name: str, updates: Sequence[tuple[str, Update]]) -> Callable[[State], Update]:
    """Return a node that returns the recorded updates of the node `name`, one per call."""
    own = iter([update for step, update in updates if step == name])
    return lambda state: next(own)


def _in_a_loop(start: State, updates: Sequence[tuple[str, Update]]) -> None:
    state: Update = dict(start)
    for _, update in updates:
        state |= {
            key: (*state[key], *value) if key in ("tried", "steps", "trace", "notes") else value
            for key, value in update.items()
        }


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
