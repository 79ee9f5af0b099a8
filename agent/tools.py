"""The agent's tools over one catalogue: composed search, attribute check, assortment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from agent.state import Clock
from agent.wording.wishes import caption
from catalog.item import Item
from catalog.sequences import StackedVectors
from catalog.store import Catalog
from composer import Query, compose, kinds_for, load_weights
from encoders import Encoder, SliceLayout
from guard import CONFIRMED, Guard, Judgement
from retrieval import Hit, Retriever
from vocabulary.wish import Constraint, PriceRange, Wish

MAX_CAPTIONS = 512
BACKGROUND_PAIRS = 500


class Tools:
    """Search and check on one catalogue. Read-only, safe for many threads."""

    def __init__(
        self, catalog: Catalog, encoder: Encoder, retriever: Retriever, guard: Guard
    ) -> None:
        self.catalog, self.encoder, self.retriever, self.guard = catalog, encoder, retriever, guard
        self.weights = load_weights()
        self.composer = "gated" if "gated" in kinds_for(encoder) else "delta"
        self._embed = lru_cache(maxsize=MAX_CAPTIONS)(self._embed_uncached)
        self.background = _background(catalog.vectors, encoder.layout)
        self.priceless = bool(np.isnan(np.asarray(catalog.prices)).all())
        self.currency = catalog.manifest.get("currency") or "EUR"

    def query(
        self,
        wish: Wish,
        picture: np.ndarray | None,
        composer: str,
        clock: Clock,
        borrowed: Iterable[str] = (),
        emphasis: Mapping[str, float] | None = None,
    ) -> Query:
        """Compose the query.

        picture: (dim,) or None
        borrowed: facets that the picture has from another one; they count like a change in words
        emphasis: {slice: factor}, what the session has shown to matter
        """
        words = caption(wish, whole=getattr(self.encoder, "slices_from", "training") != "training")
        with clock.stage("encode"):
            vector = self._embed(words) if words else None
        with clock.stage("compose"):
            factors = {**(emphasis or {}), **self._borrowed(borrowed)}
            return compose(composer, picture, wish, vector, self.encoder, emphasis=factors)

    def ranked(
        self,
        query: Query,
        wish: Wish,
        k: int,
        avoid: Iterable[int],
        taste: np.ndarray | None,
        clock: Clock,
        grouped: bool = True,
        within: np.ndarray | None = None,
    ) -> list[Hit]:
        """Return the k best rows that can be bought and are not in `avoid`, best first.

        taste: (dim,) or None
        grouped: the best of each design, with its other colourways as siblings
        within: a mask (n,) of the rows to search, or None for all
        """
        with clock.stage("search"):
            shut = ~self.catalog.available if within is None else ~(within & self.catalog.available)
            shut[_rows(avoid)] = True
            return self.retriever.search(
                query,
                wish,
                k,
                exclude_rows=shut,
                taste=taste,
                one_per_group=grouped,
                stage=clock.stage,
            )

    def search(
        self,
        wish: Wish,
        picture: np.ndarray | None,
        composer: str,
        k: int,
        avoid: Iterable[int],
        taste: np.ndarray | None,
        clock: Clock,
    ) -> list[Hit]:
        """Return the k best rows for a wish and a picture (dim,) or None."""
        return self.ranked(self.query(wish, picture, composer, clock), wish, k, avoid, taste, clock)

    def _borrowed(self, facets: Iterable[str]) -> dict[str, float]:
        slices = {
            self.encoder.facet_slice[facet] for facet in facets if facet in self.encoder.facet_slice
        }
        return {name: self.weights.change / self.weights.kept(name) for name in slices}

    def check(
        self,
        rows: Sequence[int],
        constraints: Sequence[Constraint],
        clock: Clock,
        reference: np.ndarray | None = None,
        anchor: Item | None = None,
    ) -> Judgement:
        """Judge rows: for each row one verdict per constraint."""
        with clock.stage("items"):
            items, claims = self.catalog.items(rows), self.catalog.claims(rows)
            vectors = np.asarray(self.catalog.vectors[list(rows)], dtype=np.float32)
        with clock.stage("guard"):
            return self.guard.judge(
                items, vectors, claims, constraints, reference_vector=reference, anchor=anchor
            )

    def promising(
        self,
        query: Query,
        wish: Wish,
        avoid: Iterable[int],
        max_rows: int,
        others: int,
        clock: Clock,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return two masks (n,): rows that will fit, and the likeliest of the others.

        The first has the allowed rows that will meet the wish's hard constraints, the second up to
        `others` rows that may, the nearest to the query first (`guard.screen`). Of more than
        `max_rows` allowed rows, only those nearest to the query are looked at.
        """
        with clock.stage("search"):
            mask = self._open(wish.hard, avoid)
            rows = np.flatnonzero(mask)
            if len(rows) > max_rows:
                rows = np.ravel(
                    self.retriever.index.search(query.vector, max_rows, mask, wish.constraints)[0]
                )
                rows = np.sort(rows[rows >= 0])
        with clock.stage("guard"):
            groups, vectors = (
                wish.groups(),
                np.asarray(self.catalog.vectors[rows], dtype=np.float32),
            )
            stated = [[self.catalog.affirmed_rows((c,))[rows] for c in group] for group in groups]
            chance = self.guard.fit_probability(vectors, groups, stated)
            open_ = np.flatnonzero((chance > 0) & (chance < CONFIRMED))
            best = np.lexsort((-(vectors[open_] @ query.vector), -np.round(4 * chance[open_])))[
                :others
            ]
        sure, likely = np.zeros(len(mask), dtype=bool), np.zeros(len(mask), dtype=bool)
        sure[rows[chance >= CONFIRMED]] = True
        likely[rows[open_[best]]] = True
        return sure, likely

    def allowed(self, constraints: Iterable[Constraint], avoid: Iterable[int] = ()) -> int:
        """Count the rows whose listings do not contradict these constraints."""
        return int(np.count_nonzero(self._open(constraints, avoid)))

    def affirmed(self, constraints: Iterable[Constraint]) -> int:
        """Count the rows that the listings alone confirm."""
        return int(
            np.count_nonzero(
                self.catalog.affirmed_rows(tuple(constraints)) & self.catalog.available
            )
        )

    def _open(self, constraints: Iterable[Constraint], avoid: Iterable[int]) -> np.ndarray:
        """Return (n,) bool: can be bought, is not avoided, its listing does not contradict."""
        mask: np.ndarray = self.catalog.allowed_rows(tuple(constraints)) & self.catalog.available
        mask[_rows(avoid)] = False
        return mask

    def nearest_price(
        self, constraints: Iterable[Constraint], budget: Constraint, avoid: Iterable[int] = ()
    ) -> float | None:
        """Return the price nearest to a budget among the rows allowed by the other constraints."""
        prices = np.asarray(self.catalog.prices, dtype=np.float64)[self._open(constraints, avoid)]
        prices = prices[~np.isnan(prices)]
        if not len(prices) or not isinstance(budget.value, PriceRange):
            return None
        low, high = (
            budget.value.min or 0.0,
            budget.value.max if budget.value.max is not None else np.inf,
        )
        away = np.maximum(low - prices, prices - high)
        return round(float(prices[np.argmin(away)]), 2)

    def rows(self, ids: Iterable[str]) -> list[int]:
        """Return the rows of those ids that the catalogue (still) has, in order."""
        return [row for row in map(self.catalog.find, ids) if row is not None]

    def known(self, ids: Iterable[str | None]) -> list[Item]:
        """Return the items of those ids that the catalogue has, in order."""
        return self.catalog.items(self.rows(id_ for id_ in ids if id_))

    def vector(self, id_: str) -> np.ndarray:
        """Return the vector (dim,) of an item's picture."""
        return np.array(self.catalog.vectors[self.catalog.row(id_)], dtype=np.float32)

    def vectors(self, ids: Iterable[str]) -> np.ndarray:
        """Return the vectors (n, dim) of these items' pictures; each id must be known."""
        return np.asarray(
            self.catalog.vectors[[self.catalog.row(id_) for id_ in ids]], dtype=np.float32
        )

    def likeness(self, vectors: np.ndarray, reference: np.ndarray) -> dict[str, np.ndarray]:
        """Return how like a reference (dim,) items (n, dim) are, {slice: (n,)}.

        1 is the same, 0 as like as any two items.
        """
        layout = self.encoder.layout
        cosines = {
            name: vectors[:, layout.slice(name)] @ reference[layout.slice(name)]
            for name in layout.names
        }
        return {
            name: (cosine - self.background[name]) / (1 - self.background[name])
            for name, cosine in cosines.items()
        }

    def kinds(self) -> dict[str, int]:
        """Return {category: number of items}, most frequent first."""
        return self.catalog.facet_counts().get("category", {})

    def listed(self, words: str) -> bool:
        """Return whether these words occur in any listing."""
        return self.catalog.has_words(words)

    def forget(self) -> None:
        """Drop cached words of shoppers."""
        self._embed.cache_clear()

    def _embed_uncached(self, words: str) -> np.ndarray:
        vector: np.ndarray = self.encoder.encode_texts([words])[0]
        return vector


def _rows(rows: Iterable[int]) -> np.ndarray:
    """Return row numbers, or a mask, as an array."""
    return rows if isinstance(rows, np.ndarray) else np.fromiter(rows, dtype=np.int64)


def _background(vectors: np.ndarray | StackedVectors, layout: SliceLayout) -> dict[str, float]:
    """Return the mean cosine of two random items in each slice; spaces differ in their spread."""
    if len(vectors) < 2:
        return dict.fromkeys(layout.names, 0.0)
    rng = np.random.default_rng(0)
    left, right = (
        np.asarray(vectors[rng.integers(0, len(vectors), BACKGROUND_PAIRS)], np.float32)
        for _ in range(2)
    )
    return {
        name: min(
            0.99,
            float(
                np.mean(np.sum(left[:, layout.slice(name)] * right[:, layout.slice(name)], axis=1))
            ),
        )
        for name in layout.names
    }
