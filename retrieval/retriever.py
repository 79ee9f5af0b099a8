"""Search of one catalogue: filters, candidates, the ensemble of rankers, one hit per design."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

import numpy as np

from catalog.sequences import StackedVectors
from encoders import Space
from retrieval.fusion import LazyIds, Pool, RankerWeights, load_ranker_weights
from retrieval.grouping import one_per_design
from retrieval.protocol import VectorIndex
from retrieval.rankers import Query, Specialist, kind_scores, listing_scores, specialists
from retrieval.words import listing_query
from vocabulary.wish import Constraint, Wish

MAX_EXTRA_CANDIDATES = 1_000
"""The most candidates that each ranker brings in beyond those wanted, where many are wanted."""
SHUFFLED_ROWS = 10_000
"""About how many rows are shuffled when nothing ranks them; a larger catalogue is thinned out
evenly to between this number and half of it."""


Stage = Callable[[str], AbstractContextManager[None]]


def _untimed(name: str) -> AbstractContextManager[None]:
    return nullcontext()


class Listings(Protocol):
    """What retrieval needs of a catalogue; `catalog.store.Catalog` satisfies it."""

    ids: Sequence[str]
    vectors: np.ndarray | StackedVectors
    designs: np.ndarray

    def allowed_rows(self, constraints: Sequence[Constraint]) -> np.ndarray:
        """Return (n,) bool: rows whose listing does not contradict the constraints."""

    def text_search(
        self, query: str, k: int, rows: np.ndarray | None = None
    ) -> list[tuple[int, float]]:
        """Return rows with their BM25 scores, best first."""


@dataclass(frozen=True)
class Hit:
    """A ranked row.

    Attributes:
        row: Its number.
        id: Its item's id.
        score: 0..1 for display: the share of the best possible composed score.
        ranks: {ranker: its rank}, for rankers that ranked it.
        siblings: Rows of the same design that it stands for.
    """

    row: int
    id: str
    score: float
    ranks: dict[str, int] = field(default_factory=dict)
    siblings: tuple[int, ...] = ()


class Retriever:
    """Searches one catalogue.

    depth: candidates that each ranker may bring in, at least.
    """

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
        """Return the k best rows whose listings do not contradict the wish, best first.

        Ask for more than will be shown: the guard drops some.

        Args:
            query: The composed query.
            wish: The constraints and words to filter and rank by.
            k: How many hits to return.
            exclude_rows: Row numbers, or a mask (n,) bool, of rows to leave out.
            taste: A preference vector (dim,).
            one_per_group: Keep the best of each design, with its colourways as `siblings`.
            stage: Returns a context that times the work after the candidates, named "rank".
        """
        pool = self.pool(query, wish, k, exclude_rows, taste)
        if pool is None:
            return []
        with stage("rank"):
            return self._ranked(query, pool, k, one_per_group)

    def _ranked(self, query: Query, pool: Pool, k: int, one_per_group: bool) -> list[Hit]:
        rankings = pool.rankings()
        order = pool.order(self.weights, rankings)
        leaders: list[tuple[int, tuple[int, ...]]] = (
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
            for place, siblings in leaders
        ]

    def pool(
        self,
        query: Query,
        wish: Wish,
        k: int,
        exclude_rows: Iterable[int] | np.ndarray = (),
        taste: np.ndarray | None = None,
    ) -> Pool | None:
        """Return the candidates of `search`, scored by every ranker.

        None if no row is allowed or wanted.
        """
        allowed = np.array(self.catalog.allowed_rows(wish.constraints), dtype=bool)
        allowed[_valid_rows(exclude_rows, len(allowed))] = False
        if k <= 0 or not allowed.any():
            return None
        by_facet = {
            name: specialist
            for name, specialist in specialists(wish, self.encoder).items()
            if name not in self.weights.without
        }
        depth = max(self.depth, min(4 * k, k + MAX_EXTRA_CANDIDATES))
        directions = self._directions(query, taste)
        words = "" if "text" in self.weights.without else listing_query(wish)
        text_hits = self.catalog.text_search(words, depth, allowed) if words else []
        nearest = self._nearest(wish, directions, by_facet, depth, allowed)
        rows = _distinct(np.concatenate([nearest, _rows_of(text_hits)]))
        if not len(rows):
            # A wish of price or size alone: any allowed rows, shuffled the same way every time.
            rows = np.array(self._shuffled(allowed, depth), dtype=np.int64)
        vectors = np.asarray(self.catalog.vectors[rows], dtype=np.float32)
        return Pool(
            rows,
            LazyIds(self.catalog.ids, rows),
            self._scores(query, rows, vectors, directions, by_facet, text_hits),
            vectors,
            {name: specialist.share for name, specialist in by_facet.items()},
        )

    def _directions(self, query: Query, taste: np.ndarray | None) -> dict[str, np.ndarray]:
        """Return the query vectors (dim,) that rank by inner product, {ranker: vector}."""
        directions = {"composed": query.vector} if np.any(query.vector) else {}
        if taste is not None and np.any(taste):
            directions["taste"] = np.asarray(taste, dtype=np.float32)
        without = self.weights.without
        return {name: vector for name, vector in directions.items() if name not in without}

    def _nearest(
        self,
        wish: Wish,
        directions: Mapping[str, np.ndarray],
        by_facet: Mapping[str, Specialist],
        depth: int,
        allowed: np.ndarray,
    ) -> np.ndarray:
        """Return the rows that the index finds for all directions and specialists.

        The best of each come first, then the second best of each, and so on; rows may repeat.
        """
        probes = [
            *directions.values(),
            *(s.direction for s in by_facet.values() if not s.unwanted),
        ]
        if not probes:
            return np.zeros(0, dtype=np.int64)
        rows, _ = self.index.search(np.stack(probes), depth, allowed, wish.constraints)
        interleaved = rows.T.ravel()
        return interleaved[interleaved >= 0]

    def _scores(
        self,
        query: Query,
        rows: np.ndarray,
        vectors: np.ndarray,
        directions: Mapping[str, np.ndarray],
        by_facet: Mapping[str, Specialist],
        text_hits: Sequence[tuple[int, float]],
    ) -> dict[str, np.ndarray]:
        """Return {ranker: (n,) scores} of the candidates (n,) with their vectors (n, dim)."""
        scores: dict[str, np.ndarray] = {
            name: vectors @ direction for name, direction in directions.items()
        }
        scores |= {name: specialist.scores(vectors) for name, specialist in by_facet.items()}
        if "category" not in by_facet and "kind" not in self.weights.without:
            kind = kind_scores(query, self.encoder, vectors)
            if kind is not None:
                scores["kind"] = kind
        if text_hits:
            scores["text"] = listing_scores(rows, text_hits)
        if not scores:
            scores["any"] = -np.arange(len(rows), dtype=np.float64)
        return scores

    def _shuffled(self, allowed: np.ndarray, depth: int) -> list[int]:
        rows = np.flatnonzero(allowed)
        sample: list[int] = rows[:: 1 + len(rows) // SHUFFLED_ROWS].tolist()
        return sorted(
            sample, key=lambda row: blake2b(self.catalog.ids[row].encode(), digest_size=8).digest()
        )[:depth]


def _valid_rows(rows: Iterable[int] | np.ndarray, n: int) -> np.ndarray:
    """Return a mask (n,) as it is, or row numbers without those outside 0 to n-1."""
    numbers = rows if isinstance(rows, np.ndarray) else np.fromiter(rows, dtype=np.int64)
    if numbers.dtype == bool:
        return numbers
    return numbers[(numbers >= 0) & (numbers < n)]


def _rows_of(hits: Sequence[tuple[int, float]]) -> np.ndarray:
    return np.array([row for row, _ in hits], dtype=np.int64)


def _distinct(rows: np.ndarray) -> np.ndarray:
    """Return each row once, in order of first occurrence."""
    distinct, first = np.unique(rows, return_index=True)
    return distinct[np.argsort(first)]
