"""The composed benchmark's gallery: pictures as vectors, and the embedded words of wishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

import vocabulary
from agent.language import read
from agent.wording.wishes import caption
from encoders import Encoder
from evaluation.composed.product_queries import ComposedQuery, photo_path, read_products
from vocabulary.wish import Constraint, Wish

BATCH = 32
SLICES = {"category": "category", "color": "color", "pattern": "pattern", "gender": "audience"}
"""Facet -> the slice that encodes it, for facets that a hit shares with its reference and drift."""


@dataclass(frozen=True)
class Gallery:
    """Products (or ids of a drawn catalogue) with their vectors (n, dim) float32, row by row."""

    products: tuple[Any, ...]
    vectors: np.ndarray
    encoder: Encoder


def read_gallery(data: Path, role: str, encoder: Encoder) -> Gallery:
    """Return the encoded products whose designs have this role."""
    products = read_products(data, role)
    vectors = encode_files([photo_path(data, product) for product in products], encoder)
    return Gallery(tuple(products), vectors, encoder)


def encode_files(paths: Sequence[Path], encoder: Encoder) -> np.ndarray:
    """Return the vectors (n, dim) float32 of the picture files."""
    parts = [np.zeros((0, encoder.dim), dtype=np.float32)]
    for start in tqdm(range(0, len(paths), BATCH), desc="encoding photos", unit="batch"):
        pictures = [Image.open(path).convert("RGB") for path in paths[start : start + BATCH]]
        parts.append(encoder.encode_images(pictures).astype(np.float32))
    return np.concatenate(parts)


def known_wish(query: ComposedQuery) -> Wish:
    """Return the wish with the intended change, the upper bound for any planner."""
    return Wish(
        constraints=tuple(
            Constraint(
                facet=asked.facet,
                op=asked.op,
                value=vocabulary.find(asked.facet, asked.value) or asked.value.lower(),
            )
            for asked in query.asked
        )
    )


def read_wish(query: ComposedQuery) -> Wish:
    """Return the wish as the offline planner reads it; unknown words remain plain words."""
    reading = read(query.phrase)
    return Wish(constraints=reading.constraints, words=" ".join(reading.unknown))


class Words:
    """A cache of wish captions embedded by the text tower, as the agent embeds them."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[str, np.ndarray] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Embed texts in batches before they are needed."""
        new = sorted({text for text in texts if text} - set(self._known))
        for start in range(0, len(new), 64):
            batch = new[start : start + 64]
            self._known.update(
                zip(batch, self.encoder.encode_texts(batch).astype(np.float32), strict=True)
            )

    def of(self, text: str) -> np.ndarray | None:
        """Return the embedding (dim,) of a text, or None if it is empty."""
        return self.embedding(text) if text else None

    def embedding(self, text: str) -> np.ndarray:
        """Return the embedding (dim,) of a non-empty text."""
        self.learn([text])
        return self._known[text]

    def __call__(self, wish: Wish) -> np.ndarray | None:
        """Return the embedding (dim,) of a wish's caption, or None if it names nothing visible."""
        return self.of(caption(wish))
