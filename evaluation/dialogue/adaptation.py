"""Comparison of slice weights adapted to session feedback with fixed weights.

A simulated shopper holds up one item of a drawn catalogue and has another in mind. Two attributes
of the first item must stay, but the shopper never says so. Two must change, and one of them is
named per turn. The other attributes do not matter. Each turn, the shopper saves the item with the
most of these four attributes and rejects the one with the fewest. Only that feedback reveals what
must stay. Retrieval uses pictures only.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

import vocabulary
from agent.wording.wishes import caption
from catalog.store import Catalog
from composer import compose
from composer.adaptation import PACE, Pace, Turn, emphasis
from encoders import Encoder, load_encoder
from evaluation.composed.drawn_queries import drawn_gallery
from evaluation.report.show import Figures, finish, machine, percentiles, table
from metrics.intervals import interval
from settings import load_settings
from vocabulary.wish import Constraint, Wish

MATTERING_FACETS = ("color", "pattern", "sleeve_length", "neckline", "length", "fit", "material")
TURNS, PAGE = 3, 10
KEPT_COUNT, CHANGED_COUNT = 2, 2


@dataclass(frozen=True)
class Shopper:
    """A shopper with one item in mind.

    target, start: rows of the same category; kept: facets that both share and that matter; changed:
    facets to be named.
    """

    target: int
    start: int
    kept: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def cares(self) -> tuple[str, ...]:
        """All facets that matter besides the category."""
        return (*self.kept, *self.changed)


class Shop:
    """The vectors and truth of a drawn catalogue, with the truth as integer codes."""

    def __init__(self, catalog: Catalog, encoder: Encoder) -> None:
        gallery, self.truth = drawn_gallery(catalog, encoder)
        self.encoder, self.groups, self.vectors = encoder, catalog.groups, gallery.vectors
        self.same = {facet: self._codes(facet) for facet in ("category", *MATTERING_FACETS)}
        self._embedded: dict[str, np.ndarray] = {}

    def _codes(self, facet: str) -> np.ndarray:
        names = ["+".join(self.values(row, facet)) for row in range(len(self.truth))]
        numbers = {name: number for number, name in enumerate(sorted(set(names)))}
        return np.array([numbers[name] for name in names])

    def values(self, row: int, facet: str) -> list[str]:
        """Return the facet's values that were drawn, without shades."""
        return sorted(set(self.truth[row].get(facet, ())) - set(vocabulary.SHADES))

    def agreement(self, shopper: Shopper) -> np.ndarray:
        """Return (n,) how much of what matters to the shopper each item meets.

        The category counts as much as all the other facets together.
        """
        met = np.zeros(len(self.truth))
        for facet in shopper.cares:
            met += self.same[facet] == self.same[facet][shopper.target]
        return met + len(shopper.cares) * (
            self.same["category"] == self.same["category"][shopper.target]
        )

    def words(self, wish: Wish) -> np.ndarray | None:
        """Return the embedding (dim,) of the wish's caption, or None if the caption is empty."""
        text = caption(wish)
        if text and text not in self._embedded:
            self._embedded[text] = self.encoder.encode_texts([text])[0].astype(np.float32)
        return self._embedded.get(text)


def shoppers(shop: Shop, count: int, seed: int) -> list[Shopper]:
    """Return `count` seeded shoppers."""
    rng = np.random.default_rng(seed)
    cast: list[Shopper] = []
    while len(cast) < count:
        target, start = (int(row) for row in rng.integers(len(shop.truth), size=2))
        if (
            shop.groups[start] == shop.groups[target]
            or shop.same["category"][start] != shop.same["category"][target]
        ):
            continue
        known = [f for f in MATTERING_FACETS if shop.values(target, f) and shop.values(start, f)]
        alike = [f for f in known if shop.same[f][start] == shop.same[f][target]]
        unlike = [f for f in known if f not in alike]
        if len(alike) >= KEPT_COUNT and len(unlike) >= CHANGED_COUNT:
            kept, changed = (
                tuple(str(f) for f in rng.choice(facets, size, replace=False))
                for facets, size in ((alike, KEPT_COUNT), (unlike, CHANGED_COUNT))
            )
            cast.append(Shopper(target, start, kept, changed))
    return cast


