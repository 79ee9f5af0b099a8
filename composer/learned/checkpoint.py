"""A learned composer's weights on disk: fp16 tensors, with the encoder, the slices and the settings they were fitted for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from composer.weights import Weights
from encoders import Space
from errors import InputError

FOLDER = Path(__file__).resolve().parent.parent / "weights"


@dataclass(frozen=True)
class Learned:
    """`tensors` of one kind of network; `encoder`: fingerprint of the encoder whose vectors it was fitted on; `slices`:
    their sizes in order; `weights`: the closed form's settings that its inputs were made with; `note`: how it was fitted.
    """

    kind: str
    tensors: Mapping[str, np.ndarray]
    encoder: str
    slices: Mapping[str, int]
    weights: Weights
    note: str = ""


def identity(space: Space) -> str:
    """The fingerprint of the space's weights; "" where it has none."""
    return space.fingerprint


def sizes(space: Space) -> dict[str, int]:
    """{slice: size}, in order."""
    spans = {name: space.layout.slice(name) for name in space.layout.names}
    return {name: span.stop - span.start for name, span in spans.items()}


def refit(kind: str) -> str:
    """The command that fits a kind anew."""
    return f"`python -m training composer --kind {kind}`"


def save_learned(learned: Learned, path: Path) -> None:
    """Writes a safetensors file, fp16."""
    from safetensors.numpy import save_file

    facts = {
        "kind": learned.kind,
        "encoder": learned.encoder,
        "slices": dict(learned.slices),
        "weights": learned.weights.model_dump(),
        "note": learned.note,
    }
    tensors = {
        name: np.ascontiguousarray(tensor, dtype=np.float16)
        for name, tensor in learned.tensors.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(path), metadata={"composer": json.dumps(facts)})
    path.chmod(0o644)  # safetensors writes for its owner alone


def load_learned(path: Path) -> Learned:
    """What `save_learned` wrote. Raises InputError where there is no such file or it is none of these."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise InputError(
            f"no weights of a learned composer at {path}; {refit(path.stem)} fits them"
        )
    try:
        with safe_open(str(path), framework="np") as handle:
            facts = json.loads((handle.metadata() or {})["composer"])
            tensors = {name: handle.get_tensor(name).astype(np.float32) for name in handle.keys()}  # noqa: SIM118
        return Learned(
            facts["kind"],
            tensors,
            facts["encoder"],
            facts["slices"],
            Weights(**facts["weights"]),
            facts["note"],
        )
    except (SafetensorError, KeyError, TypeError, ValueError) as fault:
        raise InputError(
            f"{path} holds no learned composer ({type(fault).__name__}: {fault}); "
            f"{refit(path.stem)} fits it anew"
        ) from None


def demand_fit(learned: Learned, space: Space) -> None:
    """Raises InputError, with the command that refits, unless the weights were fitted for this space."""
    if list(learned.slices.items()) != list(sizes(space).items()):
        raise InputError(
            f"the {learned.kind} composer takes slices {dict(learned.slices)}; this space has {sizes(space)}: "
            f"{refit(learned.kind)} fits it to the encoder"
        )
    if learned.encoder != identity(space):
        raise InputError(
            f"the {learned.kind} composer was fitted on encoder {learned.encoder or 'unknown'}, the vectors are "
            f"of {identity(space) or 'unknown'}: {refit(learned.kind)} fits it to the encoder"
        )


def fitted(kind: str, space: Space, folder: Path = FOLDER) -> bool:
    """Whether there are weights of this kind for this space."""
    path = folder / f"{kind}.safetensors"
    if not path.is_file():
        return False
    learned = load_learned(path)
    return learned.encoder == identity(space) and list(learned.slices.items()) == list(
        sizes(space).items()
    )
