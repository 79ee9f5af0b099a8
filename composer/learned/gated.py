"""Slice-wise delta with learned gates: each part as strong in each slice as the query calls for.

q_s = sum over parts p of g[p, s](features) part[p, s]. The parts are those of `delta.py` (what is
kept, what it leans to, the wanted value, the words, what is preferred, what is pushed away, the
step of "more" and "less", the old value). A small network reads from the query how strong each one
is. It starts as the closed form with its tuned weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from composer.delta import (
    axis_of,
    constraints_by_slice,
    required_values,
    shows_required,
    slice_applies,
    unwanted_of,
)
from composer.directions import (
    facet_basis,
    orthonormal,
    posterior_mean,
    value_direction,
    wanted_direction,
    within,
    without,
    words_direction,
)
from composer.learned.protocol import Tensors
from composer.space import unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Constraint, Wish

PARTS = ("keep", "lean", "change", "say", "prefer", "push", "step", "old")
OPS = (("require",), ("prefer",), ("exclude",), ("more", "less"))
READING = "reading"
"""What was read in the reference photo; in a slice that has it, it stands in for `lean`."""
SLICE_FEATURES = 3 + len(OPS)
"""Features of each slice: confidence, closeness to the wanted value, what is kept, and the ops."""


class Gated:
    """The network of the gates; see the module."""

    hidden = 32

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """Return the closed form: its weights as `base`, and gates that add nothing yet."""
        generator = torch.Generator().manual_seed(seed)
        base = torch.stack([self._base(part, space, weights) for part in PARTS])
        kinds = space.prototypes("category")
        features = 1 + SLICE_FEATURES * len(space.layout.names)
        features += 0 if kinds is None else len(kinds.values)
        read = torch.randn(self.hidden, features, generator=generator)
        return {
            "base": base,
            "read.weight": read * (2.0 / (features + self.hidden)) ** 0.5,
            "read.bias": torch.zeros(self.hidden),
            "gate.weight": torch.zeros(base.numel(), self.hidden),
            "gate.bias": torch.zeros(base.numel()),
        }

    def _base(self, part: str, space: Space, weights: Weights) -> Tensor:
        """Return the closed form's weight of a part in each slice (slices,)."""
        names = space.layout.names
        keep = torch.tensor([weights.kept(name) for name in names])
        ones = torch.ones(len(names))
        return {
            "keep": keep,
            "lean": keep * weights.firm,
            "change": ones * weights.change * (1 - weights.say),
            "say": ones * weights.change * weights.say,
            "prefer": ones * weights.prefer,
            "push": ones * weights.exclude,
            "step": keep * weights.step,
            "old": 0.0 * ones,
        }[part]

    def prepare(
        self,
        picture: np.ndarray,
        wish: Wish,
        words: np.ndarray | None,
        space: Space,
        weights: Weights,
    ) -> dict[str, np.ndarray]:
        """Return one query's inputs: `parts` (PARTS, dim) and `features` (F,)."""
        by_slice = constraints_by_slice(wish, space)
        parts = np.zeros((len(PARTS), space.dim), dtype=np.float32)
        for name in space.layout.names:
            span = space.layout.slice(name)
            vectors = _slice_parts(
                name, picture[span], by_slice.get(name, []), words, space, weights
            )
            if not slice_applies(name, wish, space):
                del vectors["keep"], vectors["lean"]
            for part, vector in vectors.items():
                parts[PARTS.index(part), span] = vector
        return {"parts": parts, "features": _features(picture, by_slice, parts, space)}

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """Map batches of inputs to (B, dim)."""
        base = tensors["base"]
        read = functional.linear(inputs["features"], tensors["read.weight"], tensors["read.bias"])
        gates = functional.linear(
            functional.relu(read), tensors["gate.weight"], tensors["gate.bias"]
        )
        strengths = base + gates.view(-1, *base.shape)
        return (strengths[:, :, places] * inputs["parts"]).sum(dim=1)


