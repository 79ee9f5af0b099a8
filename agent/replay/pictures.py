"""Pictures that recorded turns upload: found by name, and named in the transcript.

Nothing recorded depends on the pixels of a drawing, because a few of them differ between processors
(`docs/numerics.md`). A drawing is recorded by its seed and its subject, a picture file by the hash
of its pixels.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from agent.replay import Json
from catalog.pictures import open_picture
from errors import BadImageError

DRAWN = "drawn:"


def uploads(ask: Json, folder: Path) -> list[Image.Image | Path]:
    """Return the pictures that a turn uploads. folder: where the transcript is."""
    return [
        drawing(name)[0] if name.startswith(DRAWN) else folder / name for name in _names_in(ask)
    ]


def pictures_of(ask: Json, folder: Path) -> Json:
    """Return `{"pictures": [...]}`, one entry for each picture that a turn uploads, {} without any.

    A drawing is named, a file is hashed; a file that is not a usable picture is `unreadable`.
    """
    pictures = [
        _subject(name) if name.startswith(DRAWN) else _digest(folder / name)
        for name in _names_in(ask)
    ]
    return {"pictures": pictures} if pictures else {}


def drawing(name: str) -> tuple[Image.Image, dict[str, list[str]]]:
    """Draw the picture named `drawn:SEED`; return it with its true attributes."""
    from demo import render_training  # only transcripts with drawings need the drawing code

    return render_training(np.random.default_rng(int(name.removeprefix(DRAWN))))


def _names_in(ask: Json) -> list[str]:
    names = ask.get("image")
    return [names] if isinstance(names, str) else names or []


def _subject(name: str) -> str:
    """Name what a drawing shows, as in "drawn:11 burgundy t-shirt, tie-dye".

    The subject is drawn by lot, not read from pixels.
    """
    truth = drawing(name)[1]
    return f"{name} {truth['color'][0]} {truth['category'][0]}, {truth['pattern'][0]}"


def _digest(path: Path) -> str:
    """Hash the pixels of a picture file."""
    try:
        pixels = np.asarray(open_picture(path))
    except BadImageError:
        return "unreadable"
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()[:16]
