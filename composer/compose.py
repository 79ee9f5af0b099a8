"""One function shape for every composer: (picture, wish, words, space, weights) -> query."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from composer import baselines, delta
from composer.query import Query, as_query
from composer.weights import Weights, load_weights
from encoders import Space
from errors import InputError
from vocabulary.wish import Wish

if TYPE_CHECKING:
    from composer.learned.checkpoint import Learned


class Composer(Protocol):
    """g_theta. picture, words: (dim,) concatenated unit slices or None; returns (dim,) with its weights inside."""

    def __call__(
        self,
        picture: np.ndarray | None,
        wish: Wish,
        words: np.ndarray | None,
        space: Space,
        weights: Weights,
    ) -> np.ndarray:
        """The composed vector."""


def _learned(kind: str, without_picture: Composer) -> Composer:
    """A learned kind. Without a picture there is nothing to combine, without a change nothing to learn: the closed form
    answers."""

    def composed(
        picture: np.ndarray | None,
        wish: Wish,
        words: np.ndarray | None,
        space: Space,
        weights: Weights | Learned,
    ) -> np.ndarray:
        from composer.learned import Learned, run  # torch: only who asks for a learned kind waits

        settings = weights.weights if isinstance(weights, Learned) else weights
        if picture is None:
            return without_picture(None, wish, words, space, settings)
        if words is None and not any(delta.constraints_by_slice(wish, space)):
            return baselines.image_only(picture, wish, words, space, settings)
        return run(
            kind, picture, wish, words, space, weights if isinstance(weights, Learned) else None
        )

    return composed


STATIC: dict[str, Composer] = {
    "image": baselines.image_only,
    "text": baselines.text_only,
    "sum": baselines.weighted_sum,
    "slerp": baselines.slerp,
    "delta": delta.delta_shift,
}
"""Closed forms: they work in every space."""

LEARNED: dict[str, Composer] = {
    "tirg": _learned("tirg", baselines.text_only),
    "combiner": _learned("combiner", baselines.text_only),
    "film": _learned("film", baselines.text_only),
    "gated": _learned("gated", delta.delta_shift),
}
"""Kinds with weights of their own, which belong to one encoder."""

KINDS: dict[str, Composer] = STATIC | LEARNED


def kinds_for(space: Space) -> tuple[str, ...]:
    """The kinds that can compose in this space: the closed forms, and the learned ones that are fitted for it."""
    from composer.learned import fitted

    return (*STATIC, *(kind for kind in LEARNED if fitted(kind, space)))


@cache
def _defaults() -> Weights:
    return load_weights()


def compose(
    kind: str,
    picture: np.ndarray | None,
    wish: Wish,
    words: np.ndarray | None,
    space: Space,
    weights: Weights | Learned | None = None,
    emphasis: Mapping[str, float] | None = None,
) -> Query:
    """Composes a reference picture and a wish in words into one query.

    picture, words: (dim,) concatenated unit slices, or None. weights: settings of the closed forms, or weights of a
    learned kind; default: those beside this room. emphasis: {slice: factor} on the query's slices, as
    `adaptation.emphasis` finds them in a session. Raises InputError on an unknown kind, a vector of another size, and
    where a learned kind has no weights for this space.
    """
    if kind not in KINDS:
        raise InputError(f"unknown composer {kind!r}; allowed: {', '.join(KINDS)}")
    for name, vector in (("picture", picture), ("words", words)):
        if vector is not None and np.shape(vector) != (space.dim,):
            raise InputError(
                f"the {name}'s vector has shape {np.shape(vector)}; this space takes ({space.dim},): "
                "encode it with the catalogue's own encoder"
            )
    vector = KINDS[kind](picture, wish, words, space, weights or _defaults())
    return as_query(_emphasised(vector, emphasis, space) if emphasis else vector, space)


def _emphasised(vector: np.ndarray, emphasis: Mapping[str, float], space: Space) -> np.ndarray:
    unknown = set(emphasis) - set(space.layout.names)
    if unknown:
        raise InputError(
            f"no slice {', '.join(sorted(unknown))} to emphasise; there are: {', '.join(space.layout.names)}"
        )
    scaled = np.array(vector, dtype=np.float32)
    for name, factor in emphasis.items():
        scaled[space.layout.slice(name)] *= factor
    return scaled
