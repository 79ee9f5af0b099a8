"""What the page says when it cannot answer, and the log of what broke."""

from __future__ import annotations

import logging

from errors import BusyError, StylistError
from ui import panels

LOG = logging.getLogger(__name__)
SEND_AGAIN = (
    "Something broke on my side, not on yours. Your words are still in the box; "
    "please send them again."
)
TRY_AGAIN = "Something broke on my side, not on yours. Please try that again."
EMPTY = "Tell me what you are looking for, or add a photo: both work, and together they work best."
PREPARING = "The shop is still being prepared; one moment."
PREPARING_KEPT = "The shop is still being prepared; your message is kept."
FORGOTTEN = "Forgotten: your words, your photos and what I learned from them."


def problem(error: Exception, apology: str) -> str:
    """Return the notice on an error: its own words if it is meant for people, else an apology.

    The handlers are a door: whatever broke inside is logged here, and the shopper is told.
    """
    if isinstance(error, StylistError):
        return panels.notice(str(error), "busy" if isinstance(error, BusyError) else "error")
    LOG.error("a handler failed", exc_info=error)
    return panels.notice(apology)
