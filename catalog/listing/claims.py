"""Claims of a listing about an item's attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim that an item has (`present`) or lacks ("no pockets") a value of a facet.

    source: "listing" for a structured field, "text" for title and description.
    """

    facet: str
    value: str
    present: bool
    source: Literal["listing", "text"] = "text"
