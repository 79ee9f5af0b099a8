"""Queries mined from a gallery's attributes.

A query is a reference, one to three changes in words, and the items that are its targets.

A target has every attribute that the wish asks for. It shares its reference's kind, colour, pattern
and audience unless the wish changes them. An item with too few known attributes is neither a target
nor a counterexample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

import vocabulary
from agent.wording.wishes import caption
from errors import InputError
from training.composers.gallery import CORE, FINER, Gallery
from vocabulary import STEPS
from vocabulary.wish import Constraint, Wish

COUNTS = (0.6, 0.28, 0.12)
"""Shares of queries with one, two and three changes."""
FACETS: dict[str, float] = {
    "color": 0.27,
    "category": 0.2,
    "pattern": 0.25,
    "sleeve_length": 0.07,
    "length": 0.05,
    "neckline": 0.04,
    "material": 0.04,
    "details": 0.06,
    "gender": 0.02,
}
OPS: dict[str, float] = {"require": 0.7, "exclude": 0.14, "compare": 0.1, "prefer": 0.06}
WRAPPERS = ("{}", "{}", "{}", "like this but {}", "the same, {}", "i want {}")
"""Templates around a caption, since shoppers' filler words reach the text tower as well."""
TRIES = 12
FEWEST = 200
"""Number of queries below which a gallery is of no use for training."""
LEAST = 3
"""Fewest items with a value, and fewest without it, for a query to ask for it."""


@dataclass(frozen=True)
class Mined:
    """One query.

    targets: rows of the targets. open: rows that may or may not fit, and the reference.
    """

    reference: int
    wish: Wish
    words: str
    targets: np.ndarray
    open: np.ndarray


class Miner:
    """Seeded source of queries from one gallery."""

    def __init__(self, gallery: Gallery, seed: int) -> None:
        self.gallery, self.rng = gallery, np.random.default_rng(seed)
        self.values = {
            facet: [v for v in _asked(facet) if self._told(facet, v)] for facet in FACETS
        }
        self.axes = {
            key: gallery.position(*key)
            for key in (*STEPS, *(("color", s) for s in ("dark", "light", "colorful")))
        }

    def _told(self, facet: str, value: str) -> bool:
        fact = self.gallery.fact(facet, value)
        return int((fact == 1).sum()) >= LEAST and int((fact == 0).sum()) >= LEAST

    def mine(self, count: int) -> list[Mined]:
        """Return `count` queries that have a target, or fewer if the gallery yields no more."""
        queries: list[Mined] = []
        for _ in tqdm(
            range(count), desc="mining queries", unit="query", mininterval=2, disable=count < 1000
        ):
            query = next((q for q in self._attempts() if q is not None), None)
            if query is not None:
                queries.append(query)
        return queries

    def _attempts(self) -> Iterator[Mined | None]:
        for _ in range(TRIES):
            yield self._attempt(int(self.rng.integers(len(self.gallery.items))))

    def _attempt(self, row: int) -> Mined | None:
        changes = 1 + int(self.rng.choice(len(COUNTS), p=COUNTS))
        p = np.array(list(FACETS.values()))
        facets = self.rng.choice(list(FACETS), size=changes, replace=False, p=p / p.sum())
        constraints = [
            c for facet in map(str, facets) if (c := self._change(row, facet)) is not None
        ]
        if not constraints:
            return None
        fits = self._fits(row, constraints)
        fits[row] = -1
        if not (fits == 1).any() or not (fits == 0).any():
            return None
        wish = Wish(constraints=tuple(constraints))
        phrase = caption(wish)
        words = str(self.rng.choice(WRAPPERS)).format(phrase) if phrase else ""
        return Mined(row, wish, words, np.flatnonzero(fits == 1), np.flatnonzero(fits == -1))

    def _change(self, row: int, facet: str) -> Constraint | None:
        """Return a random change of the facet that applies to the reference, or None."""
        op = str(self.rng.choice(list(OPS), p=list(OPS.values())))
        if op == "compare":
            return self._comparison(row, facet)
        has = 1 if op == "exclude" else 0
        values = [v for v in self.values[facet] if self.gallery.fact(facet, v)[row] == has]
        if not values:
            return None
        return Constraint(facet=facet, op=op, value=str(self.rng.choice(values)))

    def _comparison(self, row: int, facet: str) -> Constraint | None:
        axes = [
            key
            for key, places in self.axes.items()
            if key[0] == facet and not np.isnan(places[row])
        ]
        if not axes:
            return None
        value = axes[self.rng.integers(len(axes))][1]
        return Constraint(
            facet=facet, op="more" if self.rng.random() < 0.5 else "less", value=value
        )

    def _fits(self, row: int, constraints: Sequence[Constraint]) -> np.ndarray:
        """Return (n,) int8: 1 target, 0 counterexample, -1 unknown."""
        conditions = [self._meets(row, c) for c in constraints]
        changed = {c.facet for c in constraints}
        for facet in CORE:
            codes = self.gallery.codes[facet]
            if facet not in changed and codes[row] >= 0:
                conditions.append(np.where(codes < 0, -1, codes == codes[row]).astype(np.int8))
        facts = np.stack(conditions)
        return np.where((facts == 0).any(0), 0, np.where((facts == -1).any(0), -1, 1)).astype(
            np.int8
        )

    def _meets(self, row: int, c: Constraint) -> np.ndarray:
        if c.op in ("more", "less"):
            places = self.axes[c.facet, str(c.value)]
            # colours that are hard to tell apart count as equal
            margin = 4.0 if c.facet == "color" else 0.5
            gain = (places - places[row]) * (1 if c.op == "more" else -1)
            return np.where(np.isnan(gain), -1, gain > margin).astype(np.int8)
        fact = self.gallery.fact(c.facet, str(c.value))
        return np.where(fact < 0, -1, fact != (c.op == "exclude")).astype(np.int8)


