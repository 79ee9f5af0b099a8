"""Taste: what a shopper's feedback says about the next search."""

from __future__ import annotations

from typing import Any

import numpy as np

from agent.memory import Memory
from catalog.store import Catalog

LIKED = frozenset({"save", "more_like"})
DISLIKED = frozenset({"not_this"})
AGAINST = 0.5
"""How much a dislike counts against a like: a refused item has good sides too."""


class Taste:
    """Slice-wise mean of the liked items, less part of the mean of the disliked ones."""

    def __init__(self, memory: Memory, catalog: Catalog, layout: Any) -> None:
        self.memory, self.catalog, self.layout = memory, catalog, layout

    def vector(self, session: str) -> np.ndarray | None:
        """(dim,) with each slice of unit length, or None without a like (dislikes alone name no direction)."""
        said = self.memory.feedback(session)
        liked = self._mean([item for item, kind in said.items() if kind in LIKED])
        if liked is None:
            return None
        disliked = self._mean([item for item, kind in said.items() if kind in DISLIKED])
        taste = liked if disliked is None else liked - AGAINST * disliked
        for name in self.layout.names:
            part = self.layout.slice(name)
            taste[part] /= max(float(np.linalg.norm(taste[part])), 1e-8)
        return taste

    def _mean(self, ids: list[str]) -> np.ndarray | None:
        known = set(self.catalog.ids) if ids else set()
        rows = [self.catalog.row(id_) for id_ in ids if id_ in known]  # a rebuilt catalogue may have lost some
        return np.asarray(self.catalog.vectors[rows], dtype=np.float32).mean(axis=0) if rows else None
