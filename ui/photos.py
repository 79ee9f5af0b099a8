"""Pictures on the page: uploads checked before they are used, thumbnails, the example messages."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from catalog.pictures import open_picture
from errors import BadImageError, InputError

FILE_TYPES = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".avif"]
MAX_FILE_SIZE = "20mb"
MAX_PHOTOS = 4
THUMBNAIL_PX = 440
"""Longer side of a photo on the page. It travels inside the page, so no address can be guessed."""
THUMBNAIL_QUALITY = 82
MAX_CACHED_THUMBNAILS = 256
EXAMPLES_DIR = Path(__file__).with_name("examples")


@dataclass(frozen=True)
class Example:
    """A first message that a shopper can try with one tap.

    photo: a file name in `examples/`, or "" for none; alt: what the picture shows.
    """

    photo: str
    text: str
    alt: str

    @property
    def path(self) -> Path | None:
        """The picture's file, or None."""
        return EXAMPLES_DIR / self.photo if self.photo else None


EXAMPLES: tuple[Example, ...] = (
    Example(
        "shirt.jpg",
        "like this but in navy, no stripes",
        "Drawing of a black and white striped shirt",
    ),
    Example("dress.jpg", "longer, and nothing floral", "Drawing of a short floral dress"),
    Example(
        "jacket.jpg",
        "in plain black, without the hood, under 150",
        "Drawing of a patterned yellow rain jacket",
    ),
    Example("", "a grey knitted sweater for a friend who hates logos", ""),
)


def check(files: Sequence[str]) -> list[str]:
    """Return the uploads that a turn may use.

    Raises InputError for too many, BadImageError (with the file's name) for one that is damaged,
    too large or no picture.
    """
    if len(files) > MAX_PHOTOS:
        raise InputError(f"{len(files)} photos at once are too many; up to {MAX_PHOTOS} are fine")
    for file in files:
        try:
            # Decodes the whole picture, and the page needs the result next.
            thumbnail(file)
        except BadImageError as error:
            name = Path(file).name
            raise BadImageError(str(error) if name in str(error) else f"{name}: {error}") from None
    return list(files)


@lru_cache(maxsize=MAX_CACHED_THUMBNAILS)
def _data_address(path: str, modified_ns: int) -> str:
    """Return a picture as a `data:` address; `modified_ns` renews the cache when a file changes."""
    picture = open_picture(Path(path), longest=THUMBNAIL_PX)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=THUMBNAIL_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def forget() -> None:
    """Drop all cached thumbnails, because somebody asked to forget their photos."""
    _data_address.cache_clear()


def thumbnail(path: str | Path) -> str:
    """Return a photo as a small `data:` address, or "" when its file is gone (forgotten)."""
    try:
        return _data_address(str(path), Path(path).stat().st_mtime_ns)
    except FileNotFoundError:
        return ""


def thumbnails(paths: Sequence[str]) -> list[str]:
    """Return the `data:` addresses of the photos whose files still exist."""
    return [address for address in map(thumbnail, paths) if address]
