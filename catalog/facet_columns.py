"""Columns and bitmaps of what a part's listings state, and the file that stores them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

import vocabulary
from catalog import bitmaps
from catalog.bitmaps import Bits
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.listing.statements import Key, statements


class FacetColumns:
    """Stated values, prices, brands and stock of n rows.

    Attributes:
        affirmed, denied: {(facet, value): bitmap of the rows whose listing affirms or denies it}.
        price: (n,) float32, NaN where unknown.
        brand: (n,) int32 into `brands`, -1 where unknown.
        brands: Names in lower case.
        sized: (n,) bool, whether the listing has sizes.
        available: (n,) bool, whether something of it can be bought.
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
        self.n, self.affirmed, self.denied = n, affirmed, denied
        self.price, self.brand, self.brands = price, brand, list(brands)
        self.sized, self.available = sized, available

    @classmethod
    def of(cls, items: Sequence[Item], claims: Sequence[Sequence[Claim]]) -> Self:
        """Return the columns of these items, in order, including the claims of their texts."""
        affirmed_rows: dict[Key, list[int]] = {}
        denied_rows: dict[Key, list[int]] = {}
        for row, (item, item_claims) in enumerate(zip(items, claims, strict=True)):
            stated = statements(item, item_claims)
            affirmed, denied = stated.affirmed(), stated.denied()
            sizes = {("size", size.upper().strip()) for size in item.sizes_in_stock()}
            for key in affirmed | sizes:
                affirmed_rows.setdefault(key, []).append(row)
            for key in denied:
                denied_rows.setdefault(key, []).append(row)
        n = len(items)
        prices = [np.nan if item.price is None else item.price for item in items]
        brands = sorted({vocabulary.normal(item.brand) for item in items if item.brand})
        codes = {name: code for code, name in enumerate(brands)}
        return cls(
            n,
            {key: bitmaps.pack_rows(rows, n) for key, rows in sorted(affirmed_rows.items())},
            {key: bitmaps.pack_rows(rows, n) for key, rows in sorted(denied_rows.items())},
            price=np.array(prices, dtype=np.float32),
            brand=np.array(
                [codes.get(vocabulary.normal(item.brand), -1) for item in items], dtype=np.int32
            ),
            brands=brands,
            sized=np.array([bool(item.sizes) for item in items], dtype=bool),
            available=np.array([item.in_stock for item in items], dtype=bool),
        )

    @classmethod
    def joined(cls, tables: Sequence[FacetColumns], masks: Sequence[np.ndarray]) -> Self:
        """Return one table with rows of several; masks (n_i,) bool select the rows of each."""
        chosen = list(zip(tables, masks, strict=True))
        brands = sorted({name for table in tables for name in table.brands})
        codes = {name: code for code, name in enumerate(brands)}
        brand_columns = []
        for table, mask in chosen:
            # The last entry stands for -1, an unknown brand.
            new_codes = np.array([codes[name] for name in table.brands] + [-1], dtype=np.int32)
            brand_columns.append(new_codes[table.brand][mask])
        brand = np.concatenate(brand_columns)
        return cls(
            len(brand),
            _joined_bitmaps([(table.affirmed, table.n, mask) for table, mask in chosen]),
            _joined_bitmaps([(table.denied, table.n, mask) for table, mask in chosen]),
            np.concatenate([table.price[mask] for table, mask in chosen]),
            brand,
            brands,
            np.concatenate([table.sized[mask] for table, mask in chosen]),
            np.concatenate([table.available[mask] for table, mask in chosen]),
        )

    def save(self, path: Path) -> None:
        """Write one .npz file without pickles."""
        width = (self.n + 7) // 8
        keys = {
            "n": self.n,
            "yes": list(self.affirmed),
            "no": list(self.denied),
            "brands": self.brands,
        }
        np.savez(
            path,
            keys=np.array(json.dumps(keys)),
            yes=np.array(list(self.affirmed.values()), dtype=np.uint8).reshape(
                len(self.affirmed), width
            ),
            no=np.array(list(self.denied.values()), dtype=np.uint8).reshape(
                len(self.denied), width
            ),
            price=self.price,
            brand=self.brand,
            sized=self.sized,
            available=self.available,
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            keys = json.loads(str(data["keys"]))
            return cls(
                keys["n"],
                dict(zip(map(tuple, keys["yes"]), data["yes"], strict=True)),
                dict(zip(map(tuple, keys["no"]), data["no"], strict=True)),
                data["price"],
                data["brand"],
                keys["brands"],
                data["sized"],
                data["available"],
            )

    @cached_property
    def values(self) -> dict[str, list[str]]:
        """{facet: values that at least one listing affirms}."""
        values: dict[str, list[str]] = {}
        for facet, value in self.affirmed:
            values.setdefault(facet, []).append(value)
        return values

    @cached_property
    def exact_price(self) -> np.ndarray:
        """(n,) float64, rounded to the cent: 19.99 as float32 is slightly more than 19.99."""
        prices: np.ndarray = np.round(self.price.astype(np.float64), 2)
        return prices

    def counts(self, mask: np.ndarray | None = None) -> dict[str, dict[str, int]]:
        """Return {facet: {value: number of rows that affirm it}}, brands included.

        mask: (n,) bool; only these rows count.
        """
        counts: dict[str, dict[str, int]] = {
            facet: {} for facet in vocabulary.FACETS if facet != "price"
        }
        packed = None if mask is None else np.packbits(mask)
        for (facet, value), bits in self.affirmed.items():
            counted = bits if packed is None else bits & packed
            counts[facet][value] = int(np.bitwise_count(counted).sum())
        has_brand = self.brand >= 0 if mask is None else (self.brand >= 0) & mask
        of_brands = np.bincount(self.brand[has_brand], minlength=len(self.brands))
        counts["brand"] |= dict(zip(self.brands, of_brands.tolist(), strict=True))
        return counts


def _joined_bitmaps(
    tables: Sequence[tuple[dict[Key, Bits], int, np.ndarray]],
) -> dict[Key, Bits]:
    """Return one bitmap for each key of (bitmaps, their number of rows, mask of rows to take)."""
    keys = sorted({key for table, _, _ in tables for key in table})
    return {
        key: np.packbits(
            np.concatenate(
                [
                    bitmaps.unpack(table.get(key, bitmaps.empty(n)), n)[mask]
                    for table, n, mask in tables
                ]
            )
        )
        for key in keys
    }
