"""The strict schema of the model's plan, and its translation into constraints.

Strict structured output wants every field present, hence no defaults. The classes' docstrings are
sent to the model: to edit one is to edit the prompt.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

import vocabulary
from vocabulary.wish import Constraint, PriceRange

MAX_VALUE_CHARS = 80
MAX_DESCRIPTION_CHARS = 100

Facet = Literal[
    "category",
    "color",
    "pattern",
    "sleeve_length",
    "length",
    "neckline",
    "fit",
    "material",
    "details",
    "style",
    "gender",
    "brand",
    "size",
    "price",
]


class PlannedConstraint(BaseModel):
    """One constraint. value: a vocabulary value; for a price null, with min_price and max_price instead."""  # noqa: E501 -- sent to the model as it stands

    model_config = ConfigDict(extra="forbid")

    facet: Facet
    op: Literal["require", "exclude", "prefer", "more", "less"]
    value: str | None
    min_price: float | None
    max_price: float | None
    alternative_group: int | None
    from_vibe: bool


class PlannedDrop(BaseModel):
    """Something the shopper takes back; value null: the whole facet."""

    model_config = ConfigDict(extra="forbid")

    facet: Facet
    value: str | None


class PlannedTurn(BaseModel):
    """The model's whole plan for one message of the shopper.

    keep: facets that stay as they are on the item referred to ("same colour"). With the intent question, constraints hold
    what is asked about the items, not a wish.
    """  # noqa: E501 -- sent to the model as it stands

    model_config = ConfigDict(extra="forbid")

    thought: str
    constraints: list[PlannedConstraint]
    drops: list[PlannedDrop]
    keep: list[Facet]
    refers_to_items: list[int]
    intent: Literal[
        "search",
        "show_more",
        "undo",
        "start_over",
        "why",
        "more_like",
        "not_these",
        "compare",
        "pick",
        "thanks",
        "greet",
        "bye",
        "question",
        "out_of_scope",
    ]
    count: int | None
    question: str | None


def to_constraint(planned: PlannedConstraint, brands: dict[str, str]) -> Constraint | None:
    """Return the constraint in the vocabulary's words, or None if it names nothing that exists.

    brands: normalised brand -> brand, as the catalogue has them. A brand that it lacks is kept as
    said, so that the reply can be honest about it.
    """
    if planned.facet == "price":
        value = _price(planned)
    elif not planned.value or len(planned.value) > MAX_VALUE_CHARS:
        value = None
    else:
        value = _value(planned, planned.value, brands)
    if not value:
        return None
    return Constraint(
        facet=planned.facet,
        op="prefer" if planned.from_vibe and planned.op == "require" else planned.op,
        value=value,
        source="vibe" if planned.from_vibe else "words",
        any=planned.alternative_group,
    )


def _price(planned: PlannedConstraint) -> str | PriceRange | None:
    if planned.op in ("more", "less"):
        return "price"
    low, high = planned.min_price, planned.max_price
    if (low is None and high is None) or (low or 0) < 0 or (high or 0) < 0:
        return None
    return PriceRange(min=low, max=high)


def _value(planned: PlannedConstraint, value: str, brands: dict[str, str]) -> str | None:
    if planned.facet == "brand":
        return brands.get(vocabulary.normal(value), value.strip())
    if planned.facet == "size":
        return value.strip()
    if value == "length" and planned.op in ("more", "less"):
        return "length"
    return vocabulary.find(planned.facet, value)


def described(planned: PlannedConstraint) -> str:
    """Describe a planned constraint in a few words, as the model wrote it."""
    return f"{planned.facet} {planned.op} {planned.value}"[:MAX_DESCRIPTION_CHARS]
