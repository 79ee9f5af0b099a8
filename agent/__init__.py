"""The agent: words, pictures and memory become a wish; checked items and a grounded reply come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.replies import Card, Check, Event, Reply, Turn
    from agent.serving.pool import StylistPool
    from agent.stylist import Stylist

__all__ = ["Card", "Check", "Event", "Reply", "Stylist", "StylistPool", "Turn"]
_WHERE = {"StylistPool": "agent.serving.pool", "Stylist": "agent.stylist"}


def __getattr__(name: str) -> Any:
    """Loaded when asked for: reading words (`agent.language`) must not wait for the encoder's libraries."""
    if name not in __all__:
        raise AttributeError(f"module 'agent' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE.get(name, "agent.replies")), name)
