"""Pictures on their way in and out: uploads checked before they are decoded, small copies for the page, examples."""

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
THUMBNAIL = 440
"""Longer side of a photo on the page, in pixels; it travels inside the page, so no address can be guessed."""
EXAMPLES_DIR = Path(__file__).with_name("examples")


@dataclass(frozen=True)
class Example:
    """A first message that a shopper can try with one tap. `photo` is a file name in `examples/`, or "" for none."""

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
    """The uploads that a turn may use.

    Raises InputError for too many, BadImageError (with the file's name) for one that is no picture, or damaged, or huge.
    """
    if len(files) > MAX_PHOTOS:
        raise InputError(f"{len(files)} photos at once are too many; up to {MAX_PHOTOS} are fine")
    for file in files:
        try:
            thumbnail(file)  # decodes all of it, and the page needs it next
        except BadImageError as error:
            name = Path(file).name
            raise BadImageError(str(error) if name in str(error) else f"{name}: {error}") from None
    return list(files)


@lru_cache(maxsize=256)
def _data(path: str, stamp: int) -> str:
    picture = open_picture(Path(path), longest=THUMBNAIL)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def forget() -> None:
    """Drops the thumbnails that are kept: somebody's photos are to be forgotten."""
    _data.cache_clear()


def thumbnail(path: str | Path) -> str:
    """A photo as a `data:` address, at most 440 pixels long; "" when the file is gone (the shopper forgot it)."""
    try:
        return _data(str(path), Path(path).stat().st_mtime_ns)
    except FileNotFoundError:
        return ""
