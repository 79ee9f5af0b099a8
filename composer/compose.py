"""One function shape for every composer: (picture, wish, words, space, weights) -> query."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np

from catalog.wish import Wish
from composer import baselines, delta
from composer.query import Query, as_query
from composer.space import Space
from composer.weights import Weights, load_weights
from errors import InputError


class Composer(Protocol):
    """g_theta. picture, words: (dim,) concatenated unit slices or None; returns (dim,) with its weights inside."""

    def __call__(self, picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space,
                 weights: Weights) -> np.ndarray:
        """The composed vector."""


KINDS: dict[str, Composer] = {
    "image": baselines.image_only,
    "text": baselines.text_only,
    "sum": baselines.weighted_sum,
    "slerp": baselines.slerp,
    "delta": delta.delta_shift,
}


@cache
def _defaults() -> Weights:
    return load_weights()


def compose(kind: str, picture: np.ndarray | None, wish: Wish, words: np.ndarray | None, space: Space,
            weights: Weights | None = None) -> Query:
    """Composes a reference picture and a wish in words into one query.

    picture, words: (dim,) concatenated unit slices, or None. Raises InputError on an unknown kind or a vector of
    another size.
    """
    if kind not in KINDS:
        raise InputError(f"unknown composer {kind!r}; allowed: {', '.join(KINDS)}")
    for name, vector in (("picture", picture), ("words", words)):
        if vector is not None and np.shape(vector) != (space.dim,):
            raise InputError(f"the {name}'s vector has shape {np.shape(vector)}; this space takes ({space.dim},): "
                             "encode it with the catalogue's own encoder")
    return as_query(KINDS[kind](picture, wish, words, space, weights or _defaults()), space)
