"""Shoppers of the load test, each with a unique wish and a check that answers match it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo import render_training

COLOURS = ("navy", "red", "black", "white", "green", "grey", "pink", "brown")
KINDS = ("dress", "shirt", "skirt", "jacket", "sweater", "coat", "shorts", "trousers")
REFINED = ("cheaper", "show more", "not striped", "no pockets", "why this one?", "longer")
LOWEST_BUDGET = 61
"""The first shopper's budget; each further one has one more, so a budget identifies its shopper."""
PHOTOS = 24
_CHIP = re.compile(
    r'data-facet="(?P<facet>[^"]*)" data-op="(?P<op>[^"]*)" data-value="(?P<value>[^"]*)"'
)
_MESSAGE = re.compile(r'<p class="said">(?P<words>.*?)</p>', re.DOTALL)
_BUDGET = re.compile(r'"max":\s*(?P<budget>[\d.]+)')


@dataclass(frozen=True)
class Shopper:
    """A shopper with a colour, a kind and a budget."""

    number: int

    @property
    def colour(self) -> str:
        """The only colour that this shopper ever mentions."""
        return COLOURS[self.number % len(COLOURS)]

    @property
    def kind(self) -> str:
        """The kind that every wish of this shopper begins with."""
        return KINDS[self.number // len(COLOURS) % len(KINDS)]

    @property
    def budget(self) -> int:
        """The budget of this shopper, which nobody else has."""
        return LOWEST_BUDGET + self.number

    def turns(self, count: int, seed: int) -> Iterator[tuple[str, int | None]]:
        """Yield (words, number of a photo or None) per turn; one turn in four has a photo."""
        rng = np.random.default_rng([seed, self.number])
        for turn in range(count):
            if turn % 4 == 0:
                yield f"a {self.colour} {self.kind} under {self.budget}", None
            elif turn % 4 == 2:
                yield (
                    f"like this but in {self.colour}, under {self.budget}",
                    int(rng.integers(PHOTOS)),
                )
            else:
                yield str(rng.choice(REFINED)), None

    def foreign(self, wish: str, feed: str, sent: list[str]) -> list[str]:
        """Return everything in an answer that this shopper never asked for.

        wish, feed: markup of the page; sent: the shopper's messages so far. The agent may drop a
        colour that no item has, but never a budget.
        """
        chips = [
            (chip["facet"], chip["op"], html.unescape(chip["value"]))
            for chip in _CHIP.finditer(wish)
        ]
        colours = {value for facet, op, value in chips if facet == "color" and op == "require"}
        budgets = {
            float(match["budget"])
            for facet, op, value in chips
            if facet == "price" and op == "require"
            if (match := _BUDGET.search(value))
        }
        words = [html.unescape(match["words"]) for match in _MESSAGE.finditer(feed)]
        return (
            [f"colour {value}" for value in sorted(colours - {self.colour})]
            + [f"budget {value}" for value in sorted(budgets ^ {float(self.budget)})]
            + [f"words {text!r}" for text in words if text not in sent]
            + [f"without {sent[-1]!r}"] * (not words or words[-1] != sent[-1])
        )


def draw_photos(folder: Path, seed: int) -> list[Path]:
    """Draw photos with silhouettes not found in the catalogue, as JPEG files in `folder`."""
    rng = np.random.default_rng(seed)
    files = [folder / f"photo-{number}.jpg" for number in range(PHOTOS)]
    for file in files:
        render_training(rng)[0].save(file, quality=90)
    return files
