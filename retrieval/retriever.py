"""From a composed query to ranked hits: filters, candidates, the ensemble, one hit a design."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

import numpy as np

from retrieval.fusion import LazyIds, Pool, RankerWeights, load_ranker_weights
from retrieval.grouping import one_per_design
from retrieval.index import VectorIndex
from retrieval.rankers import Query, Space, Specialist, kind_scores, listing_scores, specialists
from retrieval.words import listing_query
from vocabulary.wish import Constraint, Wish

BEYOND = 1_000
"""Candidates that each ranker brings in beyond those wanted, where many are wanted."""
MIXED = 10_000
"""Rows that are mixed, at most about twice as many; of a large catalogue every so-manieth."""


Stage = Callable[[str], AbstractContextManager[None]]


def _untimed(name: str) -> AbstractContextManager[None]:
    return nullcontext()


class Listings(Protocol):
    """What retrieval asks of a catalogue; `catalog.store.Catalog` satisfies it."""

    ids: Sequence[str]
    vectors: np.ndarray
    designs: np.ndarray

    def allowed_rows(self, constraints: Sequence[Constraint]) -> np.ndarray:
        """(n,) bool: rows whose listing does not contradict the constraints."""

    def text_search(
        self, query: str, k: int, rows: np.ndarray | None = None
    ) -> list[tuple[int, float]]:
        """Rows by BM25, best first."""


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

    def __init__(
        self,
        catalog: Listings,
        encoder: Space,
        index: VectorIndex,
        weights: RankerWeights | None = None,
        depth: int = 200,
    ) -> None:
        self.catalog, self.encoder, self.index, self.depth = catalog, encoder, index, depth
        self.weights = weights or load_ranker_weights()

    def search(
        self,
        query: Query,
        wish: Wish,
        k: int,
        exclude_rows: Iterable[int] | np.ndarray = (),
        taste: np.ndarray | None = None,
        one_per_group: bool = True,
        stage: Stage = _untimed,
    ) -> list[Hit]:
        """The k best rows whose listings do not contradict the wish, best first.

        Ask for more than will be shown: the guard drops some. exclude_rows: row numbers, or a mask (n,) bool of the rows to
        leave out. taste: (dim,) preference or None. one_per_group: keep the best of each design, its other colourways as
        `siblings`. stage: a context that times what is done after the candidates are found, as "rank".
        """
        pool = self.pool(query, wish, k, exclude_rows, taste)
        if pool is None:
            return []
        with stage("rank"):
            return self._ranked(query, pool, k, one_per_group)

    def _ranked(self, query: Query, pool: Pool, k: int, one_per_group: bool) -> list[Hit]:
        rankings = pool.rankings()
        order = pool.order(self.weights, rankings)
        kept = (
            one_per_design(pool.rows, pool.vectors, self.catalog.designs[pool.rows], order, k)
            if one_per_group
            else [(place, ()) for place in order[:k]]
        )
        best = max(sum(query.weights.values()), 1e-8)
        shares = np.clip(pool.scores.get("composed", np.zeros(len(pool.rows))) / best, 0.0, 1.0)
        return [
            Hit(
                int(pool.rows[place]),
                pool.ids[place],
                float(shares[place]),
                {name: int(ranking[place]) for name, ranking in rankings.items() if ranking[place]},
                siblings,
            )
            for place, siblings in kept
        ]

    def pool(
        self,
        query: Query,
        wish: Wish,
        k: int,
        exclude_rows: Iterable[int] | np.ndarray = (),
        taste: np.ndarray | None = None,
    ) -> Pool | None:
        """The candidates of `search`, scored by every ranker; None where nothing is allowed or asked for."""
        allowed = np.array(self.catalog.allowed_rows(wish.constraints), dtype=bool)
        shut = (
            exclude_rows
            if isinstance(exclude_rows, np.ndarray)
            else np.fromiter(exclude_rows, dtype=np.int64)
        )
        if shut.dtype != bool:
            shut = shut[(shut >= 0) & (shut < len(allowed))]
        allowed[shut] = False
        if k <= 0 or not allowed.any():
            return None
        facets = {
            name: specialist
            for name, specialist in specialists(wish, self.encoder).items()
            if name not in self.weights.without
        }
        rows, vectors, scores = self._candidates(
            query, wish, facets, max(self.depth, min(4 * k, k + BEYOND)), allowed, taste
        )
        return Pool(
            rows,
            LazyIds(self.catalog.ids, rows),
            scores,
            vectors,
            {name: specialist.share for name, specialist in facets.items()},
        )

    def _candidates(
        self,
        query: Query,
        wish: Wish,
        facets: Mapping[str, Specialist],
        depth: int,
        allowed: np.ndarray,
        taste: np.ndarray | None,
    ) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """The union of what the rankers bring in: rows (n,), vectors (n, dim), and each ranker's scores (n,) for all."""
        silent = self.weights.without
        directions = {"composed": query.vector} if np.any(query.vector) else {}
        if taste is not None and np.any(taste):
            directions["taste"] = np.asarray(taste, dtype=np.float32)
        directions = {name: vector for name, vector in directions.items() if name not in silent}
        probes = [*directions.values(), *(s.direction for s in facets.values() if not s.unwanted)]
        found = np.zeros(0, dtype=np.int64)
        if probes:
            found = self.index.search(np.stack(probes), depth, allowed, wish.constraints)[
                0
            ].T.ravel()
        said = "" if "text" in silent else listing_query(wish)
        listed = self.catalog.text_search(said, depth, allowed) if said else []
        rows = _distinct(
            np.concatenate(
                [found[found >= 0], np.array([row for row, _ in listed], dtype=np.int64)]
            )
        )
        if not len(
            rows
        ):  # a wish of price or size alone: any allowed row, mixed the same way every time
            rows = np.array(self._mixed(allowed, depth), dtype=np.int64)
        vectors = np.asarray(self.catalog.vectors[rows], dtype=np.float32)
        scores = {name: vectors @ vector for name, vector in directions.items()}
        scores |= {facet: specialist.scores(vectors) for facet, specialist in facets.items()}
        kind = (
            None
            if "category" in facets or "kind" in silent
            else kind_scores(query, self.encoder, vectors)
        )
        if kind is not None:
            scores["kind"] = kind
        if listed:
            scores["text"] = listing_scores(rows, listed)
        if not scores:
            scores["any"] = -np.arange(len(rows), dtype=np.float64)
        return rows, vectors, scores

    def _mixed(self, allowed: np.ndarray, depth: int) -> list[int]:
        rows = np.flatnonzero(allowed)
        rows = rows[:: 1 + len(rows) // MIXED].tolist()
        return sorted(
            rows, key=lambda row: blake2b(self.catalog.ids[row].encode(), digest_size=8).digest()
        )[:depth]


def _distinct(rows: np.ndarray) -> np.ndarray:
    """Each row once, in the order in which they come first."""
    kept, first = np.unique(rows, return_index=True)
    return kept[np.argsort(first)]
