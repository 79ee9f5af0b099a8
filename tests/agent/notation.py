"""A one-line notation for constraints: "require color:navy; less length:length".

Alternatives share a number: "require color:grey|1".
"""

from __future__ import annotations

from agent.language import Context, Reading, Shown, read
from vocabulary.wish import Constraint

PAGE = Context(
    shown=(
        Shown(
            id="a",
            title="Red midi dress",
            attributes={"color": ("red",), "category": ("dress",)},
            price=30.0,
        ),
        Shown(
            id="b",
            title="Navy shift dress",
            attributes={"color": ("navy",), "category": ("dress",)},
            price=20.0,
        ),
        Shown(
            id="c",
            title="Grey wool coat",
            attributes={"color": ("grey",), "category": ("coat",)},
            price=90.0,
        ),
    ),
    brands=("Nordlys", "Mara & Finn", "Plain"),
)


def written(constraint: Constraint) -> str:
    """Return one constraint in the notation."""
    text = f"{constraint.op} {constraint.facet}:{constraint.value}"
    return text if constraint.any is None else f"{text}|{constraint.any}"


def said(text: str, context: Context | None = None) -> set[str]:
    """What `text` says in so many words."""
    return {written(c) for c in read(text, context).constraints if c.source == "words"}


def expected(line: str) -> set[str]:
    """Return the set of constraints that a line of the notation names."""
    return {part.strip() for part in line.split(";") if part.strip()}


def kinds(reading: Reading) -> set[str]:
    """Return the kinds of the orders in a reading."""
    return {intent.kind for intent in reading.intents}