def _asked(facet: str) -> list[str]:
    relative = {key[1] for key in STEPS}
    return [v for v in vocabulary.values(facet) if v not in vocabulary.SHADES and v not in relative]


def mine(gallery: Gallery, count: int, seed: int) -> list[Mined]:
    """Return `count` queries of a gallery. Raises InputError if its labels yield too few."""
    queries = Miner(gallery, seed).mine(count)
    if len(queries) < min(FEWEST, count):
        known = {facet: int((gallery.codes[facet] >= 0).sum()) for facet in CORE}
        raise InputError(
            f"{gallery.name}: its labels give {len(queries)} composed queries, at least "
            f"{min(FEWEST, count)} are needed; of {len(gallery.items)} items known: {known}. "
            "Name a catalogue with more labelled items"
        )
    return queries


def finer_agreement(
    gallery: Gallery, rows: np.ndarray, candidates: np.ndarray, changed: Sequence[frozenset[str]]
) -> np.ndarray:
    """Return (B, C) float32: the share of finer facets in which candidate and reference agree.

    Only facets that are known for both and that the wish does not change count.
    """
    same = np.zeros((len(rows), len(candidates)), dtype=np.float32)
    known = np.zeros_like(same)
    for facet in FINER:
        codes = gallery.codes[facet]
        kept = np.array([facet not in facets for facets in changed])[:, None]
        both = kept & (codes[rows] >= 0)[:, None] & (codes[candidates] >= 0)[None]
        known += both
        same += both & (codes[rows][:, None] == codes[candidates][None])
    return np.where(known > 0, same / np.maximum(known, 1), 1.0)


def changed_facets(query: Mined) -> frozenset[str]:
    """Return the facets that a query's wish names."""
    return frozenset(c.facet for c in query.wish.constraints)


def tally(queries: Sequence[Mined]) -> Mapping[str, int]:
    """Count the queries by number of changes and by op."""
    counts: dict[str, int] = {}
    for query in queries:
        for key in (
            f"{len(query.wish.constraints)} changes",
            *{c.op for c in query.wish.constraints},
        ):
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))
