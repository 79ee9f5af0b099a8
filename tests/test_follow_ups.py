"""Follow-ups through the whole house."""

from __future__ import annotations

from agent import Stylist


def wanted(reply, facet: str) -> list[tuple[str, int | None]]:
    return [
        (str(c.value), c.any) for c in reply.constraints if c.facet == facet and c.op == "require"
    ]


def test_or_adds_an_alternative(stylist: Stylist) -> None:
    session = stylist.new_session()
    stylist.chat(session, "a black dress")
    colors = wanted(stylist.chat(session, "or navy"), "color")
    assert [value for value, _ in colors] == ["black", "navy"]
    assert len({number for _, number in colors}) == 1 and colors[0][1] is not None


def test_instead_replaces(stylist: Stylist) -> None:
    session = stylist.new_session()
    stylist.chat(session, "a black dress")
    assert wanted(stylist.chat(session, "in navy instead"), "color") == [("navy", None)]
