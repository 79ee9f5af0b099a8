"""The interface of a stylist to the page and the shell, in one process or several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from agent.replies import Event, Reply, Turn
from catalog.item import Item
from catalog.store import Catalog


class ChatService(Protocol):
    """A chat over one catalogue, safe for many threads. `Stylist` and `StylistPool` satisfy it.

    Any call may raise a StylistError with a message for the shopper.
    """

    catalog: Catalog

    def chat(
        self,
        session: str,
        text: str = "",
        image: Any = None,
        like: str | None = None,
        k: int = 10,
        guard: bool = True,
        composer: str | None = None,
        planner: str | None = None,
    ) -> Reply:
        """Answer one turn."""

    def stream(
        self,
        session: str,
        text: str = "",
        image: Any = None,
        like: str | None = None,
        k: int = 10,
        guard: bool = True,
        composer: str | None = None,
        planner: str | None = None,
    ) -> Iterator[Event]:
        """Answer one turn in pieces; the last event carries the reply."""

    def remove(self, session: str, facet: str, op: str, value: Any) -> Reply:
        """Remove one constraint from the wish and search again."""

    def correct_photo(self, session: str, facet: str, value: str | None) -> Reply:
        """Correct what was seen in the reference photo (None: ignore it) and search again."""

    def feedback(self, session: str, item_id: str, kind: str) -> Reply | None:
        """Save, unsave or refuse an item; only a refusal searches again and has a reply."""

    def new_session(self) -> str:
        """Return a new, unguessable session id."""

    def history(self, session: str, last: int | None = None) -> list[Turn]:
        """Return all turns of a session, or the `last` ones, oldest first."""

    def saved(self, session: str) -> list[Item]:
        """Return the saved items, in the order in which they were first judged."""

    def forget(self, session: str) -> None:
        """Delete everything stored on a session."""

    def export(self, session: str) -> dict[str, Any]:
        """Return everything stored on a session as JSON-ready data."""

    def renewed(self) -> ChatService | None:
        """Return a service on the catalogue's new state, or None if nothing has changed."""

    def close(self) -> None:
        """Release the memory file, the catalogue and any worker processes."""
