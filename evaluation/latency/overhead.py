"""What the agent itself costs a turn: the graph, the memory and the trace, apart from the work on the wish."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from agent import Stylist
from agent.graph import RECURSION_LIMIT, build_graph, opening
from agent.planner import OFFLINE
from agent.state import Clock, Request, State
from evaluation.latency.turns import Timed, TurnTiming
from evaluation.report.show import percentiles

NODES = ("thought", "action", "critic", "speak")


def overhead(
    stylist: Stylist, turns: Sequence[Timed], talks: Sequence[Sequence[TurnTiming]]
) -> dict:
    """Milliseconds a turn that are not the stages' work.

    turns: what the agent took, of which `memory` is a stage and the rest (graph, trace, events, locks) what no stage claims;
    talks: turns over which the graph is measured alone.
    """
    graph, loop = _graph_alone(stylist, talks)
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
    stylist: Stylist, talks: Sequence[Sequence[TurnTiming]]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each turn's graph over nodes that only hand over what the real ones returned, and of the same nodes in
    a plain loop."""
    graph, loop = [], []
    for talk in talks:
        session = stylist.new_session()
        for said in talk:
            request = Request(
                said.text, () if said.photo is None else (said.photo,), planner=OFFLINE
            )
            start = opening(
                request, stylist.memory.load(session), Clock(stylist.settings.turn_seconds)
            )
            made = [
                (name, update)
                for step in _steps(stylist.graph, start)
                for name, update in step.items()
            ]
            hollow = build_graph(*(_handing_over(name, made) for name in NODES))
            graph.append(
                _milliseconds(lambda hollow=hollow, start=start: list(_steps(hollow, start)))
            )
            loop.append(_milliseconds(lambda start=start, made=made: _in_a_loop(start, made)))
            stylist.chat(session, said.text, image=said.photo, planner=OFFLINE)
        stylist.forget(session)
    return graph, loop


def _steps(graph: Any, start: State) -> Any:
    return graph.stream(start, {"recursion_limit": RECURSION_LIMIT}, stream_mode="updates")


def _handing_over(name: str, made: Sequence[tuple[str, dict]]) -> Callable[[State], dict]:
    own = iter([update for step, update in made if step == name])
    return lambda state: next(own)


def _in_a_loop(start: State, made: Sequence[tuple[str, dict]]) -> dict:
    state: dict = dict(start)
    for _, update in made:
        state |= {
            key: (*state[key], *value) if key in ("tried", "steps", "trace", "notes") else value
            for key, value in update.items()
        }
    return state


def _milliseconds(block: Callable[[], Any]) -> float:
    start = time.perf_counter()
    block()
    return (time.perf_counter() - start) * 1000
