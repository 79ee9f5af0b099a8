"""Fit of a slice: a linear map of the whole vector, learned with its facets' prototypes."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from encoders import FACET_SLICE, Prototypes
from encoders.prototypes import unit
from guard.fitted import SliceMap
from training.calibrate import Labelled, loss
from training.listings import Shop, allowed_values, labelled

FACETS_OF: dict[str, tuple[str, ...]] = {
    name: tuple(f for f, where in FACET_SLICE.items() if where == name and f != "details")
    for name in dict.fromkeys(FACET_SLICE.values())
}
EPOCHS, BATCH, RATE = 12, 256, 2e-3
MIN_STEPS = 200
"""Fewest steps: the epochs of a small shop are short."""
DECAY = 2.0
"""AdamW's weight decay on the difference between the map and the slice as it is."""
PHRASE_SHARE = 0.1
"""Share of the loss that comes from the values' own phrases.

They keep words and pictures in one space, and place values that no item shows.
"""
_SCALE = 8.0
"""Initial scale of a facet's cosines."""


@dataclass(frozen=True)
class Teacher:
    """An encoder, a shop's items, which of them are held out, and every value's phrase vector."""

    encoder: Any
    shop: Shop
    held_out: np.ndarray
    """(n,) bool: the items that choose and calibrate; the others fit."""
    words: Mapping[str, tuple[tuple[str, ...], np.ndarray]]
    """{facet: (values, (V, dim) vectors of their phrases)}"""
    _allowed: dict[tuple[str, tuple[str, ...]], np.ndarray] = field(default_factory=dict)

    def allowed(self, facet: str, values: tuple[str, ...]) -> np.ndarray:
        """Return (n, V) bool: the values that each item's listing allows. Cached."""
        if (facet, values) not in self._allowed:
            self._allowed[facet, values] = allowed_values(self.shop.statements, facet, values)
        return self._allowed[facet, values]

    def labels(
        self,
        facet: str,
        values: tuple[str, ...],
        part: np.ndarray,
        slice_map: SliceMap | None = None,
    ) -> Labelled:
        """Return slices and labels of the items in `part` (n,) bool that state the facet."""
        rows = np.flatnonzero(part)
        vectors = self.shop.vectors[rows]
        if slice_map is None:
            vectors = vectors[:, self.encoder.layout.slice(FACET_SLICE[facet])]
        else:
            vectors = unit((vectors - slice_map.mean) @ slice_map.matrix)
        return labelled(vectors, self.allowed(facet, values)[rows])


@dataclass(frozen=True)
class FittedSlice:
    """A slice's map and its facets' prototypes, not yet calibrated."""

    map: SliceMap
    prototypes: dict[str, Prototypes]


class _Head(torch.nn.Module):
    """Cosine softmax over a facet's values."""

    def __init__(self, begin: np.ndarray) -> None:
        super().__init__()
        self.vectors = torch.nn.Parameter(torch.from_numpy(begin))
        self.bias = torch.nn.Parameter(torch.zeros(len(begin)))
        self.log_scale = torch.nn.Parameter(torch.tensor(math.log(_SCALE)))

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        return (
            self.log_scale.exp() * slices @ functional.normalize(self.vectors, dim=-1).T + self.bias
        )

    def table(self, values: tuple[str, ...]) -> Prototypes:
        vectors = functional.normalize(self.vectors, dim=-1).detach().numpy()
        return Prototypes(
            values,
            vectors,
            float(self.log_scale.detach().exp()),
            self.bias.detach().numpy().copy(),
            True,
        )


def fit_slice(teacher: Teacher, name: str, facets: tuple[str, ...], seed: int = 0) -> FittedSlice:
    """Fit the map and the prototypes of a slice on the items that are not held out.

    All its facets share the map; a facet that the listings do not teach follows its phrases.
    """
    part = teacher.encoder.layout.slice(name)
    whole = [f for f in FACETS_OF[name] if teacher.encoder.prototypes(f) is not None]
    fitting = np.flatnonzero(~teacher.held_out)
    mean = teacher.shop.vectors[fitting].mean(0)
    text_mean = np.concatenate([vectors for _, vectors in teacher.words.values()]).mean(0)
    begin = np.zeros((teacher.encoder.dim, part.stop - part.start), dtype=np.float32)
    begin[part] = np.eye(begin.shape[1], dtype=np.float32)
    pictures = {
        f: labelled(
            teacher.shop.vectors[fitting] - mean, teacher.allowed(f, teacher.words[f][0])[fitting]
        )
        for f in facets
    }
    phrases = {
        f: torch.from_numpy((teacher.words[f][1] - text_mean).astype(np.float32)) for f in whole
    }
    heads = {f: _Head(_begin(phrases[f].numpy() @ begin, pictures.get(f), begin)) for f in whole}
    matrix = _train(begin, heads, pictures, phrases, np.random.default_rng(seed))
    tables = {f: heads[f].table(teacher.words[f][0]) for f in whole}
    return FittedSlice(
        SliceMap(matrix, mean.astype(np.float32), text_mean.astype(np.float32)), tables
    )


def _begin(words: np.ndarray, data: Labelled | None, matrix: np.ndarray) -> np.ndarray:
    """Return one initial prototype per value: the mean of unambiguous pictures, else its phrase."""
    start = unit(words)
    if data is None:
        return start
    slices = unit(data.slices.numpy() @ matrix)
    for column in range(start.shape[0]):
        unambiguous = (data.allowed[:, column] & (data.allowed.sum(1) == 1)).numpy()
        if unambiguous.sum() >= 3:
            start[column] = unit(slices[unambiguous].mean(0))
    return start


def _train(
    begin: np.ndarray,
    heads: Mapping[str, _Head],
    pictures: Mapping[str, Labelled],
    phrases: Mapping[str, torch.Tensor],
    rng: np.random.Generator,
) -> np.ndarray:
    """Minimise the facets' mean loss over batches and return the map.

    Only the difference from the initial map is trained, with weight decay.
    """
    first = torch.from_numpy(begin)
    change = torch.nn.Parameter(torch.zeros_like(first))
    optimizer = torch.optim.AdamW(
        [
            {"params": [change], "weight_decay": DECAY},
            {
                "params": [p for head in heads.values() for p in head.parameters()],
                "weight_decay": 0.0,
            },
        ],
        lr=RATE,
    )
    steps = max(MIN_STEPS, EPOCHS * max(len(data.slices) for data in pictures.values()) // BATCH)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        picture_loss = sum_losses(
            (1 - PHRASE_SHARE) * loss(heads[f](_slices(batch.slices, first + change)), batch, True)
            for f, data in pictures.items()
            for batch in [_batch(data, rng)]
        )
        phrase_loss = sum_losses(
            PHRASE_SHARE
            * functional.cross_entropy(heads[f](_slices(x, first + change)), torch.arange(len(x)))
            for f, x in phrases.items()
        )
        optimizer.zero_grad()
        (picture_loss + phrase_loss).backward()
        optimizer.step()
    return (first + change).detach().numpy()


def sum_losses(losses: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return the sum of losses, zero if there are none."""
    return functools.reduce(torch.add, losses, torch.zeros(()))


def _slices(vectors: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    return functional.normalize(vectors @ matrix, dim=-1)


def _batch(data: Labelled, rng: np.random.Generator) -> Labelled:
    rows = torch.from_numpy(rng.integers(0, len(data.slices), min(BATCH, len(data.slices))))
    return Labelled(data.slices[rows], data.allowed[rows], data.known[rows], data.weight[rows])