def session(
    shop: Shop, shopper: Shopper, kind: str, pace: Pace | None
) -> tuple[np.ndarray, list[float]]:
    """Return the rows of the last page and the processor time of each adaptation in microseconds.

    pace: None keeps the weights fixed.
    """
    agreement, wish = shop.agreement(shopper), Wish()
    turns: list[Turn] = []
    cost, away = [], [shopper.start]
    for number in range(TURNS):
        asked = [
            Constraint(facet=f, op="require", value=v)
            for f in shopper.changed[number : number + 1]
            for v in shop.values(shopper.target, f)
        ]
        wish = wish.adding(*asked)
        started = time.thread_time()
        factors = {} if pace is None else emphasis(turns, shop.encoder, pace)
        cost.append(1e6 * (time.thread_time() - started))
        query = compose(
            kind,
            shop.vectors[shopper.start],
            wish,
            shop.words(wish),
            shop.encoder,
            emphasis=factors,
        )
        scores = shop.vectors @ query.vector
        scores[away] = -np.inf
        page = np.argsort(-scores, kind="stable")[:PAGE]
        liked, disliked = int(np.argmax(agreement[page])), int(np.argmin(agreement[page]))
        refused = (disliked,) if agreement[page[disliked]] < agreement[page[liked]] else ()
        turns.append(Turn(wish, shop.vectors[page], (liked,), refused, query.vector))
        away += [int(page[row]) for row in refused]
    return page, cost


def measure(
    shop: Shop, people: Sequence[Shopper], kind: str, pace: Pace | None
) -> tuple[dict[str, list[float]], list[float]]:
    """Return ({figure: one number per shopper, for the last turn}, microseconds per adaptation).

    R@10: whether an item with everything that matters is shown; P@10: the share of such items;
    agreement: the mean share of what matters over the items of the page.
    """
    figures: dict[str, list[float]] = {"R@10": [], "P@10": [], "agreement": []}
    cost: list[float] = []
    for shopper in tqdm(people, desc="shoppers", unit="session", leave=False):
        page, spent = session(shop, shopper, kind, pace)
        met = shop.agreement(shopper)[page] / (2 * len(shopper.cares))
        complete = met > 1 - 1e-9
        figures["R@10"].append(float(complete.any()))
        figures["P@10"].append(float(complete.mean()))
        figures["agreement"].append(float(met.mean()))
        cost += spent[1:]
    return figures, cost


def run(
    catalog: Path | None = None,
    encoder: Encoder | None = None,
    kind: str = "delta",
    sessions: int = 400,
    seed: int = 0,
    pace: Pace = PACE,
    out: Path | None = None,
) -> Figures:
    """Run sessions with and without adaptation, paired; print a table and one JSON line."""
    settings = load_settings(catalog_dir=catalog)
    encoder = encoder or load_encoder(settings.encoder, settings.device)
    shop = Shop(Catalog.open(settings.catalog_dir), encoder)
    people = shoppers(shop, sessions, seed)
    fixed, _ = measure(shop, people, kind, None)
    adapted, cost = measure(shop, people, kind, pace)
    figures = {
        name: {
            "without": _estimate(fixed[name]),
            "with": _estimate(adapted[name]),
            "gain": _estimate(np.subtract(adapted[name], fixed[name])),
        }
        for name in fixed
    }
    table(
        f"{len(people)} simulated shoppers, turn {TURNS}, composer {kind} [95%]",
        ["figure", "without", "with", "gain, paired"],
        [
            [name, *(_cell(row[column]) for column in ("without", "with", "gain"))]
            for name, row in figures.items()
        ],
    )
    return finish(
        {
            "benchmark": "adaptation",
            "catalog": settings.catalog_dir.name,
            "sessions": len(people),
            "seed": seed,
            "composer": kind,
            "pace": vars(pace),
            "figures": figures,
            "microseconds": percentiles(cost),
            "fingerprint": encoder.fingerprint,
            "machine": machine(),
        },
        out,
    )


def _estimate(values: Sequence[float] | np.ndarray) -> list[float]:
    return [round(float(np.mean(values)), 4), *(round(end, 4) for end in interval(list(values)))]


def _cell(estimate: Sequence[float]) -> str:
    return f"{estimate[0]:.3f} [{estimate[1]:.3f} {estimate[2]:.3f}]"
