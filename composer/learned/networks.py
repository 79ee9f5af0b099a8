"""The learned kinds by name, and one query through one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from composer.learned.checkpoint import FOLDER, LearnedWeights, load_learned, refit_command
from composer.learned.fusion import Combiner, GatedFilm, Tirg
from composer.learned.gated import Gated
from composer.learned.protocol import Network
from encoders import Space
from errors import InputError
from vocabulary.wish import Wish

NETWORKS: dict[str, Network] = {
    "tirg": Tirg(),
    "combiner": Combiner(),
    "film": GatedFilm(),
    "gated": Gated(),
}


@dataclass(frozen=True)
class _LoadedWeights:
    """Weights as tensors, checked against one space."""

    learned: LearnedWeights
    tensors: Mapping[str, Tensor]
    places: Tensor


def places_of(space: Space) -> Tensor:
    """Return (dim,) long, the number of the slice that each coordinate lies in."""
    places = torch.zeros(space.dim, dtype=torch.long)
    for number, name in enumerate(space.layout.names):
        places[space.layout.slice(name)] = number
    return places


@lru_cache(maxsize=16)
def _read_shipped(kind: str, modified_ns: int) -> LearnedWeights:
    return load_learned(FOLDER / f"{kind}.safetensors")


def shipped(kind: str) -> LearnedWeights:
    """Read the weights in this room, again when the file was replaced.

    Raises InputError if there are none.
    """
    path = FOLDER / f"{kind}.safetensors"
    return _read_shipped(kind, path.stat().st_mtime_ns if path.is_file() else 0)


MAX_LOADED = 16
_LOADED: dict[tuple[int, str, int], _LoadedWeights] = {}


def _load(learned: LearnedWeights, space: Space) -> _LoadedWeights:
    """Check weights against a space and turn them into tensors, once for each pair."""
    key = (id(learned), space.fingerprint, space.dim)
    loaded = _LOADED.get(key)
    # An id may be that of a dead object's successor.
    if loaded is None or loaded.learned is not learned:
        learned.check(space)
        _check_shapes(learned, space)
        tensors = {name: torch.from_numpy(np.array(t)) for name, t in learned.tensors.items()}
        loaded = _LoadedWeights(learned, tensors, places_of(space))
        if len(_LOADED) >= MAX_LOADED:
            _LOADED.clear()
        _LOADED[key] = loaded
    return loaded


def _check_shapes(learned: LearnedWeights, space: Space) -> None:
    for name, tensor in NETWORKS[learned.kind].start(space, learned.weights, 0).items():
        stored = learned.tensors.get(name)
        if stored is None or tuple(stored.shape) != tuple(tensor.shape):
            shape = "nothing" if stored is None else tuple(stored.shape)
            raise InputError(
                f"the {learned.kind} composer's weights have {shape} for {name}, not "
                f"{tuple(tensor.shape)}: {refit_command(learned.kind)} fits them again"
            )


def run(
    kind: str,
    picture: np.ndarray,
    wish: Wish,
    words: np.ndarray | None,
    space: Space,
    learned: LearnedWeights | None = None,
) -> np.ndarray:
    """Compose one query (dim,) by a learned kind, by default with the weights in this room.

    Raises InputError if the weights are missing, of another kind or of another encoder.
    """
    learned = learned or shipped(kind)
    if learned.kind != kind:
        raise InputError(
            f"these are weights of {learned.kind!r}, not of {kind!r}: "
            f"{refit_command(kind)} fits some"
        )
    loaded = _load(learned, space)
    inputs = NETWORKS[kind].prepare(picture, wish, words, space, learned.weights)
    batch = {
        name: torch.from_numpy(np.ascontiguousarray(value, dtype=np.float32))[None]
        for name, value in inputs.items()
    }
    with torch.inference_mode():
        composed: np.ndarray = (
            NETWORKS[kind].forward(loaded.tensors, batch, loaded.places)[0].numpy()
        )
    return composed
