"""Action: one round of search and check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from agent.cards import card
from agent.replies import Card, Check
from agent.state import LEANING, NEAREST, Clock, Found, Reference, Request, State
from agent.tools import Tools
from agent.wish.merge import COMPARATIVES
from agent.wish.references import borrowed_facets
from agent.wish.taste import Taste, packed
from agent.wording.reasons import with_likeness
from composer import Query
from guard import Verdict
from retrieval import Hit
from vocabulary.wish import HARD, Constraint, Wish

FIRST_FETCH = 3
"""Designs fetched for each card at first; the guard drops some."""
SOFT_STEPS = 4
"""In how many steps soft wishes come before rank: of two items that meet about as much, the better
ranked is first.
"""
SCREENED = 4_000
"""Where too few of these fit, and too few that the listings confirm, all rows that are allowed get
a quick look; of more than so many, those nearest to the query.
"""
BATCH = 4
"""Hits for each card that are judged at a time."""


@dataclass
class _Pool:
    """Judged hits of a round, in rank order."""

    fits: list[Card]
    unconfirmed: list[Card]
    judged: int = 0
    broken: int = 0
    failed: str = ""
    blame: dict[tuple[str, str, str], float] = field(default_factory=dict)


class Action:
    """Composes, searches and checks; widens the search while the guard refuses too many."""

    def __init__(self, tools: Tools, taste: Taste) -> None:
        self.tools, self.taste = tools, taste

    def __call__(self, state: State) -> dict:
        """The node: one round for `state["wish"]`."""
        request, wish, reference = state["request"], state["wish"], state["reference"]
        beyond = self._beyond(wish, reference) if state.get("narrow", True) else None
        call = fingerprint(wish, reference, request, state["avoid"], beyond is not None)
        if call in state.get("tried", ()):
            return {
                "tried": (call,),
                "steps": ("action",),
                "trace": ("the same search would find the same",),
            }
        avoid: frozenset[int] | np.ndarray = state["avoid"]
        if beyond is not None:
            beyond[list(avoid)] = True
            avoid = beyond
        found = self._round(state, wish, avoid, beyond is not None)
        thought = (
            f"searched {self.tools.catalog.live} items: {found.allowed} not ruled out by their listings, "
            f"{found.judged} checked, {len(found.fits)} fit, {len(found.unconfirmed)} unconfirmed, "
            f"{found.broken} refused"
        )
        return {"found": found, "tried": (call,), "steps": ("action",), "trace": (thought,)}

    def _round(
        self, state: State, wish: Wish, avoid: frozenset[int] | np.ndarray, narrowed: bool
    ) -> Found:
        request, reference, clock = state["request"], state["reference"], state["clock"]
        allowed = self.tools.allowed(wish.hard, avoid)
        taste = self.taste.vector(state["session"].id)
        seen, pool = set(), _Pool([], [])
        borrowed = borrowed_facets(reference.photo.hash) if reference.photo is not None else ()
        # the closed form alone knows what to do with a borrowed slice
        composer = "delta" if borrowed else request.composer or self.tools.composer
        query = self.tools.query(
            wish, reference.vector, composer, clock, borrowed, self.taste.emphasis(state["session"])
        )
        for fetch, within, grouped in self._steps(query, wish, avoid, allowed, request.k, clock):
            hits = self.tools.ranked(query, wish, fetch, avoid, taste, clock, grouped, within)
            if not request.guard:
                return replace(
                    self._unchecked(hits[: request.k], allowed, reference, wish),
                    query=packed(query.vector),
                )
            new = [hit for hit in hits if hit.row not in seen]
            for start in range(0, len(new), BATCH * request.k):
                batch = new[start : start + BATCH * request.k]
                self._judge(batch, wish, reference, pool, clock)
                seen |= {row for hit in batch for row in (hit.row, *hit.siblings)}
                if len(_designs(pool.fits)) >= request.k or pool.failed or clock.short:
                    break
            if len(_designs(pool.fits)) >= request.k or pool.failed or clock.short:
                break
        if pool.failed:
            return Found(allowed=allowed, judged=pool.judged, failed=pool.failed)
        fits = self._alike(_one_a_design(_in_order(pool.fits, wish), request.k), reference)
        unconfirmed = _one_a_design(
            _in_order(_likeliest(pool.unconfirmed), wish), request.k - len(fits)
        )
        return Found(
            fits,
            unconfirmed,
            allowed,
            pool.judged,
            pool.broken,
            self._fidelity(fits, reference, wish),
            narrowed,
            blame=pool.blame,
            query=packed(query.vector),
        )

    def _steps(
        self,
        query: Query,
        wish: Wish,
        avoid: frozenset[int] | np.ndarray,
        allowed: int,
        k: int,
        clock: Clock,
    ) -> Iterator[tuple[int, np.ndarray | None, bool]]:
        """What to fetch until enough fit: how many, within which rows (None: all that are allowed),
        and whether by design.

        The first step is enough for most wishes. After it, only what can turn out to fit is ranked
        and judged: what the listings confirm, what listings and pictures confirm together, then the
        likeliest of the others, which fill up as unconfirmed.
        """
        yield min(FIRST_FETCH * k, max(allowed, 1)), None, True
        if not wish.hard or allowed <= FIRST_FETCH * k:
            return
        confirmed = self.tools.catalog.affirmed_rows(wish)
        if confirmed.any():
            yield FIRST_FETCH * k, confirmed, True
        sure, others = self.tools.promising(query, wish, avoid, SCREENED, BATCH * k, clock)
        if sure.any():
            yield FIRST_FETCH * k, sure, True
        if others.any():
            yield BATCH * k, others, False

    def _judge(
        self, hits: Sequence[Hit], wish: Wish, reference: Reference, pool: _Pool, clock: Clock
    ) -> None:
        """Adds each hit, and the colourways behind it, to what fits or to what is unconfirmed."""
        scores = {row: hit.score for hit in hits for row in (hit.row, *hit.siblings)}
        asked = [c for c in wish.constraints if not (c.facet == "price" and c.op in COMPARATIVES)]
        rows = self._unbroken(
            list(scores), [c for c in asked if c.op in HARD], reference, pool, clock
        )
        if not rows:
            return
        judgement = self.tools.check(rows, asked, clock, reference.vector, reference.item)
        pool.failed = judgement.failed or pool.failed
        for place, (row, item) in enumerate(zip(rows, self.tools.catalog.items(rows), strict=True)):
            own = (
                v
                for c, v in zip(asked, judgement[place], strict=True)
                if c.reason not in (NEAREST, LEANING)
            )
            checks = (
                *(Check.model_validate(v) for v in own),
                *_priced(item.price, wish, reference),
            )
            state = judgement.status(place)
            if state != "broken":
                (pool.fits if state == "ok" else pool.unconfirmed).append(
                    card(item, scores[row], checks)
                )

    def _unbroken(
        self,
        rows: list[int],
        hard: Sequence[Constraint],
        reference: Reference,
        pool: _Pool,
        clock: Clock,
    ) -> list[int]:
        """The rows that break no hard constraint.

        Most items end here, before anything soft is weighed.
        """
        if not rows:
            return []
        judgement = self.tools.check(rows, hard, clock, reference.vector, reference.item)
        pool.failed = judgement.failed or pool.failed
        pool.judged += len(rows)
        left = []
        for place, row in enumerate(rows):
            if judgement.status(place) != "broken":
                left.append(row)
                continue
            pool.broken += 1
            _blame(
                pool,
                [
                    v
                    for c, v in zip(hard, judgement[place], strict=True)
                    if c.reason not in (NEAREST, LEANING)
                ],
            )
        return left

    def _alike(self, cards: Sequence[Card], reference: Reference) -> tuple[Card, ...]:
        """The cards, each told in what it is like the reference."""
        if reference.vector is None or not cards:
            return tuple(cards)
        near = self.tools.likeness(
            self.tools.vectors([shown.id for shown in cards]), reference.vector
        )
        return tuple(
            shown.model_copy(
                update={
                    "why": with_likeness(
                        shown.why, {name: float(n[row]) for name, n in near.items()}
                    )
                }
            )
            for row, shown in enumerate(cards)
        )

    def _unchecked(
        self, hits: Sequence[Hit], allowed: int, reference: Reference, wish: Wish
    ) -> Found:
        items = self.tools.catalog.items([hit.row for hit in hits])
        cards = tuple(card(item, hit.score, ()) for item, hit in zip(items, hits, strict=True))
        return Found(cards, (), allowed, 0, 0, self._fidelity(cards, reference, wish))

    def _beyond(self, wish: Wish, reference: Reference) -> np.ndarray | None:
        """(n,) bool: not cheaper (pricier) than the priced reference; None where the wish does not
        ask for that.
        """
        price = reference.priced.price if reference.priced else None
        asked = [c.op for c in wish.constraints if c.facet == "price" and c.op in COMPARATIVES]
        if price is None or not asked:
            return None
        prices = self.tools.catalog.prices
        beyond = ~(prices < round(price, 2) if asked[-1] == "less" else prices > round(price, 2))
        return beyond if beyond.any() else None

    def _fidelity(self, cards: Sequence[Card], reference: Reference, wish: Wish) -> float | None:
        """How like the reference the cards are, on average over the slices that the wish leaves
        alone.
        """
        encoder = self.tools.encoder
        touched = {
            encoder.facet_slice.get(c.facet)
            for c in wish.constraints
            if c.source not in ("photo", "memory")
        }
        kept = [name for name in encoder.layout.names if name not in touched]
        if reference.vector is None or not cards or not kept:
            return None
        near = self.tools.likeness(
            self.tools.vectors([card.id for card in cards]), reference.vector
        )
        return float(np.mean([near[name] for name in kept]))


def fingerprint(
    wish: Wish,
    reference: Reference,
    request: Request,
    avoid: frozenset[int],
    narrowed: bool = False,
) -> str:
    """A name for a search: two of the same name would find the same. narrowed: by the reference's
    price.
    """
    digest = hashlib.blake2b(digest_size=12)
    digest.update(wish.model_dump_json().encode())
    digest.update(b"" if reference.vector is None else reference.vector.tobytes())
    digest.update(
        repr((request.k, request.guard, request.composer, sorted(avoid), narrowed)).encode()
    )
    return digest.hexdigest()


def _priced(price: float | None, wish: Wish, reference: Reference) -> tuple[Check, ...]:
    """What the listing's price says to "cheaper" and "pricier"."""
    checks = []
    anchor = reference.priced.price if reference.priced else None
    for c in wish.constraints:
        if c.facet == "price" and c.op in COMPARATIVES:
            known = price is not None and anchor is not None
            met = known and (price < anchor if c.op == "less" else price > anchor)
            checks.append(
                Check(
                    facet="price",
                    op=c.op,
                    value=c.value,
                    source="listing" if known else "none",
                    verdict="met" if met else "broken" if known else "unknown",
                    confidence=1.0 if known else 0.0,
                )
            )
    return tuple(checks)


