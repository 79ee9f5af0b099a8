"""Migrations of the memory's schema. New ones are appended; existing ones never change."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

ladder = Migrations("agent.memory.store")


@ladder()
def sessions_turns_uploads(db: Database) -> None:
    """Create sessions with their state, their turns, and uploaded pictures."""
    db.table("sessions").create({"id": str, "state": str, "created": str, "updated": str}, pk="id")
    db.table("turns").create(
        {
            "session": str,
            "turn": int,
            "text": str,
            "photos": str,
            "wish": str,
            "reply": str,
            "created": str,
        },
        pk=("session", "turn"),
        foreign_keys=[("session", "sessions", "id")],
    )
    db.table("uploads").create(
        {"session": str, "hash": str, "file": str, "encoder": str, "vector": bytes, "created": str},
        pk=("session", "hash"),
        foreign_keys=[("session", "sessions", "id")],
    )


@ladder()
def seen_and_feedback(db: Database) -> None:
    """Create the record of what was shown in which turn, and the shopper's feedback on it."""
    db.table("seen").create(
        {"session": str, "turn": int, "item": str},
        pk=("session", "turn", "item"),
        foreign_keys=[("session", "sessions", "id")],
    )
    db.table("feedback").create(
        {"id": int, "session": str, "item": str, "kind": str, "created": str},
        pk="id",
        foreign_keys=[("session", "sessions", "id")],
    )
    db.table("feedback").create_index(["session", "item"])


@ladder()
def corrections(db: Database) -> None:
    """Add the shopper's corrections of what was seen in a photo, {facet: value or null} as JSON."""
    db.table("uploads").add_column("corrections", str, not_null_default="{}")
