"""The tools that the model may call: names and strict arguments. `toolbox.py` has what they do.

No tool takes a session: the server binds it. Strict mode wants every field present and no defaults.
The classes' docstrings are sent to the model: to edit one is to edit the prompt.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agent.llm.schema import PlannedConstraint

NOTE_MAX = 200
NOTES_MAX = 20
QUESTION_MAX = 200
TOPIC_MAX = 80


class ComposedSearch(BaseModel):
    """Try a search without showing it: how many items fit the wish in force once these constraints are added.

    reference_item: number of a shown item that results should resemble, or null.
    """  # noqa: E501 -- sent to the model as it stands

    model_config = ConfigDict(extra="forbid", title="composed_search")

    constraints: list[PlannedConstraint]
    reference_item: int | None


class AttributeCheck(BaseModel):
    """Check shown items (by their numbers) against constraints, in their listings and pictures."""

    model_config = ConfigDict(extra="forbid", title="attribute_check")

    items: list[int]
    constraints: list[PlannedConstraint]


class MemoryLookup(BaseModel):
    """What this conversation knows on a topic (a facet such as "color", or a word): wishes, notes, saved and refused items."""  # noqa: E501 -- sent to the model as it stands

    model_config = ConfigDict(extra="forbid", title="memory_lookup")

    topic: str


class MemoryNote(BaseModel):
    """Keep one short fact about the shopper for later turns, in at most 200 characters."""

    model_config = ConfigDict(extra="forbid", title="memory_note")

    note: str


class AskShopper(BaseModel):
    """Ask the shopper one short question and stop; only where no search makes sense without its answer."""  # noqa: E501 -- sent to the model as it stands

    model_config = ConfigDict(extra="forbid", title="ask_shopper")

    question: str


TOOLS: tuple[type[BaseModel], ...] = (
    ComposedSearch,
    AttributeCheck,
    MemoryLookup,
    MemoryNote,
    AskShopper,
)
BY_NAME: dict[str, type[BaseModel]] = {str(tool.model_config["title"]): tool for tool in TOOLS}
