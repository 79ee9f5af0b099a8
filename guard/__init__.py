"""The guard: what attributes an item shows, with what confidence, and whether it meets a wish."""

from guard.fitted import fitted_to
from guard.judge import Guard
from guard.listing import read_claims
from guard.opened import guard_of
from guard.picture import Look, look
from guard.screen import SURE
from guard.verdict import Judgement, Verdict, status

__all__ = [
    "SURE",
    "Guard",
    "Judgement",
    "Look",
    "Verdict",
    "fitted_to",
    "guard_of",
    "look",
    "read_claims",
    "status",
]
