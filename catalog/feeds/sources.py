"""Lookup of listings' pictures, behind a link or in the pictures' folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from PIL import Image

from catalog.entries import MAX_PICTURE_SIDE, Entry, Ledger, to_jpeg
from catalog.feeds.listing import Listing, RejectedRowError, reject
from catalog.pictures import open_picture
from errors import BadImageError

WORKERS = 8
READ_AHEAD = 256
"""Listings whose pictures are read ahead of the embedding."""


class Fetcher(Protocol):
    """A callable that fetches links."""

    def __call__(self, url: str) -> bytes:
        """Return the bytes behind a link. Raises RejectedRowError."""


def with_pictures(
    listings: Iterable[Listing], folder: Path, fetch: Fetcher, ledger: Ledger
) -> Iterator[Entry]:
    """Yield entries in the listings' order and reject listings without a usable picture."""
    with ThreadPoolExecutor(WORKERS) as pool:
        pending: deque[tuple[Listing, Future[bytes]]] = deque()
        for listing in listings:
            pending.append((listing, pool.submit(_first_usable, listing, folder, fetch)))
            if len(pending) >= READ_AHEAD:
                yield from _finished(*pending.popleft(), ledger)
        for listing, future in pending:
            yield from _finished(listing, future, ledger)


def _finished(listing: Listing, future: Future[bytes], ledger: Ledger) -> Iterator[Entry]:
    try:
        yield Entry(listing.item, future.result())
    except RejectedRowError as error:
        reject(ledger, listing.line, listing.item.id, str(error))


def _first_usable(listing: Listing, folder: Path, fetch: Fetcher) -> bytes:
    problems = []
    for place in listing.pictures:
        try:
            return as_jpeg(_bytes(place, folder, fetch))
        except RejectedRowError as error:
            problems.append(str(error))
        except BadImageError as error:
            problems.append(str(error).replace("the picture", repr(place), 1))
    raise RejectedRowError("picture: " + (problems[0] if problems else "none is given"))


def _bytes(place: str, folder: Path, fetch: Fetcher) -> bytes:
    if "://" in place:
        return fetch(place)
    root = folder.resolve()
    path = (root / place).resolve()
    if not path.is_relative_to(root):
        raise RejectedRowError(f"{place!r} lies outside the pictures' folder")
    if not path.is_file():
        raise RejectedRowError(f"no file {place!r} in the pictures' folder")
    return path.read_bytes()


def as_jpeg(data: bytes) -> bytes:
    """Return a picture as a clean JPEG: the same bytes if already clean, else re-encoded.

    Raises BadImageError.
    """
    image = open_picture(data)
    if data.startswith(b"\xff\xd8") and _is_clean(data, image):
        return data
    return to_jpeg(image)


def _is_clean(data: bytes, image: Image.Image) -> bool:
    """Return whether a JPEG is small enough and has no metadata (a phone's may hold a location)."""
    return (
        max(image.size) <= MAX_PICTURE_SIDE
        and b"Exif\0\0" not in data[:65536]
        and b"http://ns.adobe.com" not in data[:65536]
    )
