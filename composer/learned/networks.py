"""The learned kinds by name, and one query through one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from composer.learned.checkpoint import FOLDER, Learned, demand_fit, identity, load_learned, refit
from composer.learned.fusion import Combiner, GatedFilm, Tirg
from composer.learned.gated import Gated
from composer.weights import Weights
from encoders import Space
from errors import InputError
from vocabulary.wish import Wish


class Network(Protocol):
    """A learned g_theta over a space whose sizes its tensors tell."""

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """Tensors to begin a training with, seeded."""

    def prepare(
        self,
        picture: np.ndarray,
        wish: Wish,
        words: np.ndarray | None,
        space: Space,
        weights: Weights,
    ) -> dict[str, np.ndarray]:
        """One query's inputs; nothing in them depends on the tensors."""

    def forward(
        self, tensors: Mapping[str, Tensor], inputs: Mapping[str, Tensor], places: Tensor
    ) -> Tensor:
        """Batches of inputs -> (B, dim). places (dim,): the number of the slice that a coordinate lies in."""


NETWORKS: dict[str, Network] = {
    "tirg": Tirg(),
    "combiner": Combiner(),
    "film": GatedFilm(),
    "gated": Gated(),
}


@dataclass(frozen=True)
class _Ready:
    """Weights as tensors, for one space."""

    learned: Learned
    tensors: Mapping[str, Tensor]
    places: Tensor


def places_of(space: Space) -> Tensor:
    """(dim,) the number of the slice that each coordinate lies in."""
    places = torch.zeros(space.dim, dtype=torch.long)
    for number, name in enumerate(space.layout.names):
        places[space.layout.slice(name)] = number
    return places


@lru_cache(maxsize=16)
def _shipped(kind: str, changed: int) -> Learned:
    return load_learned(FOLDER / f"{kind}.safetensors")


def shipped(kind: str) -> Learned:
    """The weights beside this room, read again when the file is replaced. Raises InputError without them."""
    path: Path = FOLDER / f"{kind}.safetensors"
    return _shipped(kind, path.stat().st_mtime_ns if path.is_file() else 0)


_READY: dict[tuple[int, str, int], _Ready] = {}
_KEPT = 16


def _ready(learned: Learned, space: Space) -> _Ready:
    """Checked and turned into tensors once for each pair of weights and space."""
    key = (id(learned), identity(space), space.dim)
    found = _READY.get(key)
    if found is None or found.learned is not learned:
        demand_fit(learned, space)
        expected = NETWORKS[learned.kind].start(space, learned.weights, 0)
        for name, tensor in expected.items():
            have = learned.tensors.get(name)
            if have is None or tuple(have.shape) != tuple(tensor.shape):
                shape = "nothing" if have is None else tuple(have.shape)
                raise InputError(
                    f"the {learned.kind} composer's weights have {shape} for {name}, not {tuple(tensor.shape)}: "
                    f"{refit(learned.kind)} fits them anew"
                )
        found = _Ready(
            learned,
            {n: torch.from_numpy(np.array(t)) for n, t in learned.tensors.items()},
            places_of(space),
        )
        if len(_READY) >= _KEPT:
            _READY.clear()
        _READY[key] = found
    return found


def run(
    kind: str,
    picture: np.ndarray,
    wish: Wish,
    words: np.ndarray | None,
    space: Space,
    learned: Learned | None = None,
) -> np.ndarray:
    """One query (dim,). Raises InputError where the weights are missing, of another kind or of another encoder."""
    learned = learned or shipped(kind)
    if learned.kind != kind:
        raise InputError(
            f"these are weights of {learned.kind!r}, not of {kind!r}: {refit(kind)} fits some"
        )
    ready = _ready(learned, space)
    inputs = NETWORKS[kind].prepare(picture, wish, words, space, learned.weights)
    batch = {
        name: torch.from_numpy(np.ascontiguousarray(value, dtype=np.float32))[None]
        for name, value in inputs.items()
    }
    with torch.inference_mode():
        return NETWORKS[kind].forward(ready.tensors, batch, ready.places)[0].numpy()
