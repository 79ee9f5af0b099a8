"""From a composed query to ranked hits: filters, candidates, the ensemble, one hit a design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

import numpy as np

from catalog.wish import Constraint, Wish
from retrieval.fusion import ranks, reciprocal_rank_fusion
from retrieval.grouping import one_per_design
from retrieval.index import VectorIndex
from retrieval.rankers import Query, Space, Specialist, kind_scores, listing_scores, specialists
from retrieval.words import listing_query


class Listings(Protocol):
    """What retrieval asks of a catalogue; `catalog.store.Catalog` satisfies it."""

    ids: Sequence[str]
    vectors: np.ndarray
    groups: Sequence[str]

    def allowed_rows(self, constraints: Sequence[Constraint]) -> np.ndarray:
        """(n,) bool: rows whose listing does not contradict the constraints."""

    def text_search(self, query: str, k: int, rows: np.ndarray | None = None) -> list[tuple[int, float]]:
        """Rows by BM25, best first."""


@dataclass(frozen=True)
class RankerWeights:
    """Shares of the rankers in the fusion; `slice` is that of each specialist, `kind` that of the
    kind, as it is named or, where no words name it, as the reference shows it."""

    composed: float = 1.0
    slice: float = 0.15
    kind: float = 0.6
    text: float = 0.2
    taste: float = 0.2


@dataclass(frozen=True)
class Hit:
    """A row that the ensemble ranks: score in 0..1 (share of the best possible composed score, for display), its
    rank with each ranker that ranked it, and the rows of the same design that it stands for."""

    row: int
    id: str
    score: float
    ranks: dict[str, int] = field(default_factory=dict)
    siblings: tuple[int, ...] = ()


class Retriever:
    """Searches one catalogue. depth: candidates that each ranker may bring in, at least."""

    def __init__(self, catalog: Listings, encoder: Space, index: VectorIndex, weights: RankerWeights = RankerWeights(),
                 depth: int = 200) -> None:
        self.catalog, self.encoder, self.index, self.weights, self.depth = catalog, encoder, index, weights, depth

    def search(self, query: Query, wish: Wish, k: int, exclude_rows: Iterable[int] = (),
               taste: np.ndarray | None = None, one_per_group: bool = True) -> list[Hit]:
        """The k best rows whose listings do not contradict the wish, best first.

        Ask for more than will be shown: the guard drops some. taste: (dim,) preference or None. one_per_group: keep
        the best of each design, its other colourways as `siblings`.
        """
        allowed = np.array(self.catalog.allowed_rows(wish.constraints), dtype=bool)
        excluded = [row for row in exclude_rows if 0 <= row < len(allowed)]
        allowed[excluded] = False
        if k <= 0 or not allowed.any():
            return []
        facets = specialists(wish, self.encoder)
        pool, scores = self._candidates(query, wish, facets, max(self.depth, 4 * k), allowed, taste)
        ids = [self.catalog.ids[row] for row in pool]
        rankings = {name: ranks(values) for name, values in scores.items()}
        fused = reciprocal_rank_fusion(rankings, {name: self._share(name, facets) for name in rankings})
        order = sorted(range(len(pool)), key=lambda place: (-fused[place], ids[place]))
        kept = one_per_design(pool, order, k, self.catalog) if one_per_group else [(p, ()) for p in order[:k]]
        best = max(sum(query.weights.values()), 1e-8)
        shares = np.clip(scores.get("composed", np.zeros(len(pool))) / best, 0.0, 1.0)
        return [Hit(int(pool[place]), ids[place], float(shares[place]),
                    {name: int(ranking[place]) for name, ranking in rankings.items() if ranking[place]}, siblings)
                for place, siblings in kept]

    def _share(self, ranker: str, facets: Mapping[str, Specialist]) -> float:
        if ranker in facets:
            own = self.weights.kind if ranker == "category" else self.weights.slice
            return own * facets[ranker].share
        return getattr(self.weights, ranker, 1.0)

    def _candidates(self, query: Query, wish: Wish, facets: Mapping[str, Specialist], depth: int, allowed: np.ndarray,
                    taste: np.ndarray | None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The union of what the rankers bring in, (n,) rows, and each ranker's scores (n,) for all of them."""
        directions = {"composed": query.vector} if np.any(query.vector) else {}
        if taste is not None and np.any(taste):
            directions["taste"] = np.asarray(taste, dtype=np.float32)
        probes = [*directions.values(), *(s.direction for s in facets.values() if not s.unwanted)]
        pool: dict[int, None] = {}
        if probes:
            found, _ = self.index.search(np.stack(probes), depth, allowed)
            pool.update(dict.fromkeys(int(row) for row in found.T.ravel() if row >= 0))
        said = listing_query(wish)
        listed = self.catalog.text_search(said, depth, allowed) if said else []
        pool.update(dict.fromkeys(int(row) for row, _ in listed))
        if not pool:  # a wish of price or size alone: any allowed row, mixed the same way every time
            pool.update(dict.fromkeys(self._mixed(allowed, depth)))
        rows = np.fromiter(pool, dtype=np.int64)
        vectors = np.asarray(self.catalog.vectors[rows], dtype=np.float32)
        scores = {name: vectors @ vector for name, vector in directions.items()}
        scores |= {facet: specialist.scores(vectors) for facet, specialist in facets.items()}
        kind = None if "category" in facets else kind_scores(query, self.encoder, vectors)
        if kind is not None:
            scores["kind"] = kind
        if listed:
            scores["text"] = listing_scores(rows, listed)
        if not scores:
            scores["any"] = -np.arange(len(rows), dtype=np.float64)
        return rows, scores

    def _mixed(self, allowed: np.ndarray, depth: int) -> list[int]:
        rows = [int(row) for row in np.flatnonzero(allowed)]
        return sorted(rows, key=lambda row: blake2b(self.catalog.ids[row].encode(), digest_size=8).digest())[:depth]
