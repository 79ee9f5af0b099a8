"""What a listing says about one attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Claim:
    """One statement of a listing: the item has the value, or has not.

    source: "listing" for a structured field, "text" for title and description. confidence: how far the statement is
    to be trusted, 0 to 1. conflicting: another statement that weighs more contradicts it, so it decides nothing.
    """

    facet: str
    value: str
    present: bool
    source: Literal["listing", "text"]
    confidence: float = 0.99
    conflicting: bool = False
