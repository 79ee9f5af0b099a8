"""The Protocol of verifiers: models that look at an item's picture once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Subject:
    """An item that a verifier is asked about.

    vector: (dim,) as stored. picture: opens the item's picture. kind: its category, if known.
    """

    vector: np.ndarray
    picture: Callable[[], Image.Image]
    kind: str | None = None


class Verifier(Protocol):
    """Answers one value of one facet at a time, so that a costly model sees only open questions."""

    name: str

    def probability(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        """Return (n,) the probability that each picture shows the value or one of its children.

        NaN where the model cannot tell.
        """
