"""Explicit "no" wishes through the whole agent, judged by the truth of a drawn catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

import vocabulary
from agent import Stylist
from evaluation.report.show import Figures

K = 10
"""Items per reply."""
_WORDINGS = {
    "striped": "no stripes",
    "checked": "no checks",
    "floral": "no flowers",
    "polka dot": "no polka dots",
    "patterned": "no prints",
    "graphic": "no graphics",
    "zipper": "no zip",
    "belt": "no belt",
    "hood": "without a hood",
    "long": "no long sleeves",
    "short": "no short sleeves",
    "sleeveless": "not sleeveless",
    "crew": "no round neck",
    "collar": "no collar",
    "mini": "not mini",
    "maxi": "not maxi",
    "ruffle": "no ruffles",
}
"""How a shopper phrases an excluded value, if not as "no VALUE"."""
ASKED = (
    ("details", ("pockets", "hood", "buttons", "zipper", "belt", "ruffle")),
    ("pattern", ("striped", "checked", "floral", "polka dot", "graphic", "patterned")),
    ("color", ("black", "blue", "white", "red", "green", "pink")),
    ("sleeve_length", ("long", "short", "sleeveless")),
    ("neckline", ("crew", "v-neck", "collar")),
    ("length", ("mini", "maxi")),
    ("material", ("denim", "leather", "knit", "lace")),
)
Truth = Mapping[str, Mapping[str, Sequence[str]]]
"""Item id -> facet -> values."""


@dataclass(frozen=True)
class NoWish:
    """A wish for a kind of garment without a value.

    like: id of an item with the value if the wish points at one instead of naming the kind.
    """

    category: str
    facet: str
    value: str
    like: str | None = None

    @property
    def text(self) -> str:
        """Return the wish as a shopper types it."""
        exclusion = _WORDINGS.get(self.value, f"no {self.value}")
        return (
            f"{self.category}, {exclusion}" if self.like is None else f"like this but {exclusion}"
        )


def no_wishes(truth: Truth, design: Mapping[str, str], count: int, seed: int) -> list[NoWish]:
    """Return up to `count` wishes whose kind has the unwanted value and ten designs without it.

    design: item id -> design; a reply shows one colourway per design. Half of the wishes point at
    an item with the unwanted value, where ranking by similarity alone errs most.
    """
    rng = np.random.default_rng(seed)
    wishes = list(_possible_wishes(truth, design, rng))
    return [wishes[n] for n in sorted(rng.permutation(len(wishes))[:count])]


def _possible_wishes(
    truth: Truth, design: Mapping[str, str], rng: np.random.Generator
) -> Iterator[NoWish]:
    for category in vocabulary.leaf_values("category"):
        of_kind = {id_: item for id_, item in truth.items() if _has(item, "category", category)}
        for facet, values in ASKED:
            for value in values:
                fitting = [id_ for id_, item in of_kind.items() if not _has(item, facet, value)]
                if len(fitting) < len(of_kind) and len({design[id_] for id_ in fitting}) >= K:
                    having = [id_ for id_ in of_kind if id_ not in set(fitting)]
                    example = having[rng.integers(len(having))]
                    like = (None, example)[int(rng.choice(2))]
                    yield NoWish(category, facet, value, like)


def _has(item: Mapping[str, Sequence[str]], facet: str, value: str) -> bool:
    return any(vocabulary.covers(facet, value, own) for own in item.get(facet, ()))


def through_the_agent(
    stylist: Stylist, wishes: Sequence[NoWish], truth: Truth, guard: bool
) -> Figures:
    """Count the shown items that break the "no", over all wishes; include unconfirmed items."""
    shown = broken = unconfirmed = wrong_kind = 0
    worst: dict[str, int] = {}
    for wish in tqdm(
        wishes, desc=f"wishes, guard {'on' if guard else 'off'}", unit="wish", leave=False
    ):
        session = stylist.new_session()
        reply = stylist.chat(session, wish.text, like=wish.like, k=K, guard=guard)
        cards = [*reply.items, *reply.unconfirmed]
        breaking = [card for card in cards if _has(truth[card.id], wish.facet, wish.value)]
        shown, broken = shown + len(cards), broken + len(breaking)
        unconfirmed += len(reply.unconfirmed)
        wrong_kind += sum(not _has(truth[card.id], "category", wish.category) for card in cards)
        if breaking:
            worst[f"{wish.category}: {wish.text}"] = len(breaking)
        stylist.forget(session)
    return {
        "wishes": len(wishes),
        "shown": shown,
        "broken": broken,
        "unconfirmed": unconfirmed,
        "wrong_kind": wrong_kind,
        "broken_share": round(broken / max(shown, 1), 4),
        "slots_filled": round(shown / (K * max(len(wishes), 1)), 4),
        "worst": dict(sorted(worst.items(), key=lambda pair: -pair[1])[:8]),
    }
