"""Product feeds -> entries: every row is read, validated, mapped to the vocabulary, or rejected with its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.entries import Entry, Ledger
from catalog.feeds import fashion, merchant
from catalog.feeds.fetch import WebFetcher
from catalog.feeds.lines import header_of
from catalog.feeds.sources import with_pictures
from catalog.feeds.values import ValueReader, load_map
from errors import InputError


@dataclass(frozen=True)
class Feed:
    """A feed that is being read: what it turned out to be, how many listings it has, and their entries."""

    kind: str
    total: int
    entries: Iterator[Entry]


def open_feed(
    path: Path,
    ledger: Ledger,
    kind: str = "auto",
    images: Path | None = None,
    mapping: Path | None = None,
    currency: str | None = None,
    allow_local: bool = False,
) -> Feed:
    """Reads a feed's listings at once and their pictures as they are asked for; `ledger` gets what is left out.

    kind: auto, merchant (TSV or XML), csv, fashion-products. Raises InputError: no such file, no feed, columns missing.
    """
    for what, place in (("feed", path), ("--images", images), ("--map", mapping)):
        if place is not None and not place.exists():
            raise InputError(f"{what}: {place} does not exist")
    tables = [load_map(mapping)] if mapping else []
    kind = _sniff(path) if kind == "auto" else kind
    if kind == "fashion-products":
        reader = ValueReader(*tables, fashion.shipped_tables()[0], unknown=ledger.unknown)
        listings = list(fashion.read_listings(path, reader, ledger))
        folder = images or fashion.locate(path).parent / "images"
    else:
        listings = merchant.read_listings(
            path, ValueReader(*tables, unknown=ledger.unknown), ledger, currency
        )
        folder = images or path.parent
    return Feed(
        kind, len(listings), with_pictures(listings, folder, WebFetcher(allow_local), ledger)
    )


def _sniff(path: Path) -> str:
    """fashion-products by its columns, else merchant for XML and TSV, csv for the rest."""
    if path.is_dir():
        return "fashion-products"
    with path.open("rb") as source:
        start = source.read(200).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return "merchant"
    names, delimiter = header_of(path)
    if fashion.is_fashion_products(names):
        return "fashion-products"
    return "merchant" if delimiter == "\t" else "csv"
