"""What the composed benchmark searches: pictures as vectors, and the words of a wish as the shop embeds them."""

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
"""Facet -> the slice it is told by, for what a hit shares with its reference and for drift."""


@dataclass(frozen=True)
class Gallery:
    """What is searched (`Product`s, or ids of a drawn catalogue) and its vectors (n, dim) float32, row by row."""

    products: tuple[Any, ...]
    vectors: np.ndarray
    encoder: Encoder


def read_gallery(data: Path, role: str, encoder: Encoder) -> Gallery:
    """The products whose designs play this role, encoded."""
    products = read_products(data, role)
    vectors = encode_files([photo_path(data, product) for product in products], encoder)
    return Gallery(tuple(products), vectors, encoder)


def encode_files(paths: Sequence[Path], encoder: Encoder) -> np.ndarray:
    """(n, dim) float32 of picture files."""
    parts = [np.zeros((0, encoder.dim), dtype=np.float32)]
    for start in tqdm(range(0, len(paths), BATCH), desc="encoding photos", unit="batch"):
        pictures = [Image.open(path).convert("RGB") for path in paths[start : start + BATCH]]
        parts.append(encoder.encode_images(pictures).astype(np.float32))
    return np.concatenate(parts)


def known_wish(query: ComposedQuery) -> Wish:
    """The change as it is, nothing to parse: the upper bound of any planner."""
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
    """The change as the offline planner reads the phrase; words that it does not know stay words."""
    reading = read(query.phrase)
    return Wish(constraints=reading.constraints, words=" ".join(reading.unknown))


class Words:
    """Embeds what a wish says, as the agent does: its caption through the text tower. Each caption once."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[str, np.ndarray] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Embeds texts in batches ahead of their use."""
        new = sorted({text for text in texts if text} - set(self._known))
        for start in range(0, len(new), 64):
            batch = new[start : start + 64]
            self._known.update(
                zip(batch, self.encoder.encode_texts(batch).astype(np.float32), strict=True)
            )

    def of(self, text: str) -> np.ndarray | None:
        """(dim,) of a text; None of an empty one."""
        if not text:
            return None
        self.learn([text])
        return self._known[text]

    def __call__(self, wish: Wish) -> np.ndarray | None:
        """(dim,) of a wish's caption; None where it names nothing that could be seen."""
        return self.of(caption(wish))


def embed_phrases(encoder: Encoder, queries: Sequence[ComposedQuery]) -> dict[str, np.ndarray]:
    """phrase -> (dim,) embedding of its very words."""
    words = Words(encoder)
    words.learn(query.phrase for query in queries)
    return {query.phrase: words.of(query.phrase) for query in queries}
