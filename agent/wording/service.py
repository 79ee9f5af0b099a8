"""Notices of the service around the chat: a turn that is refused or lost."""

from __future__ import annotations

CLOSED = (
    "The shop cannot answer just now. Nothing that was said is lost; please send your message "
    "again in a minute."
)
CLOSING = "the shop is closing"
TURN_LOST = (
    "The answer was lost on its way: the process that worked on it ended. What was said before "
    "is kept; please send your message again."
)


def queue_full(waiting: int, seconds: int) -> str:
    """Say that too many messages of all shoppers wait, and when to try again."""
    return (
        f"Many people are shopping just now: {waiting} messages wait before "
        f"yours. Please send it again in {seconds} seconds; nothing of "
        "it is lost."
    )


def session_full(waiting: int, seconds: int) -> str:
    """Say that too many messages of this shopper wait, and when to try again."""
    return (
        f"{waiting} of your messages are waiting for their answers. "
        f"Please send this one again in {seconds} seconds; nothing of it "
        "is lost."
    )
