"""Which rows a listing rules out: bitmaps, one a stated value, made when a catalogue is built.

A row is out only where the listing contradicts the wish; a silent row stays, for the guard to judge. What counts as
stated: the structured fields, then the listing's text where those are silent.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import numpy as np

import vocabulary
from catalog import bitmaps
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.listing.statements import Key, statements
from vocabulary.wish import Constraint, PriceRange

_KEPT = 256
"""Answers kept, 125 kB each for a million rows."""


class FacetTable:
    """Stated values, prices, brands and stock of all rows, as columns.

    yes, no: {(facet, value): ((n + 7) // 8,) uint8}, a bit a row, in which all is worked out: a million rows are 125 kB.
    price (n,) float32, NaN where unknown.
    """

    def __init__(
        self,
        n: int,
        yes: dict[Key, np.ndarray],
        no: dict[Key, np.ndarray],
        price: np.ndarray,
        brand: np.ndarray,
        brands: Sequence[str],
        sized: np.ndarray,
        available: np.ndarray,
    ):
        self.n, self.yes, self.no = n, yes, no
        self.price, self.brand, self.brands = price, brand, list(brands)
        self.sized, self.available = sized, available
        self._answers: OrderedDict[tuple[str, str, str, str | PriceRange], np.ndarray] = (
            OrderedDict()
        )

    @classmethod
    def of(cls, items: Sequence[Item], claims: Sequence[Sequence[Claim]]) -> FacetTable:
        """The table of these rows, in order."""
        yes: dict[Key, list[int]] = {}
        no: dict[Key, list[int]] = {}
        codes = {
            name: code
            for code, name in enumerate(
                sorted({vocabulary.normal(i.brand) for i in items if i.brand})
            )
        }
        for row, (item, said) in enumerate(zip(items, claims, strict=True)):
            stated = statements(item, said)
            affirmed, denied = stated.affirmed(), stated.denied()
            affirmed |= {("size", size.upper().strip()) for size in item.sizes_in_stock()}
            for table, keys in ((yes, affirmed), (no, denied)):
                for key in keys:
                    table.setdefault(key, []).append(row)
        n = len(items)
        return cls(
            n,
            {k: bitmaps.packed(rows, n) for k, rows in sorted(yes.items())},
            {k: bitmaps.packed(rows, n) for k, rows in sorted(no.items())},
            price=np.array(
                [np.nan if i.price is None else i.price for i in items], dtype=np.float32
            ),
            brand=np.array(
                [codes.get(vocabulary.normal(i.brand), -1) for i in items], dtype=np.int32
            ),
            brands=list(codes),
            sized=np.array([bool(i.sizes) for i in items], dtype=bool),
            available=np.array(
                [i.available and (not i.sizes or bool(i.sizes_in_stock())) for i in items],
                dtype=bool,
            ),
        )

    @classmethod
    def joined(cls, tables: Sequence[FacetTable], kept: Sequence[np.ndarray]) -> FacetTable:
        """The rows of several tables in one, those of a mask (n_i,) bool of each."""
        brands = sorted({name for table in tables for name in table.brands})
        codes = {name: code for code, name in enumerate(brands)}
        own = [
            np.array([codes[name] for name in table.brands] + [-1], dtype=np.int32)
            for table in tables
        ]

        def column(name: str) -> np.ndarray:
            return np.concatenate(
                [getattr(table, name)[rows] for table, rows in zip(tables, kept, strict=True)]
            )

        def packed(side: str) -> dict[Key, np.ndarray]:
            keys = sorted({key for table in tables for key in getattr(table, side)})
            return {
                key: np.packbits(
                    np.concatenate(
                        [
                            table._unpacked(getattr(table, side).get(key, table._none()))[rows]
                            for table, rows in zip(tables, kept, strict=True)
                        ]
                    )
                )
                for key in keys
            }

        brand = np.concatenate(
            [code[table.brand][rows] for code, table, rows in zip(own, tables, kept, strict=True)]
        )
        return cls(
            len(brand),
            packed("yes"),
            packed("no"),
            column("price"),
            brand,
            brands,
            column("sized"),
            column("available"),
        )

    def save(self, path: Path) -> None:
        """One .npz without pickles."""
        width = (self.n + 7) // 8
        np.savez(
            path,
            keys=np.array(
                json.dumps(
                    {"n": self.n, "yes": list(self.yes), "no": list(self.no), "brands": self.brands}
                )
            ),
            yes=np.array(list(self.yes.values()), dtype=np.uint8).reshape(len(self.yes), width),
            no=np.array(list(self.no.values()), dtype=np.uint8).reshape(len(self.no), width),
            price=self.price,
            brand=self.brand,
            sized=self.sized,
            available=self.available,
        )

    @classmethod
    def load(cls, path: Path) -> FacetTable:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            keys = json.loads(str(data["keys"]))
            yes = dict(zip(map(tuple, keys["yes"]), data["yes"], strict=True))
            no = dict(zip(map(tuple, keys["no"]), data["no"], strict=True))
            return cls(
                keys["n"],
                yes,
                no,
                data["price"],
                data["brand"],
                keys["brands"],
                data["sized"],
                data["available"],
            )

    # -- what is stated

    @cached_property
    def values(self) -> dict[str, list[str]]:
        """{facet: values that some listing states}."""
        found: dict[str, list[str]] = {}
        for facet, value in self.yes:
            found.setdefault(facet, []).append(value)
        return found

    def counts(self, rows: np.ndarray | None = None) -> dict[str, dict[str, int]]:
        """{facet: {value: rows that state it}}, brands included. rows (n,) bool: only these count."""
        within = None if rows is None else np.packbits(rows)
        counts: dict[str, dict[str, int]] = {
            facet: {} for facet in vocabulary.FACETS if facet != "price"
        }
        for (facet, value), bits in self.yes.items():
            counts[facet][value] = int(
                np.bitwise_count(bits if within is None else bits & within).sum()
            )
        known = (self.brand >= 0) if rows is None else (self.brand >= 0) & rows
        for name, count in zip(
            self.brands, np.bincount(self.brand[known], minlength=len(self.brands)), strict=True
        ):
            counts["brand"][name] = int(count)
        return counts

    # -- verdicts

    def allowed(self, groups: Iterable[Sequence[Constraint]]) -> np.ndarray:
        """(n,) bool: False where the listing contradicts all alternatives of a group."""
        return self._unpacked(
            self._all_of(
                ~bitmaps.all_of([self._answer("contradicted", c) for c in group])
                for group in groups
            )
        )

    def confirmed(self, groups: Iterable[Sequence[Constraint]]) -> np.ndarray:
        """(n,) bool: True where the listing affirms one alternative of every group."""
        return self._unpacked(
            self._all_of(
                bitmaps.any_of([self._answer("affirmed", c) for c in group]) for group in groups
            )
        )

    def _all_of(self, parts: Iterable[np.ndarray]) -> np.ndarray:
        found = np.full((self.n + 7) // 8, 255, dtype=np.uint8)
        for part in parts:
            found &= part
        return found

    def _unpacked(self, bits: np.ndarray) -> np.ndarray:
        return np.unpackbits(bits, count=self.n).view(bool)

    def _answer(self, question: str, constraint: Constraint) -> np.ndarray:
        """Packed answers, the last ones kept: a conversation asks for the same ones again and again."""
        key = (question, constraint.facet, constraint.op, constraint.value)
        kept = self._answers.get(key)
        if kept is None:
            kept = (
                self._affirmed(constraint)
                if question == "affirmed"
                else self._contradicted(constraint)
            )
            self._answers[key] = kept
            while len(self._answers) > _KEPT:
                with suppress(KeyError):  # another thread was faster
                    self._answers.popitem(last=False)
        return kept

    def _affirmed(self, constraint: Constraint) -> np.ndarray:
        facet, value, exclude = constraint.facet, constraint.value, constraint.op == "exclude"
        if isinstance(value, PriceRange):
            known, inside = ~np.isnan(self.price), self._in_range(value)
            return np.packbits(known & (inside != exclude))
        has = self._has(facet, value)
        if not exclude:
            return has
        if facet == "brand":
            return np.packbits(self.brand >= 0) & ~has
        return (
            (self._closed(facet, value) & ~has)
            | self._any(self.no, facet, vocabulary.ancestors(facet, value))
            | self._inapplicable(facet, value)
        )

    def _contradicted(self, constraint: Constraint) -> np.ndarray:
        facet, value = constraint.facet, constraint.value
        if not constraint.hard:
            return self._none()
        if isinstance(value, PriceRange):
            known, inside = ~np.isnan(self.price), self._in_range(value)
            return np.packbits(known & (inside == (constraint.op == "exclude")))
        has = self._has(facet, value)
        if constraint.op == "exclude":
            return has
        if facet == "brand":
            return np.packbits(self.brand >= 0) & ~has
        if facet == "size":
            return np.packbits(self.sized) & ~has
        denied = self._any(self.no, facet, vocabulary.ancestors(facet, value)) & ~has
        return denied | self._inapplicable(facet, value) | (self._closed(facet, value) & ~has)

    # -- packed columns

    def _none(self) -> np.ndarray:
        return np.zeros((self.n + 7) // 8, dtype=np.uint8)

    def _any(self, table: dict[Key, np.ndarray], facet: str, values: Iterable[str]) -> np.ndarray:
        return bitmaps.any_of(
            [table[facet, value] for value in values if (facet, value) in table], self._none()
        )

    def _states(self, facet: str) -> np.ndarray:
        """The listing states some value of the facet (shades of a colour are not a colour)."""
        values = self.values.get(facet, [])
        return self._any(
            self.yes, facet, [v for v in values if facet != "color" or v not in vocabulary.SHADES]
        )

    def _has(self, facet: str, value: str) -> np.ndarray:
        if facet == "brand":
            name = vocabulary.normal(value)
            return (
                np.packbits(self.brand == self.brands.index(name))
                if name in self.brands
                else self._none()
            )
        if facet == "size":
            return self._any(self.yes, "size", {value.upper().strip(), *vocabulary.ONE_SIZE})
        return self._any(
            self.yes, facet, vocabulary.descendants(facet, value)
        ) & ~self._inapplicable(facet, value)

    def _closed(self, facet: str, value: str) -> np.ndarray:
        """Rows whose statement on the facet leaves no room for `value`."""
        if facet in vocabulary.OPEN_WORLD or vocabulary.is_shade(facet, value):
            return self._none()
        vague = {*vocabulary.ancestors(facet, value)} - {value}  # "blue" may well be navy
        if facet in vocabulary.VAGUE:
            vague.add(vocabulary.VAGUE[facet])
        closed = self._states(facet) & ~self._any(self.yes, facet, vague)
        if value == vocabulary.VAGUE.get(facet) and not vocabulary.exclusive(facet):
            closed &= ~bitmaps.twice(
                [self.yes[facet, v] for v in self.values.get(facet, [])], self._none()
            )
        return closed

    def _inapplicable(self, facet: str, value: str) -> np.ndarray:
        """Rows whose every stated category cannot have the facet (sleeves of a belt)."""
        if facet in ("category", *vocabulary.OPEN_FACETS):
            return self._none()
        able = [
            c for c in self.values.get("category", []) if vocabulary.applicable(facet, c, value)
        ]
        return self._states("category") & ~self._any(self.yes, "category", able)

    def _in_range(self, bounds: PriceRange) -> np.ndarray:
        low = -np.inf if bounds.min is None else bounds.min
        high = np.inf if bounds.max is None else bounds.max
        return (self.exact_price >= low) & (self.exact_price <= high)

    @cached_property
    def exact_price(self) -> np.ndarray:
        """(n,) float64, to the cent: 19.99 as float32 is a little more than 19.99."""
        return np.round(self.price.astype(np.float64), 2)
