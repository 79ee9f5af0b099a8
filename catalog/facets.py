"""The filter: finds the rows whose listing rules them out, using bitmaps of stated values.

A row is dropped only if its listing contradicts the wish. A listing that says nothing keeps the
row, for the guard to judge. Stated values come from the structured fields, then from the listing's
text where the fields say nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Literal

import numpy as np
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

import vocabulary
from catalog import bitmaps
from catalog.bitmaps import Bits
from catalog.facet_columns import FacetColumns
from catalog.listing.statements import Key
from vocabulary.wish import Constraint, PriceRange

MAX_CACHED_ANSWERS = 256
"""At 125 kB each for a million rows."""
Question = Literal["affirmed", "contradicted"]


def _answer_key(
    table: object, question: Question, constraint: Constraint
) -> tuple[str, str, str, str | PriceRange]:
    return question, constraint.facet, constraint.op, constraint.value


class FacetTable(FacetColumns):
    """The columns of a part, and the verdicts of its listings on constraints.

    All verdicts are computed on bitmaps. Answers are cached because a conversation asks for the
    same ones repeatedly.
    """

    def __init__(
        self,
        n: int,
        affirmed: dict[Key, Bits],
        denied: dict[Key, Bits],
        price: np.ndarray,
        brand: np.ndarray,
        brands: Sequence[str],
        sized: np.ndarray,
        available: np.ndarray,
    ) -> None:
        super().__init__(n, affirmed, denied, price, brand, brands, sized, available)
        self._answers: LRUCache[tuple[str, str, str, str | PriceRange], Bits] = LRUCache(
            MAX_CACHED_ANSWERS
        )
        self._lock = threading.Lock()

    def allowed(self, groups: Iterable[Sequence[Constraint]]) -> NDArray[np.bool_]:
        """Return (n,) bool: False where the listing contradicts all alternatives of a group."""
        contradicted = (
            bitmaps.all_of([self._answer("contradicted", constraint) for constraint in group])
            for group in groups
        )
        return self._all_of(~bits for bits in contradicted)

    def confirmed(self, groups: Iterable[Sequence[Constraint]]) -> NDArray[np.bool_]:
        """Return (n,) bool: True where the listing affirms an alternative of every group."""
        return self._all_of(
            bitmaps.any_of(
                [self._answer("affirmed", constraint) for constraint in group], self._none()
            )
            for group in groups
        )

    def _all_of(self, parts: Iterable[Bits]) -> NDArray[np.bool_]:
        bits = ~self._none()
        for part in parts:
            bits &= part
        return bitmaps.unpack(bits, self.n)

    @cachedmethod(attrgetter("_answers"), key=_answer_key, lock=attrgetter("_lock"))
    def _answer(self, question: Question, constraint: Constraint) -> Bits:
        """Return the rows whose listing affirms or contradicts a constraint."""
        if isinstance(constraint.value, PriceRange):
            return self._price_answer(question, constraint, constraint.value)
        if question == "contradicted":
            return self._contradicted(constraint, constraint.value)
        return self._affirmed(constraint, constraint.value)

    def _price_answer(self, question: Question, constraint: Constraint, bounds: PriceRange) -> Bits:
        if question == "contradicted" and not constraint.hard:
            return self._none()
        low = -np.inf if bounds.min is None else bounds.min
        high = np.inf if bounds.max is None else bounds.max
        known = ~np.isnan(self.price)
        inside = (self.exact_price >= low) & (self.exact_price <= high)
        wants_inside = (constraint.op == "exclude") == (question == "contradicted")
        return np.packbits(known & (inside == wants_inside))

    def _affirmed(self, constraint: Constraint, value: str) -> Bits:
        facet, has = constraint.facet, self._has(constraint.facet, value)
        if constraint.op != "exclude":
            return has
        if facet == "brand":
            return self._with_brand() & ~has
        return (
            (self._rules_out(facet, value) & ~has)
            | self._any_of(self.denied, facet, vocabulary.ancestors(facet, value))
            | self._inapplicable(facet, value)
        )

    def _contradicted(self, constraint: Constraint, value: str) -> Bits:
        if not constraint.hard:
            return self._none()
        facet, has = constraint.facet, self._has(constraint.facet, value)
        if constraint.op == "exclude":
            return has
        if facet == "brand":
            return self._with_brand() & ~has
        if facet == "size":
            return np.packbits(self.sized) & ~has
        denied = self._any_of(self.denied, facet, vocabulary.ancestors(facet, value))
        return ((denied | self._rules_out(facet, value)) & ~has) | self._inapplicable(facet, value)

    def _none(self) -> Bits:
        return bitmaps.empty(self.n)

    def _any_of(self, table: dict[Key, Bits], facet: str, values: Iterable[str]) -> Bits:
        return bitmaps.any_of(
            [table[facet, value] for value in values if (facet, value) in table], self._none()
        )

    def _with_brand(self) -> Bits:
        return np.packbits(self.brand >= 0)

    def _states(self, facet: str) -> Bits:
        """Return the rows that state a value of the facet. A shade does not count as a colour."""
        values = [v for v in self.values.get(facet, []) if not vocabulary.is_shade(facet, v)]
        return self._any_of(self.affirmed, facet, values)

    def _has(self, facet: str, value: str) -> Bits:
        """Return the rows that state the value or a value that it covers."""
        if facet == "brand":
            name = vocabulary.normal(value)
            if name not in self.brands:
                return self._none()
            return np.packbits(self.brand == self.brands.index(name))
        if facet == "size":
            return self._any_of(
                self.affirmed, "size", {value.upper().strip(), *vocabulary.ONE_SIZE}
            )
        stated = self._any_of(self.affirmed, facet, vocabulary.descendants(facet, value))
        return stated & ~self._inapplicable(facet, value)

    def _rules_out(self, facet: str, value: str) -> Bits:
        """Return the rows whose statement on the facet rules out any other value."""
        if facet in vocabulary.OPEN_WORLD or vocabulary.is_shade(facet, value):
            return self._none()
        # An item listed as "blue" may be navy.
        vague = {*vocabulary.ancestors(facet, value)} - {value}
        catch_all = vocabulary.VAGUE.get(facet)
        if catch_all is not None:
            vague.add(catch_all)
        closed = self._states(facet) & ~self._any_of(self.affirmed, facet, vague)
        if value == catch_all and not vocabulary.exclusive(facet):
            # Several values together count as the catch-all: red and blue are multicolor.
            stated = [self.affirmed[facet, name] for name in self.values.get(facet, [])]
            closed &= ~bitmaps.at_least_two_of(stated, self._none())
        return closed

    def _inapplicable(self, facet: str, value: str) -> Bits:
        """Return the rows none of whose stated categories can have the facet.

        A belt has no sleeves.
        """
        if facet in ("category", *vocabulary.OPEN_FACETS):
            return self._none()
        able = [
            category
            for category in self.values.get("category", [])
            if vocabulary.applicable(facet, category, value)
        ]
        return self._states("category") & ~self._any_of(self.affirmed, "category", able)
