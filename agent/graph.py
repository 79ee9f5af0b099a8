"""The agent's graph: Thought -> Action -> Critic -> (Action | Speak)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.critic import MAX_ROUNDS, after_critic
from agent.memory.session import Session
from agent.state import Clock, Request, State, Update

RECURSION_LIMIT = 2 + 2 * MAX_ROUNDS + 2
"""Maximum steps of a turn: thought, MAX_ROUNDS times action and critic, speak, and a margin."""

Node = Callable[[State], Update]


def after_thought(state: State) -> Literal["action", "speak"]:
    """Return the node after Thought: "action" for a search, otherwise "speak"."""
    return "action" if state["goal"] == "search" else "speak"


def opening(request: Request, session: Session, clock: Clock) -> State:
    """Return the initial state of a turn."""
    return {
        "request": request,
        "clock": clock,
        "session": session,
        "tried": (),
        "steps": (),
        "trace": (),
        "notes": (),
    }


def timed(name: str, node: Node) -> Node:
    """Wrap a node so that its time is added to the stage `name`."""

    def step(state: State) -> Update:
        with state["clock"].stage(name):
            return node(state)

    return step


def build_graph(
    thought: Node, action: Node, critic: Node, speak: Node
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the graph over these nodes.

    There is no checkpointer, because the agent keeps its own memory.
    """
    graph = StateGraph(State)
    nodes = {"thought": thought, "action": action, "critic": critic, "speak": speak}
    for name, node in nodes.items():
        # LangGraph's overloads have no type for a plain callable of a TypedDict
        graph.add_node(name, timed(name, node))  # type: ignore[call-overload]
    graph.add_edge(START, "thought")
    graph.add_conditional_edges("thought", after_thought)
    graph.add_edge("action", "critic")
    graph.add_conditional_edges("critic", after_critic)
    graph.add_edge("speak", END)
    return graph.compile()


def drawing() -> str:
    """Return the graph as Mermaid text."""

    def nothing(state: State) -> Update:
        return {}

    return build_graph(nothing, nothing, nothing, nothing).get_graph().draw_mermaid()
