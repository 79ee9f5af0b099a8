"""Taste: the effect of a shopper's feedback on the next search."""

from __future__ import annotations

import base64

import numpy as np

from agent.memory.session import Round, Session
from agent.memory.store import Memory
from catalog.store import Catalog
from composer.adaptation import Turn, emphasis
from encoders import Space

LIKED = frozenset({"save", "more_like"})
DISLIKED = frozenset({"not_this"})
DISLIKE_WEIGHT = 0.5
"""How much a dislike counts against a like: a refused item has good sides too."""


class Taste:
    """A direction towards what was liked, and which slices of a vector count."""

    def __init__(self, memory: Memory, catalog: Catalog, space: Space) -> None:
        self.memory, self.catalog, self.space, self.layout = memory, catalog, space, space.layout

    def vector(self, session: str) -> np.ndarray | None:
        """Return the taste (dim,), each slice of unit length; None without a like.

        It is the mean of the liked items less part of the mean of the disliked ones. Dislikes alone
        name no direction.
        """
        feedback = self.memory.feedback(session)
        liked = self._mean([item for item, kind in feedback.items() if kind in LIKED])
        if liked is None:
            return None
        disliked = self._mean([item for item, kind in feedback.items() if kind in DISLIKED])
        taste = liked if disliked is None else liked - DISLIKE_WEIGHT * disliked
        for name in self.layout.names:
            part = self.layout.slice(name)
            taste[part] /= max(float(np.linalg.norm(taste[part])), 1e-8)
        return taste

    def emphasis(self, session: Session) -> dict[str, float]:
        """Return {slice: factor} on the next query, from the session's feedback and searches."""
        if not session.rounds:
            return {}
        feedback = self.memory.feedback(session.id)
        return emphasis([self._turn(past, feedback) for past in session.rounds], self.space)

    def _turn(self, past: Round, feedback: dict[str, str]) -> Turn:
        # a rebuilt catalogue may have lost some of the items
        rows = {id_: row for id_ in past.shown if (row := self.catalog.find(id_)) is not None}
        shown = list(rows)
        query = unpacked(past.query)
        marked = (
            [row for row, id_ in enumerate(shown) if feedback.get(id_) in kinds]
            for kinds in (LIKED, DISLIKED)
        )
        saved, refused = map(tuple, marked)
        vectors = np.asarray(self.catalog.vectors[list(rows.values())], dtype=np.float32)
        return Turn(
            past.wish,
            vectors.reshape(len(shown), -1) if shown else np.zeros((0, self.space.dim), np.float32),
            saved,
            refused,
            query if len(query) == self.space.dim and shown else None,
        )

    def _mean(self, ids: list[str]) -> np.ndarray | None:
        rows = [row for row in map(self.catalog.find, ids) if row is not None]
        return (
            np.asarray(self.catalog.vectors[rows], dtype=np.float32).mean(axis=0) if rows else None
        )


def packed(query: np.ndarray) -> str:
    """Return a query (dim,) as text, float16, for the session to keep."""
    return base64.b64encode(np.asarray(query, dtype="<f2").tobytes()).decode()


def unpacked(text: str) -> np.ndarray:
    """Return the query (dim,) float32 of a text that `packed` made."""
    return np.frombuffer(base64.b64decode(text), dtype="<f2").astype(np.float32)
