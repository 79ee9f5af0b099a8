"""Product feed readers: each row becomes a validated entry or is rejected with its line number."""

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
    """An open feed.

    Attributes:
        kind: The detected format.
        total: The number of listings.
        entries: The listings with their pictures.
    """

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
    """Read a feed's listings immediately and their pictures on demand.

    Args:
        path: The feed's file, or a folder for fashion-products.
        ledger: Records what is left out.
        kind: auto, merchant (TSV or XML), csv or fashion-products.
        images: The folder of pictures; by default beside the feed.
        mapping: A file for `load_map`.
        currency: The catalogue's currency; by default that of the feed's first price.
        allow_local: Fetch pictures from private addresses too.

    Raises InputError if a file is missing, the file is not a feed, or columns are missing.
    """
    for option, given in (("feed", path), ("--images", images), ("--map", mapping)):
        if given is not None and not given.exists():
            raise InputError(f"{option}: {given} does not exist")
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
    entries = with_pictures(listings, folder, WebFetcher(allow_local), ledger)
    return Feed(kind, len(listings), entries)


def _sniff(path: Path) -> str:
    """Return the format: fashion-products by its columns, merchant for XML and TSV, else csv."""
    if path.is_dir():
        return "fashion-products"
    if merchant.is_xml(path):
        return "merchant"
    names, delimiter = header_of(path)
    if fashion.is_fashion_products(names):
        return "fashion-products"
    return "merchant" if delimiter == "\t" else "csv"
