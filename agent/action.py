"""The Action node: one round of search and check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from agent.cards import card
from agent.ordering import designs, designs_first, in_order, likeliest
from agent.replies import Card, Check
from agent.state import LEANING, NEAREST, Clock, Found, Reference, Request, State, Update
from agent.tools import Tools
from agent.wish.merge import COMPARATIVES
from agent.wish.references import borrowed_facets
from agent.wish.taste import Taste, packed
from agent.wording.reasons import with_likeness
from composer import Query
from guard import Verdict
from retrieval import Hit
from vocabulary.wish import HARD, Constraint, Wish

FETCH_FACTOR = 3
"""Designs fetched per card; more than one, because the guard refuses some."""
MAX_SCREENED = 4_000
"""Maximum number of rows screened if too few of the first hits fit.

If more rows are allowed, only those nearest to the query are screened.
"""
BATCH_FACTOR = 4
"""Hits judged at a time, per card."""


@dataclass
class _Judged:
    """The judged hits of a round, in rank order."""

    fits: list[Card]
    unconfirmed: list[Card]
    judged: int = 0
    broken: int = 0
    failed: str = ""
    blame: dict[tuple[str, str, str], float] = field(default_factory=dict)


class Action:
    """Node that composes, searches and checks, and widens the search if too few items pass."""

    def __init__(self, tools: Tools, taste: Taste) -> None:
        self.tools, self.taste = tools, taste

    def __call__(self, state: State) -> Update:
        """Run one round for `state["wish"]`."""
        request, wish, reference = state["request"], state["wish"], state["reference"]
        off_limits = self._wrong_price(wish, reference) if state.get("narrow", True) else None
        narrowed = off_limits is not None
        call = fingerprint(wish, reference, request, state["avoid"], narrowed)
        if call in state.get("tried", ()):
            return {
                "tried": (call,),
                "steps": ("action",),
                "trace": ("the same search would find the same",),
            }
        avoid: frozenset[int] | np.ndarray = state["avoid"]
        if off_limits is not None:
            off_limits[list(avoid)] = True
            avoid = off_limits
        found = self._round(state, wish, avoid, off_limits is not None)
        summary = (
            f"searched {self.tools.catalog.live} items: "
            f"{found.allowed} not ruled out by their listings, {found.judged} checked, "
            f"{len(found.fits)} fit, {len(found.unconfirmed)} unconfirmed, {found.broken} refused"
        )
        return {"found": found, "tried": (call,), "steps": ("action",), "trace": (summary,)}

    def _round(
        self, state: State, wish: Wish, avoid: frozenset[int] | np.ndarray, narrowed: bool
    ) -> Found:
        request, reference, clock = state["request"], state["reference"], state["clock"]
        allowed = self.tools.allowed(wish.hard, avoid)
        taste = self.taste.vector(state["session"].id)
        seen, pool = set(), _Judged([], [])
        borrowed = borrowed_facets(reference.photo.hash) if reference.photo is not None else ()
        # only the closed form can handle a borrowed slice
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
            for start in range(0, len(new), BATCH_FACTOR * request.k):
                batch = new[start : start + BATCH_FACTOR * request.k]
                self._judge(batch, wish, reference, pool, clock)
                seen |= {row for hit in batch for row in (hit.row, *hit.siblings)}
                if len(designs(pool.fits)) >= request.k or pool.failed or clock.short:
                    break
            if len(designs(pool.fits)) >= request.k or pool.failed or clock.short:
                break
        if pool.failed:
            return Found(allowed=allowed, judged=pool.judged, failed=pool.failed)
        fits = self._with_likeness(designs_first(in_order(pool.fits, wish), request.k), reference)
        unconfirmed = designs_first(
            in_order(likeliest(pool.unconfirmed), wish), request.k - len(fits)
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
        """Yield successive fetches until enough items fit.

        Each is (number of rows, row mask or None, whether to take one per design). The first step
        is enough for most wishes. Later steps rank and judge only rows that may fit: first those
        that the listings confirm, then those that listings and pictures confirm together, then the
        likeliest of the rest, which fill the remaining places as unconfirmed.
        """
        yield min(FETCH_FACTOR * k, max(allowed, 1)), None, True
        if not wish.hard or allowed <= FETCH_FACTOR * k:
            return
        confirmed = self.tools.catalog.affirmed_rows(wish)
        if confirmed.any():
            yield FETCH_FACTOR * k, confirmed, True
        sure, others = self.tools.promising(
            query, wish, avoid, MAX_SCREENED, BATCH_FACTOR * k, clock
        )
        if sure.any():
            yield FETCH_FACTOR * k, sure, True
        if others.any():
            yield BATCH_FACTOR * k, others, False

    def _judge(
        self, hits: Sequence[Hit], wish: Wish, reference: Reference, pool: _Judged, clock: Clock
    ) -> None:
        """Add each hit and its other colourways to the fitting or the unconfirmed items."""
        scores = {row: hit.score for hit in hits for row in (hit.row, *hit.siblings)}
        checked = [c for c in wish.constraints if not (c.facet == "price" and c.op in COMPARATIVES)]
        rows = self._unbroken(
            list(scores), [c for c in checked if c.op in HARD], reference, pool, clock
        )
        if not rows:
            return
        judgement = self.tools.check(rows, checked, clock, reference.vector, reference.item)
        pool.failed = judgement.failed or pool.failed
        for place, (row, item) in enumerate(zip(rows, self.tools.catalog.items(rows), strict=True)):
            own = (
                v
                for c, v in zip(checked, judgement[place], strict=True)
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
        pool: _Judged,
        clock: Clock,
    ) -> list[int]:
        """Return the rows that break no hard constraint.

        This drops most rows before any soft constraint is judged.
        """
        if not rows:
            return []
        judgement = self.tools.check(rows, hard, clock, reference.vector, reference.item)
        pool.failed = judgement.failed or pool.failed
        pool.judged += len(rows)
        unbroken = []
        for place, row in enumerate(rows):
            if judgement.status(place) != "broken":
                unbroken.append(row)
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
        return unbroken

    def _with_likeness(self, cards: Sequence[Card], reference: Reference) -> tuple[Card, ...]:
        """Return the cards, each with a line on how it resembles the reference."""
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

    def _wrong_price(self, wish: Wish, reference: Reference) -> np.ndarray | None:
        """Return (n,) bool: rows that are not cheaper (dearer) than the priced reference.

        Returns None if the wish does not ask for that, or if no row is ruled out.
        """
        price = reference.priced.price if reference.priced else None
        directions = [c.op for c in wish.constraints if c.facet == "price" and c.op in COMPARATIVES]
        if price is None or not directions:
            return None
        prices = self.tools.catalog.prices
        off_limits = ~(
            prices < round(price, 2) if directions[-1] == "less" else prices > round(price, 2)
        )
        return off_limits if off_limits.any() else None

    def _fidelity(self, cards: Sequence[Card], reference: Reference, wish: Wish) -> float | None:
        """Return the cards' mean likeness to the reference over the untouched slices.

        Returns None without a reference, or if the wish touches every slice.
        """
        encoder = self.tools.encoder
        touched = {
            encoder.facet_slice.get(c.facet)
            for c in wish.constraints
            if c.source not in ("photo", "memory")
        }
        untouched = [name for name in encoder.layout.names if name not in touched]
        if reference.vector is None or not cards or not untouched:
            return None
        near = self.tools.likeness(
            self.tools.vectors([card.id for card in cards]), reference.vector
        )
        return float(np.mean([near[name] for name in untouched]))


def fingerprint(
    wish: Wish,
    reference: Reference,
    request: Request,
    avoid: frozenset[int],
    narrowed: bool = False,
) -> str:
    """Return a digest of a search; searches with equal digests have equal results.

    narrowed: whether only rows on the right side of the reference's price are searched
    """
    digest = hashlib.blake2b(digest_size=12)
    digest.update(wish.model_dump_json().encode())
    digest.update(b"" if reference.vector is None else reference.vector.tobytes())
    digest.update(
        repr((request.k, request.guard, request.composer, sorted(avoid), narrowed)).encode()
    )
    return digest.hexdigest()


def _priced(price: float | None, wish: Wish, reference: Reference) -> tuple[Check, ...]:
    """Check "cheaper" and "dearer" against the listing's price."""
    checks = []
    anchor = reference.priced.price if reference.priced else None
    for c in wish.constraints:
        if c.facet == "price" and c.op in COMPARATIVES:
            verdict: Literal["met", "broken", "unknown"] = "unknown"
            if price is not None and anchor is not None:
                met = price < anchor if c.op == "less" else price > anchor
                verdict = "met" if met else "broken"
            known = verdict != "unknown"
            checks.append(
                Check(
                    facet="price",
                    op=c.op,
                    value=c.value,
                    source="listing" if known else "none",
                    verdict=verdict,
                    confidence=1.0 if known else 0.0,
                )
            )
    return tuple(checks)


def _blame(pool: _Judged, verdicts: Sequence[Verdict]) -> None:
    """Share a refused item's failure among the constraints that it breaks."""
    broken = [(v.facet, v.op, str(v.value)) for v in verdicts if v.verdict == "broken"]
    for key in broken:
        pool.blame[key] = pool.blame.get(key, 0.0) + 1 / len(broken)
