"""Static fusions: the picture alone, the words alone, their weighted sum, and slerp."""

from __future__ import annotations

import numpy as np

from composer.directions import value_direction
from composer.space import EPSILON, slice_of, unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Wish


def spoken(wish: Wish, words: np.ndarray | None, space: Space, weights: Weights) -> np.ndarray:
    """The wish as one vector (dim,): the words' embedding, or without it the prototypes of all that is wanted."""
    if words is not None:
        return np.asarray(words, dtype=np.float32)
    vector = np.zeros(space.dim, dtype=np.float32)
    for constraint in wish.of("require", "prefer", "more"):
        direction = (
            value_direction(space, constraint.facet, str(constraint.value), weights.children)
            if slice_of(space, constraint.facet)
            else None
        )
        if direction is not None:
            vector[space.layout.slice(slice_of(space, constraint.facet))] += direction
    return vector


def image_only(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """The reference's own vector; without a picture there is nothing to say."""
    return np.zeros(space.dim, dtype=np.float32) if picture is None else unit(picture)


def text_only(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """The words' own vector."""
    return unit(spoken(wish, words, space, weights))


def weighted_sum(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """(1 - mix) x picture + mix x words, on whole vectors."""
    said = text_only(None, wish, words, space, weights)
    if picture is None:
        return said
    return unit((1 - weights.mix) * unit(picture) + weights.mix * said)


def slerp(
    picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> np.ndarray:
    """Spherical interpolation from the picture to the words at `mix` (Shoemake 1985; for composed retrieval
    Jang et al., "Spherical Linear Interpolation and Text-Anchoring for Zero-shot Composed Image Retrieval", 2024)."""
    said = text_only(None, wish, words, space, weights)
    if picture is None or not np.linalg.norm(said) > EPSILON:
        return said if picture is None else unit(picture)
    start = unit(picture)
    angle = np.arccos(np.clip(start @ said, -1.0, 1.0))
    if np.sin(angle) < EPSILON:
        return start
    return (
        np.sin((1 - weights.mix) * angle) * start + np.sin(weights.mix * angle) * said
    ) / np.sin(angle)
