"""What a listing's words say of an attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim that `value` of `facet` is there (`present`) or is not there ("no pockets").

    source: "listing" for a structured field, "text" for title and description.
    """

    facet: str
    value: str
    present: bool
    source: Literal["listing", "text"] = "text"
