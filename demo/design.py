"""A design: all that decides how a drawn thing looks, apart from its colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.patterns import Pattern


@dataclass(frozen=True)
class Design:
    """Every field but the seed and the spread is a truth about the picture, in the vocabulary's words.

    cut: which draft of the category (a bomber jacket, a tote bag). fabric: key of `fabrics.FABRICS`;
    material: what the vocabulary calls it. details: exactly those that are drawn.
    spread: how far proportions stray from the draft (0.035 for the shop, more for training).
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
    pattern: Pattern = Pattern()
    details: frozenset[str] = frozenset()
    style: tuple[str, ...] = ()
    spread: float = 0.035

    def has(self, detail: str) -> bool:
        return detail in self.details

    @property
    def men(self) -> bool:
        return self.gender in ("men", "boys")


class Tape:
    """Measures with a tailor's inaccuracy: `tape(60)` is about 60, differently for each design."""

    def __init__(self, rng: np.random.Generator, spread: float):
        self.rng, self.spread = rng, spread

    def __call__(self, length: float, spread: float | None = None) -> float:
        return float(
            length
            * (1 + np.clip(self.rng.normal(), -2, 2) * (self.spread if spread is None else spread))
        )

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        extra = (high - low) * max(0.0, self.spread - 0.05) * 12
        return float(self.rng.uniform(low - extra * 0.5, high + extra))

    def one(self, *options):
        return options[int(self.rng.integers(len(options)))]
