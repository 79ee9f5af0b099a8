"""A tiny shop of plain-coloured pictures, read by a code book: every right answer is known."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

import vocabulary
from catalog.build import build
from catalog.entries import Entry, Origin, to_jpeg
from catalog.item import Item
from encoders.layout import BUILTIN_LAYOUT, FACET_SLICE
from encoders.prototypes import Prototypes
from guard import read_claims

Look = dict[str, str | tuple[str, ...]]


def _direction(facet: str, value: str, size: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.blake2b(f"{facet} {value}".encode(), digest_size=4).digest())
    vector = np.random.default_rng(seed).normal(size=size)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class CodeBookEncoder:
    """An encoder that knows what each plain colour stands for.

    The values of a facet are random directions in its slice.
    """

    name, fingerprint, dim = "codebook", "codebook-1", BUILTIN_LAYOUT.dim
    layout, facet_slice = BUILTIN_LAYOUT, FACET_SLICE

    def __init__(self) -> None:
        self.book: dict[tuple[int, int, int], Look] = {}
        self.embedded = 0

    def picture(self, look: Look) -> Image.Image:
        """A picture that shows `look`."""
        number = len(self.book) + 1
        code = (16 * (number % 16), 16 * (number // 16), 128)
        self.book[code] = look
        return Image.new("RGB", (64, 64), code)

    def prototypes(self, facet: str) -> Prototypes:
        size = BUILTIN_LAYOUT.sizes[BUILTIN_LAYOUT.names.index(FACET_SLICE[facet])]
        values = vocabulary.leaf_values(facet)
        vectors = np.stack([_direction(facet, v, size) for v in values])
        exclusive = facet != "details"
        bias = np.zeros(len(values)) if exclusive else np.full(len(values), -12.0)
        return Prototypes(values, vectors, 30.0, bias, exclusive)

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        self.embedded += len(images)
        return np.stack([self._vector(self._read(image)) for image in images])

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.stack(
            [
                self._vector({facet: vocabulary.find(facet, text) or "" for facet in FACET_SLICE})
                for text in texts
            ]
        )

    def _read(self, image: Image.Image) -> Look:
        pixel = np.asarray(image, dtype=int)[32, 32]
        return min(self.book.items(), key=lambda entry: np.abs(np.array(entry[0]) - pixel).sum())[1]

    def _vector(self, look: Look) -> np.ndarray:
        vector = np.zeros(self.dim, dtype=np.float32)
        for facet, said in look.items():
            part = BUILTIN_LAYOUT.slice(FACET_SLICE[facet])
            for value in (said,) if isinstance(said, str) else said:
                if value:
                    vector[part] += _direction(facet, value, part.stop - part.start)
        for name in BUILTIN_LAYOUT.names:
            part = BUILTIN_LAYOUT.slice(name)
            vector[part] /= max(float(np.linalg.norm(vector[part])), 1e-8)
        return vector


def shop(folder: Path, encoder: CodeBookEncoder) -> Path:
    """Return some twenty dresses, shirts and boots; every third listing omits the pattern."""
    entries, number = [], 0
    for category, extra in (
        ("dress", {"sleeve_length": "short", "length": "midi"}),
        ("shirt", {"sleeve_length": "long"}),
        ("boots", {}),
    ):
        for color in ("red", "navy", "black", "green"):
            for pattern in ("solid", "striped"):
                number += 1
                look = {
                    "category": category,
                    "color": color,
                    "pattern": pattern,
                    "gender": "women",
                    **extra,
                }
                stated = {
                    f: (v,) for f, v in look.items() if not (f == "pattern" and number % 3 == 0)
                }
                item = Item(
                    id=f"I{number:02}",
                    title=f"{color} {category}",
                    brand="Alder" if number % 2 else "Birk",
                    price=10.0 + 5 * number,
                    image="",
                    item_group_id=f"G-{category}-{pattern}-{color}",
                    sizes={"S": 2, "M": 0 if number % 4 == 0 else 3, "L": 1},
                    attributes=stated,
                    link=f"https://shop.example/{number}",
                )
                entries.append(
                    Entry(item, to_jpeg(encoder.picture(look)), {f: [v] for f, v in look.items()})
                )
    build(folder, entries, lambda: encoder, read_claims, Origin("test", "none"))
    return folder
