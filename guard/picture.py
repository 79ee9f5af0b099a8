"""Attributes of pictures: calibrated probabilities of every facet's values, from stored vectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

import vocabulary
from encoders import Prototypes, Space

MIN_APPLICABLE = 0.1
"""A facet is reported where the kinds that can have it are together at least this probable."""


@lru_cache(maxsize=4096)
def _applicable(kinds: tuple[str, ...], facet: str, value: str | None) -> np.ndarray:
    """Return (kinds,) bool: which kinds can have the facet, or this detail."""
    return np.array([vocabulary.applicable(facet, kind, value) for kind in kinds])


@dataclass(frozen=True)
class Look:
    """Probabilities of n pictures: {facet: (values, (n, V) float64)}.

    The values of a facet exclude one another, and their probabilities sum to 1; only those of
    `details` are independent. A facet for which the encoder has no prototypes is absent.
    """

    probabilities: dict[str, tuple[tuple[str, ...], np.ndarray]] = field(default_factory=dict)

    def of(self, facet: str, value: str, within: str | None = None) -> np.ndarray | None:
        """Return (n,) the probability that pictures show `value` or one of its children.

        within: a parent of `value` that is known to hold, on which the probability is conditioned.
        None where the encoder does not know the value.
        """
        members = self._columns(facet, value)
        if members is None:
            return None
        if facet == "details":
            most_probable: np.ndarray = members.max(axis=1)
            return most_probable
        share: np.ndarray = members.sum(axis=1)
        whole = self._columns(facet, within) if within else None
        return share if whole is None else share / np.maximum(whole.sum(axis=1), 1e-9)

    def can_have(self, facet: str, value: str | None = None) -> np.ndarray | None:
        """Return (n,) the probability that the pictured kind can have the facet, or this detail.

        None where the encoder does not know kinds.
        """
        if "category" not in self.probabilities or facet == "category":
            return None
        kinds, p = self.probabilities["category"]
        total: np.ndarray = p[:, _applicable(tuple(kinds), facet, value)].sum(axis=1)
        return total

    def attributes(self, row: int) -> dict[str, dict[str, float]]:
        """Return {facet: {value: probability}} of a picture, without what its kind cannot have."""
        seen: dict[str, dict[str, float]] = {}
        for facet, (values, p) in self.probabilities.items():
            reported = [n for n, value in enumerate(values) if self._reported(facet, value, row)]
            if reported:
                seen[facet] = {values[n]: float(p[row, n]) for n in reported}
        return seen

    def _reported(self, facet: str, value: str, row: int) -> bool:
        able = self.can_have(facet, value)
        return able is None or bool(able[row] >= MIN_APPLICABLE)

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
    """Return what pictures show, from their vectors (n, dim) as encoder or catalogue hold them.

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
            known = [n for n, value in enumerate(prototypes.values) if value in leaves]
            if known:
                seen[facet] = (
                    tuple(prototypes.values[n] for n in known),
                    _probabilities(part, prototypes, known),
                )
    return Look(seen)


def _probabilities(part: np.ndarray, prototypes: Prototypes, columns: list[int]) -> np.ndarray:
    """Return (n, columns) probabilities for slices `part` (n, slice size)."""
    # Vectors stored as float16 are not exactly of unit length.
    norms = np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-6)
    logits = (
        prototypes.scale * (part / norms) @ prototypes.vectors[columns].T
        + np.asarray(prototypes.bias)[columns]
    )
    logits = logits.astype(np.float64)
    if not np.isfinite(logits).all():
        raise ValueError("prototypes give NaN or infinity")
    if not prototypes.exclusive:
        independent: np.ndarray = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        return independent
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    exclusive: np.ndarray = odds / odds.sum(axis=1, keepdims=True)
    return exclusive
