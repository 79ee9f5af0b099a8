"""Slice weights that follow a session's feedback, against weights that stay: simulated shoppers on a drawn catalogue.

A shopper holds up one item and has another in mind. Two attributes of the first shall stay, which is never said; two
shall change, one named a turn; the rest does not matter. Each turn the shopper saves what has most of the four and refuses
what has least. What shall stay is told by that feedback alone. Pictures only.
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
from evaluation.report.show import finish, machine, percentiles, table
from metrics.intervals import interval
from settings import load_settings
from vocabulary.wish import Constraint, Wish

CARED = ("color", "pattern", "sleeve_length", "neckline", "length", "fit", "material")
TURNS, PAGE = 3, 10
KEPT, CHANGED = 2, 2


@dataclass(frozen=True)
class Shopper:
    """target, start: rows of one category; kept: facets that both share and that matter; changed: facets to be named."""

    target: int
    start: int
    kept: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def cares(self) -> tuple[str, ...]:
        """All that matters beside the category."""
        return (*self.kept, *self.changed)


class Shop:
    """A drawn catalogue's vectors and truth, as numbers."""

    def __init__(self, catalog: Catalog, encoder: Encoder) -> None:
        gallery, self.truth = drawn_gallery(catalog, encoder)
        self.encoder, self.groups, self.vectors = encoder, catalog.groups, gallery.vectors
        self.same = {facet: self._codes(facet) for facet in ("category", *CARED)}
        self._said: dict[str, np.ndarray] = {}

    def _codes(self, facet: str) -> np.ndarray:
        names = ["+".join(self.values(row, facet)) for row in range(len(self.truth))]
        numbers = {name: number for number, name in enumerate(sorted(set(names)))}
        return np.array([numbers[name] for name in names])

    def values(self, row: int, facet: str) -> list[str]:
        """The facet's values that were drawn, shades aside."""
        return sorted(set(self.truth[row].get(facet, ())) - set(vocabulary.SHADES))

    def agreement(self, shopper: Shopper) -> np.ndarray:
        """(n,): how many of the attributes cared about an item has; the category counts for as many as all others."""
        met = sum(
            (self.same[f] == self.same[f][shopper.target]).astype(float) for f in shopper.cares
        )
        return met + len(shopper.cares) * (
            self.same["category"] == self.same["category"][shopper.target]
        )

    def words(self, wish: Wish) -> np.ndarray | None:
        """(dim,) of the wish's caption."""
        said = caption(wish)
        if said and said not in self._said:
            self._said[said] = self.encoder.encode_texts([said])[0].astype(np.float32)
        return self._said.get(said)


def shoppers(shop: Shop, count: int, seed: int) -> list[Shopper]:
    """`count` shoppers, seeded."""
    rng, found = np.random.default_rng(seed), []
    while len(found) < count:
        target, start = (int(row) for row in rng.integers(len(shop.truth), size=2))
        if (
            shop.groups[start] == shop.groups[target]
            or shop.same["category"][start] != shop.same["category"][target]
        ):
            continue
        told = [f for f in CARED if shop.values(target, f) and shop.values(start, f)]
        alike = [f for f in told if shop.same[f][start] == shop.same[f][target]]
        unlike = [f for f in told if f not in alike]
        if len(alike) >= KEPT and len(unlike) >= CHANGED:
            kept, changed = (
                tuple(str(f) for f in rng.choice(facets, size, replace=False))
                for facets, size in ((alike, KEPT), (unlike, CHANGED))
            )
            found.append(Shopper(target, start, kept, changed))
    return found


def session(
    shop: Shop, shopper: Shopper, kind: str, pace: Pace | None
) -> tuple[np.ndarray, list[float]]:
    """(the last turn's page, microseconds of processor time of each adaptation); pace None: the weights stay."""
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
    """({figure: one number a shopper, of the last turn}, microseconds). R@10: an item with all that matters is shown;
    P@10: the share of such items; agreement: the share of what matters that an item of the page has, on average."""
    found: dict[str, list[float]] = {"R@10": [], "P@10": [], "agreement": []}
    cost: list[float] = []
    for shopper in tqdm(people, desc="shoppers", unit="session", leave=False):
        page, spent = session(shop, shopper, kind, pace)
        met = shop.agreement(shopper)[page] / (2 * len(shopper.cares))
        found["R@10"].append(float((met == 1).any()))
        found["P@10"].append(float((met == 1).mean()))
        found["agreement"].append(float(met.mean()))
        cost += spent[1:]
    return found, cost


def run(
    catalog: Path | None = None,
    encoder: Encoder | None = None,
    kind: str = "delta",
    sessions: int = 400,
    seed: int = 0,
    pace: Pace = PACE,
    out: Path | None = None,
) -> dict:
    """Sessions with and without adaptation, paired; prints a table and one JSON line."""
    settings = load_settings(catalog_dir=catalog)
    encoder = encoder or load_encoder(settings.encoder, settings.device)
    shop = Shop(Catalog.open(settings.catalog_dir), encoder)
    people = shoppers(shop, sessions, seed)
    still, _ = measure(shop, people, kind, None)
    moved, cost = measure(shop, people, kind, pace)
    figures = {
        name: {
            "without": _estimate(still[name]),
            "with": _estimate(moved[name]),
            "gain": _estimate(np.subtract(moved[name], still[name])),
        }
        for name in still
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
