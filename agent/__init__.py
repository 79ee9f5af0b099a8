"""The agent: turns words, pictures and memory into a wish, checked items and a grounded reply."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.replies import Card, Check, Event, Reply, Turn
    from agent.service import ChatService
    from agent.serving.pool import StylistPool
    from agent.stylist import Stylist

__all__ = ["Card", "ChatService", "Check", "Event", "Reply", "Stylist", "StylistPool", "Turn"]
_MODULES = {
    "ChatService": "agent.service",
    "StylistPool": "agent.serving.pool",
    "Stylist": "agent.stylist",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use.

    Code that only reads words (`agent.language`) must not wait for the encoder's libraries.
    """
    if name not in __all__:
        raise AttributeError(f"module 'agent' has no attribute {name!r}")
    return getattr(import_module(_MODULES.get(name, "agent.replies")), name)
