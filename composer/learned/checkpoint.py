"""A learned composer's weights on disk: fp16 tensors with the encoder that they were fitted for."""

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
class LearnedWeights:
    """The tensors of one kind of network, with what they were fitted for."""

    kind: str
    tensors: Mapping[str, np.ndarray]
    encoder: str
    """Fingerprint of the encoder whose vectors they were fitted on."""
    slices: Mapping[str, int]
    """Sizes of the encoder's slices, in order."""
    weights: Weights
    """Settings of the closed form that made the network's inputs."""
    note: str = ""
    """How they were fitted."""

    def fits(self, space: Space) -> bool:
        """Return whether they were fitted for this space."""
        return self.encoder == space.fingerprint and self._same_slices(space)

    def check(self, space: Space) -> None:
        """Raise InputError, with the command that refits, unless they were fitted for the space."""
        if not self._same_slices(space):
            raise InputError(
                f"the {self.kind} composer takes slices {dict(self.slices)}; this space has "
                f"{slice_sizes(space)}: {refit_command(self.kind)} fits it to the encoder"
            )
        if not self.fits(space):
            raise InputError(
                f"the {self.kind} composer was fitted on encoder {self.encoder or 'unknown'}, the "
                f"vectors are of {space.fingerprint or 'unknown'}: {refit_command(self.kind)} fits "
                "it to the encoder"
            )

    def _same_slices(self, space: Space) -> bool:
        return list(self.slices.items()) == list(slice_sizes(space).items())


def slice_sizes(space: Space) -> dict[str, int]:
    """Return {slice: size}, in order."""
    spans = {name: space.layout.slice(name) for name in space.layout.names}
    return {name: span.stop - span.start for name, span in spans.items()}


def refit_command(kind: str) -> str:
    """Return the command that fits a kind again."""
    return f"`python -m training composer --kind {kind}`"


def save_learned(learned: LearnedWeights, path: Path) -> None:
    """Write a safetensors file, fp16, with everything but the tensors in its metadata."""
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
    path.chmod(0o644)  # safetensors makes files readable by their owner only


def load_learned(path: Path) -> LearnedWeights:
    """Read what `save_learned` wrote.

    Raises InputError if the file does not exist or holds something else.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise InputError(
            f"no weights of a learned composer at {path}; {refit_command(path.stem)} fits them"
        )
    try:
        with safe_open(str(path), framework="np") as handle:
            facts = json.loads((handle.metadata() or {})["composer"])
            # The handle is not a mapping and cannot be iterated itself.
            names = handle.keys()
            tensors = {name: handle.get_tensor(name).astype(np.float32) for name in names}
        return LearnedWeights(
            facts["kind"],
            tensors,
            facts["encoder"],
            facts["slices"],
            Weights(**facts["weights"]),
            facts["note"],
        )
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} holds no learned composer ({type(error).__name__}: {error}); "
            f"{refit_command(path.stem)} fits it again"
        ) from None


def is_fitted(kind: str, space: Space, folder: Path = FOLDER) -> bool:
    """Return whether there are weights of this kind for this space."""
    path = folder / f"{kind}.safetensors"
    return path.is_file() and load_learned(path).fits(space)
