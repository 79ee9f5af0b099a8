"""A design: everything that decides how a drawn item looks, apart from its colours."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from demo.patterns import Pattern


@dataclass(frozen=True)
class Design:
    """What is drawn; every field but the seed and the spread is a truth in the vocabulary's words.

    cut: the draft of the category (a bomber jacket, a tote bag). fabric: a key of
    `fabrics.FABRICS`; material: what the vocabulary calls it. details: exactly those that are
    drawn. spread: how far proportions vary around the draft (0.035 for the shop, more for
    training).
    """

    id: str
    seed: int
    category: str
    cut: str = ""
    gender: str = "women"
    sleeve: str | None = None
    neckline: str | None = None
    length: str | None = None
    fit: str | None = None
    fabric: str = "cotton"
    material: tuple[str, ...] = ()
    pattern: Pattern = field(default_factory=Pattern)
    details: frozenset[str] = frozenset()
    style: tuple[str, ...] = ()
    spread: float = 0.035

    def has(self, detail: str) -> bool:
        """Return whether the detail is drawn."""
        return detail in self.details

    @property
    def men(self) -> bool:
        """Return whether the design is cut for men or boys."""
        return self.gender in ("men", "boys")


class Tape:
    """Measures with a tailor's tolerance: `tape(60)` is about 60, differently for each design."""

    def __init__(self, rng: np.random.Generator, spread: float):
        self.rng, self.spread = rng, spread

    def __call__(self, length: float, spread: float | None = None) -> float:
        """Return `length` with its tolerance."""
        return float(
            length
            * (1 + np.clip(self.rng.normal(), -2, 2) * (self.spread if spread is None else spread))
        )

    def chance(self, share: float) -> bool:
        """Return True with probability `share`."""
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        """Return a uniform number between `low` and `high`."""
        extra = (high - low) * max(0.0, self.spread - 0.05) * 12
        return float(self.rng.uniform(low - extra * 0.5, high + extra))

    def one(self, *options):
        """Return one of the options."""
        return options[int(self.rng.integers(len(options)))]
