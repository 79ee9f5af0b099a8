"""What pictures show, read from stored vectors.

Calibrated probabilities of every facet's values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

import vocabulary
from encoders import Prototypes, Space

_CAN_HAVE = 0.1
"""A facet is reported for a picture unless kinds that can have it are less probable than this, all
together."""


@lru_cache(maxsize=4096)
def _able(kinds: tuple[str, ...], facet: str, value: str | None) -> np.ndarray:
    """(kinds,) bool: which kinds can have the facet, or this detail."""
    return np.array([vocabulary.applicable(facet, kind, value) for kind in kinds])


@dataclass(frozen=True)
class Look:
    """Probabilities of n pictures: {facet: (values, (n, V) float64)}.

    The values of a facet exclude one another and sum to 1; `details` alone holds independent probabilities. A facet
    for which the encoder has no prototypes is absent.
    """

    probabilities: dict[str, tuple[tuple[str, ...], np.ndarray]] = field(default_factory=dict)

    def of(self, facet: str, value: str, within: str | None = None) -> np.ndarray | None:
        """(n,) probability that pictures show `value` or one of its children; None where nothing is known of it.

        within: a value that is known to hold and covers `value`; the probability is then given that.
        """
        members = self._columns(facet, value)
        if members is None:
            return None
        if facet == "details":
            return members.max(axis=1)
        share = members.sum(axis=1)
        whole = self._columns(facet, within) if within else None
        return share if whole is None else share / np.maximum(whole.sum(axis=1), 1e-9)

    def can_have(self, facet: str, value: str | None = None) -> np.ndarray | None:
        """(n,) probability that the pictured kind can have the facet at all.

        None where kinds are not known.
        """
        if "category" not in self.probabilities or facet == "category":
            return None
        kinds, p = self.probabilities["category"]
        return p[:, _able(tuple(kinds), facet, value)].sum(axis=1)

    def attributes(self, row: int) -> dict[str, dict[str, float]]:
        """{facet: {value: probability}} of one picture, less what its kind cannot have."""
        seen: dict[str, dict[str, float]] = {}
        for facet, (values, p) in self.probabilities.items():
            kept = [n for n, value in enumerate(values) if self._reported(facet, value, row)]
            if kept:
                seen[facet] = {values[n]: float(p[row, n]) for n in kept}
        return seen

    def _reported(self, facet: str, value: str, row: int) -> bool:
        able = self.can_have(facet, value)
        return able is None or bool(able[row] >= _CAN_HAVE)

    def _columns(self, facet: str, value: str) -> np.ndarray | None:
        if facet not in self.probabilities:
            return None
        values, p = self.probabilities[facet]
        covered = vocabulary.descendants(facet, value)
        columns = [n for n, v in enumerate(values) if v in covered]
        return p[:, columns] if columns else None


def look(
    encoder: Space, vectors: np.ndarray, facets: Iterable[str] = vocabulary.ATTRIBUTE_FACETS
) -> Look:
    """What pictures show, from their vectors (n, dim) as the encoder or a catalogue gives them.

    Softmax of scale * cosine + bias over a facet's leaf values; a sigmoid for each detail.
    Raises ValueError on vectors of another shape or that are not finite.
    """
    vectors = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    if not np.isfinite(vectors).all():
        raise ValueError("vectors hold NaN or infinity")
    seen = {}
    for facet in facets:
        prototypes = encoder.prototypes(facet)
        if prototypes is not None:
            part = vectors[:, encoder.layout.slice(encoder.facet_slice[facet])]
            leaves = set(vocabulary.leaf_values(facet))
            kept = [n for n, value in enumerate(prototypes.values) if value in leaves]
            if kept:
                seen[facet] = (
                    tuple(prototypes.values[n] for n in kept),
                    _probabilities(part, prototypes, kept),
                )
    return Look(seen)


def _probabilities(part: np.ndarray, prototypes: Prototypes, kept: list[int]) -> np.ndarray:
    norms = np.maximum(
        np.linalg.norm(part, axis=1, keepdims=True), 1e-6
    )  # float16 storage bends the length a little
    logits = (
        prototypes.scale * (part / norms) @ prototypes.vectors[kept].T
        + np.asarray(prototypes.bias)[kept]
    )
    logits = logits.astype(np.float64)
    if not np.isfinite(logits).all():
        raise ValueError("prototypes give NaN or infinity")
    if not prototypes.exclusive:
        return 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)
