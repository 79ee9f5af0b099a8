"""What a listing's words say of an attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Claim:
    """`value` of `facet` is said to be there (`present`) or not to be there ("no pockets")."""

    facet: str
    value: str
    present: bool
    source: Literal["listing", "text"] = "text"
