"""The wishes that evaluate the ensemble, with fitting designs: drawn items and product photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

import vocabulary
from agent.wording.wishes import caption
from catalog.sequences import StackedVectors, string_numbers
from composer import Query, compose
from evaluation.composed.drawn_queries import VALUES, Truth, drawn_queries
from evaluation.composed.gallery import Gallery, Words, read_wish
from evaluation.composed.product_queries import KINDS, sample_queries
from retrieval import RankerWeights, Retriever, build_index
from retrieval.fusion import Pool
from retrieval.retriever import Listings
from vocabulary.wish import Constraint, Wish

RARE_SHARE = 0.01
"""A value that a smaller share of the items has counts as rare."""
PAGE = 10


class GroupedListings(Listings, Protocol):
    """Listings that also know the design of each row."""

    @property
    def groups(self) -> Sequence[str]:
        """The design of each row."""


@dataclass(frozen=True)
class Ask:
    """A wish, its reference row (None: words alone), the fitting designs, and if it is rare."""

    wish: Wish
    reference: int | None
    fitting: frozenset[str]
    rare: bool = False


class Unlisted:
    """A gallery as a catalogue without listings: it excludes no row and finds no text."""

    def __init__(self, vectors: np.ndarray, ids: Sequence[str], groups: Sequence[str]) -> None:
        self.vectors: np.ndarray | StackedVectors = vectors
        self.ids: Sequence[str] = list(ids)
        self.groups: Sequence[str] = list(groups)
        self.designs = string_numbers(groups)

    def allowed_rows(self, constraints: Sequence[Constraint]) -> np.ndarray:
        """Return (n,) all True."""
        return np.ones(len(self.ids), dtype=bool)

    def text_search(
        self, query: str, k: int, rows: np.ndarray | None = None
    ) -> list[tuple[int, float]]:
        """Return nothing."""
        return []


@dataclass(frozen=True)
class Bench:
    """Wishes over one catalogue, composed once so that runs differ only in their rankers."""

    catalog: GroupedListings
    gallery: Gallery
    asks: tuple[Ask, ...]
    queries: tuple[Query, ...]

    def pools(self, without: frozenset[str] = frozenset()) -> list[Pool | None]:
        """Return the candidates of every wish from all rankers except these."""
        retriever = Retriever(
            self.catalog,
            self.gallery.encoder,
            build_index(self.catalog.vectors),
            RankerWeights(without=without),
        )
        return [
            retriever.pool(
                query, ask.wish, 3 * PAGE, [] if ask.reference is None else [ask.reference]
            )
            for query, ask in zip(self.queries, self.asks, strict=True)
        ]

    def recall(self, pools: Sequence[Pool | None], weights: RankerWeights) -> list[float]:
        """Return recall@10 of each wish.

        That is the number of fitting designs in the first ten, divided by the number of fitting
        designs or by ten, whichever is smaller.
        """
        return [
            0.0 if pool is None else self._share_found(pool, pool.order(weights), ask)
            for pool, ask in zip(pools, self.asks, strict=True)
        ]

    def only_rare(self) -> Bench:
        """Return a bench of only the wishes for rare values."""
        pairs = [(a, q) for a, q in zip(self.asks, self.queries, strict=True) if a.rare]
        return Bench(
            self.catalog, self.gallery, tuple(a for a, _ in pairs), tuple(q for _, q in pairs)
        )

    def _share_found(self, pool: Pool, order: Sequence[int], ask: Ask) -> float:
        shown: dict[str, bool] = {}
        for place in order:
            group = self.catalog.groups[int(pool.rows[place])]
            shown.setdefault(group, group in ask.fitting)
            if len(shown) == PAGE:
                break
        return sum(shown.values()) / min(PAGE, len(ask.fitting))


def bench(catalog: GroupedListings, gallery: Gallery, asks: Sequence[Ask], words: Words) -> Bench:
    """Compose the wishes and return their bench."""
    words.learn(caption(ask.wish) for ask in asks)
    queries = [
        compose(
            "delta",
            None if ask.reference is None else gallery.vectors[ask.reference],
            ask.wish,
            words(ask.wish),
            gallery.encoder,
        )
        for ask in asks
    ]
    return Bench(catalog, gallery, tuple(asks), tuple(queries))


def photo_asks(gallery: Gallery, count: int, seed: int) -> list[Ask]:
    """Return the composed queries on product photos; each photo counts as a design."""
    share = Counter(
        pair
        for p in gallery.products
        for pair in (("color", p.color), ("category", p.type), ("pattern", p.pattern))
    )
    return [
        Ask(
            read_wish(query),
            query.reference,
            frozenset(gallery.products[row].id for row in query.targets),
            share[query.asked[0].facet, query.value] < RARE_SHARE * len(gallery.products),
        )
        for kind in KINDS
        for query in sample_queries(gallery.products, kind, count, seed)
    ]


def drawn_asks(truth: Sequence[Truth], groups: Sequence[str], count: int, seed: int) -> list[Ask]:
    """Return up to `count` wishes for a kind with one or two values that some item has.

    One value in five is an exclusion.
    """
    rng = np.random.default_rng(seed)
    asks: dict[tuple[Any, ...], Ask] = {}
    for _ in range(20 * count):
        item = truth[int(rng.integers(len(truth)))]
        category = str(item["category"][0])
        facets = [
            f
            for f in VALUES
            if f == "details" or (item.get(f) and vocabulary.applicable(f, category))
        ]
        constraints = [Constraint(facet="category", op="require", value=category)]
        for facet in (facets[n] for n in rng.permutation(len(facets))[: int(rng.integers(1, 3))]):
            constraints += _asked(item, facet, rng)
        key = tuple(sorted(c.key for c in constraints))
        if len(constraints) > 1 and key not in asks:
            asks[key] = _ask(truth, groups, tuple(constraints))
        if len(asks) == count:
            break
    return [ask for ask in asks.values() if ask.fitting]


def like_asks(truth: Sequence[Truth], groups: Sequence[str], count: int, seed: int) -> list[Ask]:
    """Return up to `count` wishes to change one or two things about an item."""
    return [
        Ask(
            Wish(constraints=query.constraints),
            query.reference,
            frozenset(groups[row] for row in query.targets),
        )
        for changes in (1, 2)
        for query in drawn_queries(truth, changes, count // 2, seed)
    ]


def _asked(item: Truth, facet: str, rng: np.random.Generator) -> Iterator[Constraint]:
    own = [v for v in item.get(facet, ()) if v in vocabulary.leaf_values(facet)]
    others = [
        v
        for v in VALUES[facet]
        if not any(vocabulary.covers(facet, v, value) for value in item.get(facet, ()))
    ]
    if rng.random() < 0.2 and others:
        yield Constraint(facet=facet, op="exclude", value=str(rng.choice(others)))
    elif own:
        yield Constraint(facet=facet, op="require", value=str(rng.choice(own)))


def rare_values(truth: Sequence[Truth]) -> list[tuple[str, str]]:
    """Return the rare (facet, value) pairs, in the order of the vocabulary."""
    counts = Counter(
        (facet, value) for item in truth for facet, values in item.items() for value in set(values)
    )
    return [
        (facet, value)
        for facet in vocabulary.ATTRIBUTE_FACETS
        for value in vocabulary.leaf_values(facet)
        if 0 < counts[facet, value] < RARE_SHARE * len(truth)
    ]


def rare_asks(truth: Sequence[Truth], groups: Sequence[str]) -> list[Ask]:
    """Return a wish for every rare value, both alone and with every kind that has it."""
    asks = []
    for facet, value in rare_values(truth):
        rare = Constraint(facet=facet, op="require", value=value)
        kinds = sorted({str(item["category"][0]) for item in truth if value in item.get(facet, ())})
        named = (
            [()]
            if facet == "category"
            else [(), *((Constraint(facet="category", op="require", value=k),) for k in kinds)]
        )
        asks += [_ask(truth, groups, (*kind, rare), rare=True) for kind in named]
    return asks


def _ask(
    truth: Sequence[Truth], groups: Sequence[str], asked: tuple[Constraint, ...], rare: bool = False
) -> Ask:
    fitting = frozenset(
        group
        for item, group in zip(truth, groups, strict=True)
        if all(_meets(item, c) for c in asked)
    )
    return Ask(Wish(constraints=asked), None, fitting, rare)


def _meets(item: Mapping[str, Sequence[str]], c: Constraint) -> bool:
    return any(vocabulary.covers(c.facet, str(c.value), own) for own in item.get(c.facet, ())) == (
        c.op == "require"
    )
