"""What the model may plan: a strict schema, and its way into the same `Reading` that the offline reader gives.

Strict structured output wants every field present, hence no defaults. Docstrings of the schema go to the model.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

import vocabulary
from vocabulary.wish import Constraint, PriceRange

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
    """One constraint. value: a vocabulary value; for a price null, with min_price and max_price instead."""

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
    """

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
    """The constraint in the vocabulary's words, or None when it names nothing that exists.

    brands: lower-cased brand -> brand, as the catalogue has them; a brand that it lacks is kept as said, so that
    the answer can be honest about it.
    """
    source = "vibe" if planned.from_vibe else "words"
    op = "prefer" if planned.from_vibe and planned.op == "require" else planned.op
    common = {"facet": planned.facet, "op": op, "source": source, "any": planned.alternative_group}
    if planned.facet == "price":
        if planned.op in ("more", "less"):
            return Constraint(**common, value="price")
        low, high = planned.min_price, planned.max_price
        if (low is None and high is None) or (low or 0) < 0 or (high is not None and high < 0):
            return None
        return Constraint(**common, value=PriceRange(min=low, max=high))
    if not planned.value or len(planned.value) > 80:
        return None
    if planned.facet == "brand":
        return Constraint(
            **common, value=brands.get(vocabulary.normal(planned.value), planned.value.strip())
        )
    if planned.facet == "size":
        return Constraint(**common, value=planned.value.strip())
    value = (
        "length"
        if planned.value == "length" and planned.op in ("more", "less")
        else vocabulary.find(planned.facet, planned.value)
    )
    return Constraint(**common, value=value) if value else None
