"""Settings of the closed-form composers, and their checkpoint file."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import InputError

DEFAULTS = Path(__file__).with_name("defaults.json")
DEFAULT_KEEP = 0.3
"""Weight of an untouched slice that `Weights.keep` does not name."""


class Weights(BaseModel):
    """What is tuned in the closed forms; see README.md for the formulas."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep: dict[str, float] = {
        "category": 1.0,
        "color": 1.0,
        "pattern": 0.2,
        "silhouette": 0.3,
        "material": 0.3,
        "audience": 0.7,
        "appearance": 0.3,
    }
    """Slice -> its weight where the wish leaves it as it is."""
    change: float = Field(default=1.0, ge=0)
    """Weight of a required value in its slice."""
    prefer: float = Field(default=0.5, ge=0)
    """Weight of a preferred value in its slice."""
    exclude: float = Field(default=0.8, ge=0)
    """How far a slice is pushed away from an unwanted value."""
    step: float = Field(default=1.6, ge=0)
    """How far `more` and `less` move."""
    children: float = Field(default=0.5, ge=0, le=1)
    """Share of the covered values in the direction of a value that covers others."""
    say: float = Field(default=0.0, ge=0, le=1)
    """Share of the words' own embedding in a changed slice."""
    firm: float = Field(default=1.0, ge=0)
    """How far the reference's slice leans to what it most probably shows."""
    confirm: float = Field(default=0.3, ge=0)
    """How far it leans to what was read in the photo, which the shopper may have corrected."""
    mix: float = Field(default=0.5, ge=0, le=1)
    """The words' share in `sum` and `slerp`."""

    def kept(self, slice_name: str) -> float:
        """Return the weight of an untouched slice."""
        return self.keep.get(slice_name, DEFAULT_KEEP)


class Checkpoint(BaseModel):
    """Weights, the fingerprint of the encoder they were tuned on, and how they were tuned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: Weights = Weights()
    encoder: str = ""
    note: str = ""


def load_weights(path: Path = DEFAULTS) -> Weights:
    """Read the weights of a checkpoint file (JSON).

    Raises InputError, naming the file and the fault, if it is missing or not a checkpoint.
    """
    try:
        return Checkpoint.model_validate_json(path.read_text(encoding="utf-8")).weights
    except FileNotFoundError:
        raise InputError(
            f"no composer checkpoint at {path}; `python -m training composer` writes one"
        ) from None
    except ValidationError as error:
        raise InputError(
            f"{path} is no composer checkpoint: {error.errors()[0]['msg']}; "
            f"allowed fields: {', '.join(Weights.model_fields)}"
        ) from None


def save_weights(weights: Weights, path: Path, encoder: str = "", note: str = "") -> None:
    """Write a checkpoint: the weights, the encoder they were tuned on, and how."""
    checkpoint = Checkpoint(weights=weights, encoder=encoder, note=note)
    path.write_text(checkpoint.model_dump_json(indent=2) + "\n", encoding="utf-8")
