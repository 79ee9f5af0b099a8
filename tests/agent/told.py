"""What a reply shows and asks for, short enough to compare."""

from __future__ import annotations

from agent.replies import Reply


def ids(reply: Reply) -> list[str]:
    return [card.id for card in reply.items]


def wish(reply: Reply) -> set[str]:
    return {f"{c.op} {c.value}" for c in reply.constraints if c.source != "photo"}
