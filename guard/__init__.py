"""The guard: what attributes an item shows, with what confidence, and whether it meets a wish."""

from catalog.listing.reader import read_claims
from guard.factory import open_guard
from guard.fitted import fitted_to
from guard.judge import Guard
from guard.picture import Look, look
from guard.screen import CONFIRMED
from guard.verdict import Judgement, Verdict, status

__all__ = [
    "CONFIRMED",
    "Guard",
    "Judgement",
    "Look",
    "Verdict",
    "fitted_to",
    "look",
    "open_guard",
    "read_claims",
    "status",
]
