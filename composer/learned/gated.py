"""Slice-wise delta with learned gates: the closed form's parts, each as strong in each slice as the query calls for.

q_s = sum over parts p of g[p, s](features) part[p, s]. The parts are those of `delta.py` (what is kept, what it leans to,
the wanted value, the words, what is preferred, what is pushed away, the step of "more" and "less", the old value); a small
network reads from the query how strong each one is. It starts as the closed form with its tuned weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from composer.delta import constraints_by_slice, facet_shows, falls_away, unwanted_of
from composer.directions import (
    axis,
    facet_basis,
    orthonormal,
    posterior_mean,
    spoken_direction,
    value_direction,
    wanted_direction,
)
from composer.space import unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Constraint, Wish

PARTS = ("keep", "lean", "change", "say", "prefer", "push", "step", "old")
OPS = (("require",), ("prefer",), ("exclude",), ("more", "less"))


def prepare(
    picture: np.ndarray, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> dict[str, np.ndarray]:
    """The inputs of one query: `parts` (PARTS, dim) and `features` (F,)."""
    by_slice = constraints_by_slice(wish, space)
    parts = np.zeros((len(PARTS), space.dim), dtype=np.float32)
    for name in space.layout.names:
        span = space.layout.slice(name)
        away = falls_away(name, wish, space)
        for place, part in _slice_parts(
            name, picture[span], by_slice.get(name, ()), words, space, weights
        ).items():
            if not (away and place in ("keep", "lean")):
                parts[PARTS.index(place), span] = part
    return {"parts": parts, "features": _features(picture, by_slice, parts, space)}


def _slice_parts(
    name: str,
    reference: np.ndarray,
    constraints: list[Constraint],
    words: np.ndarray | None,
    space: Space,
    weights: Weights,
) -> dict[str, np.ndarray]:
    """{part: (width,)} of one slice."""
    keep, lean = np.array(reference, dtype=np.float32), posterior_mean(space, name, reference)
    found: dict[str, np.ndarray] = {}

    def add(part: str, vector: np.ndarray | None, amount: float = 1.0) -> None:
        if vector is not None:
            found[part] = found.get(part, 0.0) + amount * vector

    for facet in dict.fromkeys(c.facet for c in constraints):
        own = [c for c in constraints if c.facet == facet]
        required = [str(c.value) for c in own if c.op == "require"]
        target = (
            wanted_direction(space, facet, required, words, weights.children, 0.0)
            if required
            else None
        )
        if target is not None:
            basis = facet_basis(space, facet, required)
            if not facet_shows(reference, facet, required, space):
                keep, lean = _without(keep, basis), _without(lean, basis)
                add("old", reference - _without(reference, basis))
            add(
                "change",
                target if basis is None or not len(basis) else unit((target @ basis.T) @ basis),
            )
            add("say", spoken_direction(space, facet, words))
        directions = unwanted_of(own, space)
        if directions is not None:
            keep = _without(keep, orthonormal(directions))
            add("push", -unit(directions.sum(axis=0)))
        for c in own:
            _add_soft(add, c, words, space, weights)
    return {"keep": keep, "lean": lean} | found


def _add_soft(add, c: Constraint, words: np.ndarray | None, space: Space, weights: Weights) -> None:
    """What a preference or a comparison adds; a photo's own reading only firms up what is there."""
    value = str(c.value)
    if c.op == "prefer" and c.source == "photo":
        add("lean", value_direction(space, c.facet, value, 0.0), weights.confirm * c.confidence)
    elif c.op == "prefer":
        add(
            "prefer",
            wanted_direction(space, c.facet, [value], words, weights.children, weights.say),
            c.weight * c.confidence,
        )
    elif c.op in ("more", "less"):
        direction = axis(space, c.facet, value)
        add(
            "step",
            direction
            if direction is not None
            else wanted_direction(space, c.facet, [value], words, 0.0, 0.0),
            c.weight if c.op == "more" else -c.weight,
        )


def _without(vector: np.ndarray, basis: np.ndarray | None) -> np.ndarray:
    """The vector less its share in the basis; None: the whole slice."""
    return np.zeros_like(vector) if basis is None else vector - (vector @ basis.T) @ basis


def _features(
    picture: np.ndarray, by_slice: Mapping[str, list[Constraint]], parts: np.ndarray, space: Space
) -> np.ndarray:
    """What the gates follow: how sure each slice is, what is asked of it, how far the wanted value is, and the kind."""
    told: list[float] = [sum(map(len, by_slice.values())) / 3.0]
    change, keep = parts[PARTS.index("change")], parts[PARTS.index("keep")]
    for name in space.layout.names:
        span = space.layout.slice(name)
        constraints = by_slice.get(name, ())
        told += [
            _sureness(name, picture[span], space),
            float(picture[span] @ change[span]),
            float(np.linalg.norm(keep[span])),
        ]
        told += [float(any(c.op in ops for c in constraints)) for ops in OPS]
    kinds = space.prototypes("category")
    seen = (
        []
        if kinds is None
        else kinds.probabilities(picture[None, space.layout.slice(space.facet_slice["category"])])[
            0
        ]
    )
    return np.array([*told, *seen], dtype=np.float32)


def _sureness(name: str, reference: np.ndarray, space: Space) -> float:
    """The highest probability among the values of the slice's facets that exclude one another; 0 without any."""
    tables = [
        space.prototypes(facet) for facet, place in space.facet_slice.items() if place == name
    ]
    return max(
        (
            float(t.probabilities(reference[None])[0].max())
            for t in tables
            if t is not None and t.exclusive
        ),
        default=0.0,
    )


class Gated:
    """See the module."""

    hidden = 32

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """The closed form: its weights as `base`, a network that says nothing yet."""
        generator = torch.Generator().manual_seed(seed)
        base = torch.stack([self._base(part, space, weights) for part in PARTS])
        kinds = space.prototypes("category")
        told = 1 + 7 * len(space.layout.names) + (0 if kinds is None else len(kinds.values))
        first = (
            torch.randn(self.hidden, told, generator=generator)
            * (2.0 / (told + self.hidden)) ** 0.5
        )
        return {
            "base": base,
            "read.weight": first,
            "read.bias": torch.zeros(self.hidden),
            "gate.weight": torch.zeros(base.numel(), self.hidden),
            "gate.bias": torch.zeros(base.numel()),
        }

    def _base(self, part: str, space: Space, weights: Weights) -> Tensor:
        names = space.layout.names
        kept = torch.tensor([weights.kept(name) for name in names])
        one = torch.ones(len(names))
        return {
            "keep": kept,
            "lean": kept * weights.firm,
            "change": one * weights.change * (1 - weights.say),
            "say": one * weights.change * weights.say,
            "prefer": one * weights.prefer,
            "push": one * weights.exclude,
            "step": kept * weights.step,
            "old": 0.0 * one,
        }[part]

    def prepare(self, *query: object) -> dict[str, np.ndarray]:
        """See `prepare`."""
        return prepare(*query)

    def forward(
        self, tensors: Mapping[str, Tensor], inputs: Mapping[str, Tensor], places: Tensor
    ) -> Tensor:
        """(B, dim)."""
        base = tensors["base"]
        read = F.relu(F.linear(inputs["features"], tensors["read.weight"], tensors["read.bias"]))
        gates = base + F.linear(read, tensors["gate.weight"], tensors["gate.bias"]).view(
            -1, *base.shape
        )
        return (gates[:, :, places] * inputs["parts"]).sum(dim=1)
