"""The graph: Thought -> Action -> Critic -> (Action | Speak)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.action import Action
from agent.critic import ROUNDS, Critic, after_critic
from agent.memory.session import Session
from agent.speak import Speak
from agent.state import Clock, Request, State
from agent.thought import Thought

RECURSION_LIMIT = 2 + 2 * ROUNDS + 2
"""Steps of a turn at most: thought, ROUNDS times action and critic, speak, and some air."""


def after_thought(state: State) -> Literal["action", "speak"]:
    """A search, or an answer without one."""
    return "action" if state["goal"] == "search" else "speak"


def opening(request: Request, session: Session, clock: Clock) -> State:
    """The state that a turn begins with."""
    return {
        "request": request,
        "clock": clock,
        "session": session,
        "tried": (),
        "steps": (),
        "trace": (),
        "notes": (),
    }


def timed(name: str, node: Callable[[State], Any]) -> Callable[[State], Any]:
    """The node, its time added to the stage of its name."""

    def step(state: State) -> Any:
        with state["clock"].stage(name):
            return node(state)

    return step


def build_graph(
    thought: Thought, action: Action, critic: Critic, speak: Speak
) -> CompiledStateGraph:
    """The compiled graph over these nodes. No checkpointer: the session's memory is the agent's own."""
    graph = StateGraph(State)
    graph.add_node("thought", timed("thought", thought))
    graph.add_node("action", timed("action", action))
    graph.add_node("critic", timed("critic", critic))
    graph.add_node("speak", timed("speak", speak))
    graph.add_edge(START, "thought")
    graph.add_conditional_edges("thought", after_thought)
    graph.add_edge("action", "critic")
    graph.add_conditional_edges("critic", after_critic)
    graph.add_edge("speak", END)
    return graph.compile()


def drawing() -> str:
    """The graph as Mermaid, drawn from the code."""
    return build_graph(*(lambda state: {} for _ in range(4))).get_graph().draw_mermaid()
