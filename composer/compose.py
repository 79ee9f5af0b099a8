"""`compose`: a reference picture and a wish to one query, by any of the kinds."""

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
    from composer.learned.checkpoint import LearnedWeights


class Composer(Protocol):
    """A closed form of g_theta."""

    def __call__(
        self,
        picture: np.ndarray | None,
        wish: Wish,
        words: np.ndarray | None,
        space: Space,
        weights: Weights,
    ) -> np.ndarray:
        """Return the composed vector (dim,), slice weights inside.

        picture, words: (dim,) concatenated unit slices, or None.
        """


STATIC: dict[str, Composer] = {
    "image": baselines.image_only,
    "text": baselines.text_only,
    "sum": baselines.weighted_sum,
    "slerp": baselines.slerp,
    "delta": delta.delta_shift,
}
"""Closed forms, which work in every space."""

LEARNED: dict[str, Composer] = {
    "tirg": baselines.text_only,
    "combiner": baselines.text_only,
    "film": baselines.text_only,
    "gated": delta.delta_shift,
}
"""Kinds with weights of their own, fitted for one encoder -> what answers without a picture."""

KINDS: tuple[str, ...] = (*STATIC, *LEARNED)


def kinds_for(space: Space) -> tuple[str, ...]:
    """Return the kinds that can compose here: the closed forms, and the learned ones that fit."""
    # imported here so that only learned kinds wait for torch
    from composer.learned import is_fitted

    return (*STATIC, *(kind for kind in LEARNED if is_fitted(kind, space)))


@cache
def _default_weights() -> Weights:
    return load_weights()


def compose(
    kind: str,
    picture: np.ndarray | None,
    wish: Wish,
    words: np.ndarray | None,
    space: Space,
    weights: Weights | LearnedWeights | None = None,
    emphasis: Mapping[str, float] | None = None,
) -> Query:
    """Compose a reference picture and a wish in words into one query.

    picture, words: (dim,) concatenated unit slices, or None. weights: settings of the closed forms,
    or weights of a learned kind; by default those in this room. emphasis: {slice: factor} on the
    query's slices, as `adaptation.emphasis` derives them from a session. Raises InputError on an
    unknown kind, a vector of another size, and where a learned kind has no weights for this space.
    """
    if kind not in KINDS:
        raise InputError(f"unknown composer {kind!r}; allowed: {', '.join(KINDS)}")
    for name, vector in (("picture", picture), ("words", words)):
        if vector is not None and np.shape(vector) != (space.dim,):
            raise InputError(
                f"the {name}'s vector has shape {np.shape(vector)}; this space takes "
                f"({space.dim},): encode it with the catalogue's own encoder"
            )
    weights = weights or _default_weights()
    learned = None if isinstance(weights, Weights) else weights
    settings = weights if isinstance(weights, Weights) else weights.weights
    if kind in STATIC:
        composed = STATIC[kind](picture, wish, words, space, settings)
    else:
        composed = _compose_learned(kind, picture, wish, words, space, settings, learned)
    return as_query(_emphasised(composed, emphasis, space) if emphasis else composed, space)


def _compose_learned(
    kind: str,
    picture: np.ndarray | None,
    wish: Wish,
    words: np.ndarray | None,
    space: Space,
    settings: Weights,
    learned: LearnedWeights | None,
) -> np.ndarray:
    """Run a learned kind where there is a picture and a change to combine, else a closed form."""
    if picture is None:
        return LEARNED[kind](None, wish, words, space, settings)
    if words is None and not delta.constraints_by_slice(wish, space):
        return baselines.image_only(picture, wish, words, space, settings)
    # imported here so that only learned kinds wait for torch
    from composer.learned import run

    return run(kind, picture, wish, words, space, learned)


def _emphasised(vector: np.ndarray, emphasis: Mapping[str, float], space: Space) -> np.ndarray:
    unknown = set(emphasis) - set(space.layout.names)
    if unknown:
        raise InputError(
            f"no slice {', '.join(sorted(unknown))} to emphasise; "
            f"there are: {', '.join(space.layout.names)}"
        )
    scaled = np.array(vector, dtype=np.float32)
    for name, factor in emphasis.items():
        scaled[space.layout.slice(name)] *= factor
    return scaled
