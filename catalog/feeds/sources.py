"""Where a listing's picture comes from: a file under the pictures' folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from PIL import Image

from catalog.entries import MAX_PICTURE_SIDE, Entry, Ledger, to_jpeg
from catalog.feeds.listing import Listing, Reject, reject
from catalog.pictures import open_picture
from errors import BadImageError

WORKERS = 8
AHEAD = 256
"""Listings whose pictures are read ahead of the embedding."""


class Fetcher(Protocol):
    """Brings the bytes behind a link; raises Reject."""

    def __call__(self, url: str) -> bytes: ...


def with_pictures(
    listings: Iterable[Listing], folder: Path, fetch: Fetcher, ledger: Ledger
) -> Iterator[Entry]:
    """Entries in the listings' order; a listing without a usable picture is rejected."""
    with ThreadPoolExecutor(WORKERS) as pool:
        pending: deque[tuple[Listing, Future[bytes]]] = deque()
        for listing in listings:
            pending.append((listing, pool.submit(_first_usable, listing, folder, fetch)))
            if len(pending) >= AHEAD:
                yield from _finished(pending.popleft(), ledger)
        for one in pending:
            yield from _finished(one, ledger)


def _finished(pending: tuple[Listing, Future[bytes]], ledger: Ledger) -> Iterator[Entry]:
    listing, future = pending
    try:
        yield Entry(listing.item, future.result())
    except Reject as problem:
        reject(ledger, listing.line, listing.item.id, str(problem))


def _first_usable(listing: Listing, folder: Path, fetch: Fetcher) -> bytes:
    problems = []
    for place in listing.pictures:
        try:
            return as_jpeg(_bytes(place, folder, fetch))
        except Reject as problem:
            problems.append(str(problem))
        except BadImageError as problem:
            problems.append(str(problem).replace("the picture", repr(place), 1))
    raise Reject("picture: " + (problems[0] if problems else "none is given"))


def _bytes(place: str, folder: Path, fetch: Fetcher) -> bytes:
    if "://" in place:
        return fetch(place)
    root = folder.resolve()
    path = (root / place).resolve()
    if not path.is_relative_to(root):
        raise Reject(f"{place!r} lies outside the pictures' folder")
    if not path.is_file():
        raise Reject(f"no file {place!r} in the pictures' folder")
    return path.read_bytes()


def as_jpeg(data: bytes) -> bytes:
    """The picture as a clean JPEG: the very bytes where they are one already, else encoded anew. Raises BadImageError."""
    image = open_picture(data)
    if data.startswith(b"\xff\xd8") and _is_plain(data, image):
        return data
    return to_jpeg(image)


def _is_plain(data: bytes, image: Image.Image) -> bool:
    """Small enough and without metadata (a phone's EXIF may hold a place)."""
    return (
        max(image.size) <= MAX_PICTURE_SIDE
        and b"Exif\0\0" not in data[:65536]
        and b"http://ns.adobe.com" not in data[:65536]
    )
