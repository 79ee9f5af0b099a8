"""Static fusions: the picture alone, the words alone, their weighted sum, and slerp."""

from __future__ import annotations

import numpy as np

from composer.directions import value_direction
from composer.space import EPSILON, span_of, unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Wish


def words_vector(
    wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """Return the wish as one vector (dim,): the words' embedding.

    Without an embedding, the prototypes of all that is wanted stand in, each in its slice.
    """
    if words is not None:
        return np.asarray(words, dtype=np.float32)
    vector = np.zeros(space.dim, dtype=np.float32)
    for constraint in wish.of("require", "prefer", "more"):
        span = span_of(space, constraint.facet)
        if span is not None:
            direction = value_direction(
                space, constraint.facet, str(constraint.value), weights.children
            )
            if direction is not None:
                vector[span] += direction
    return vector


def image_only(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """Return the reference's own unit vector (dim,); zeros without a picture."""
    return np.zeros(space.dim, dtype=np.float32) if picture is None else unit(picture)


def text_only(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """Return the words' own unit vector (dim,)."""
    return unit(words_vector(wish, words, space, weights))


def weighted_sum(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """Return (1 - mix) x picture + mix x words (dim,), on whole vectors."""
    text = text_only(None, wish, words, space, weights)
    if picture is None:
        return text
    return unit((1 - weights.mix) * unit(picture) + weights.mix * text)


def slerp(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """Interpolate on the sphere from the picture to the words by `mix`; returns (dim,).

    Shoemake 1985; for composed retrieval Jang et al., "Spherical Linear Interpolation and
    Text-Anchoring for Zero-shot Composed Image Retrieval", 2024.
    """
    text = text_only(None, wish, words, space, weights)
    if picture is None or not np.linalg.norm(text) > EPSILON:
        return text if picture is None else unit(picture)
    image = unit(picture)
    angle = np.arccos(np.clip(image @ text, -1.0, 1.0))
    if np.sin(angle) < EPSILON:
        return image
    image_part = np.sin((1 - weights.mix) * angle) * image
    text_part = np.sin(weights.mix * angle) * text
    interpolated: np.ndarray = (image_part + text_part) / np.sin(angle)
    return interpolated