def _blame(pool: _Pool, verdicts: Sequence[Verdict]) -> None:
    """Shares a refused item's failure out among the constraints that it breaks."""
    broken = [(v.facet, v.op, str(v.value)) for v in verdicts if v.verdict == "broken"]
    for key in broken:
        pool.blame[key] = pool.blame.get(key, 0.0) + 1 / len(broken)


def _likeliest(cards: Sequence[Card]) -> list[Card]:
    """What most probably meets its open conditions first, in steps of a quarter; within a step in
    rank order.
    """
    return sorted(
        cards,
        key=lambda shown: -round(4 * min((check.confidence for check in shown.open), default=0.0)),
    )


def _in_order(cards: Sequence[Card], wish: Wish) -> list[Card]:
    """What fails fewest comparatives first, then what meets most of the words' soft wishes, else in
    rank order.

    A photo's kind counts like words: it is what the reply says that it sees. Where nothing is
    cheaper, the cheapest comes first.
    """
    failed = {"broken": 2, "unknown": 1, "met": 0}
    hoped = {
        c.key: c.weight * c.confidence
        for c in wish.of("prefer")
        if c.source in ("words", "vibe", "button") or (c.source, c.facet) == ("photo", "category")
    }
    whole = sum(hoped.values())

    def standing(shown: Card) -> tuple[float, float, float]:
        compared = [v for v in shown.verdicts if v.op in COMPARATIVES]
        dearer = next(
            (v.op for v in compared if v.facet == "price" and v.verdict == "broken"), None
        )
        price = (
            0.0
            if dearer is None or shown.price is None
            else shown.price
            if dearer == "less"
            else -shown.price
        )
        met = sum(
            hoped.get((v.facet, v.op, str(v.value)), 0.0)
            for v in shown.verdicts
            if v.verdict == "met"
        )
        return (
            sum(failed[v.verdict] for v in compared),
            price,
            -round(SOFT_STEPS * met / whole) if whole else 0.0,
        )

    return sorted(cards, key=standing)


def _designs(cards: Sequence[Card]) -> set[str]:
    return {card.group for card in cards}


def _one_a_design(cards: Sequence[Card], k: int) -> tuple[Card, ...]:
    """k cards: the best of each design first, then further colourways where there is room."""
    first: dict[str, Card] = {}
    for shown in cards:
        first.setdefault(shown.group, shown)
    leaders = list(first.values())
    chosen = {shown.id for shown in leaders}
    return tuple([*leaders, *(c for c in cards if c.id not in chosen)][: max(k, 0)])