class _Parts:
    """The parts of one slice, summed up: {part: (slice_dim,)}."""

    def __init__(self, keep: np.ndarray, lean: np.ndarray) -> None:
        self.vectors: dict[str, np.ndarray] = {"keep": keep, "lean": lean}

    def add(self, part: str, vector: np.ndarray | None, amount: float = 1.0) -> None:
        if vector is not None:
            self.vectors[part] = self.vectors.get(part, 0.0) + amount * vector

    def remove(self, basis: np.ndarray | None) -> None:
        """Take a facet's share out of what is kept and of what it leans to."""
        for part in ("keep", "lean"):
            self.vectors[part] = without(self.vectors[part], basis)


def _slice_parts(
    name: str,
    reference: np.ndarray,
    constraints: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> dict[str, np.ndarray]:
    """Return {part: (slice_dim,)} of one slice."""
    parts = _Parts(np.array(reference, dtype=np.float32), posterior_mean(space, name, reference))
    for facet in dict.fromkeys(c.facet for c in constraints):
        own = [c for c in constraints if c.facet == facet]
        _add_required(parts, reference, own, words, space, weights)
        unwanted = unwanted_of(own, space)
        if unwanted is not None:
            keep = parts.vectors["keep"]
            parts.vectors["keep"] = without(keep, orthonormal(unwanted))
            parts.add("push", -unit(unwanted.sum(axis=0)))
        for constraint in own:
            _add_soft(parts, constraint, words, space, weights)
    if READING in parts.vectors:
        parts.vectors["lean"] = parts.vectors.pop(READING)
    return parts.vectors


def _add_required(
    parts: _Parts,
    reference: np.ndarray,
    own: Sequence[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> None:
    """Add the wanted value and the words; the old value makes room unless it is the wanted one."""
    facet, required = own[0].facet, required_values(own)
    if not required:
        return
    target = wanted_direction(space, facet, required, words, weights.children, 0.0)
    if target is None:
        return
    basis = facet_basis(space, facet, required)
    if not shows_required(reference, facet, required, space):
        parts.remove(basis)
        parts.add("old", reference - without(reference, basis))
    parts.add("change", within(target, basis))
    parts.add("say", words_direction(space, facet, words))


def _add_soft(
    parts: _Parts,
    constraint: Constraint,
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> None:
    """Add a preference or a comparison; what was read in the photo only firms up the reference."""
    facet, value = constraint.facet, str(constraint.value)
    if constraint.op == "prefer" and constraint.source == "photo":
        direction = value_direction(space, facet, value, 0.0)
        parts.add(READING, direction, weights.confirm * constraint.confidence)
    elif constraint.op == "prefer":
        direction = wanted_direction(space, facet, [value], words, weights.children, weights.say)
        parts.add("prefer", direction, constraint.weight * constraint.confidence)
    elif constraint.op in ("more", "less"):
        sign = 1.0 if constraint.op == "more" else -1.0
        parts.add("step", axis_of(constraint, words, space), sign * constraint.weight)


def _features(
    picture: np.ndarray,
    by_slice: Mapping[str, Sequence[Constraint]],
    parts: np.ndarray,
    space: Space,
) -> np.ndarray:
    """Return what the gates follow (F,).

    The number of constraints, SLICE_FEATURES for every slice, and the probabilities of the kinds.
    """
    features: list[float] = [sum(map(len, by_slice.values())) / 3.0]
    change, keep = parts[PARTS.index("change")], parts[PARTS.index("keep")]
    for name in space.layout.names:
        span = space.layout.slice(name)
        ops_used = {c.op for c in by_slice.get(name, ())}
        features += [
            _confidence(name, picture[span], space),
            float(picture[span] @ change[span]),
            float(np.linalg.norm(keep[span])),
        ]
        features += [float(not ops_used.isdisjoint(ops)) for ops in OPS]
    kinds = space.prototypes("category")
    if kinds is not None:
        category = picture[None, space.layout.slice(space.facet_slice["category"])]
        features += kinds.probabilities(category)[0].tolist()
    return np.array(features, dtype=np.float32)


def _confidence(name: str, reference: np.ndarray, space: Space) -> float:
    """Return the highest probability among the exclusive facets of a slice; 0 without any."""
    tables = [
        space.prototypes(facet) for facet, place in space.facet_slice.items() if place == name
    ]
    return max(
        (
            float(table.probabilities(reference[None])[0].max())
            for table in tables
            if table is not None and table.exclusive
        ),
        default=0.0,
    )
