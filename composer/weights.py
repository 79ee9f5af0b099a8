"""Hyperparameters of the composers, and their checkpoints."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import InputError

DEFAULTS = Path(__file__).with_name("defaults.json")


class Weights(BaseModel):
    """What is tuned, for every kind of composer; see README.md for the formulas.

    keep: weight of a slice that the wish leaves as it is; change: of a wanted value in its slice; prefer, exclude:
    of a soft wish and of pushing away from an unwanted value; step: how far `more` and `less` move; children: share
    of a covered value's children in its direction; say: share of the words' own embedding in a changed slice;
    firm: how far the reference's slice leans to what it most probably shows, confirm: to what was read in the photo
    (which the shopper may have corrected); mix: the words' share in `sum` and `slerp`.
    """

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
    change: float = Field(default=1.0, ge=0)
    prefer: float = Field(default=0.5, ge=0)
    exclude: float = Field(default=0.8, ge=0)
    step: float = Field(default=1.6, ge=0)
    children: float = Field(default=0.5, ge=0, le=1)
    say: float = Field(default=0.0, ge=0, le=1)
    firm: float = Field(default=1.0, ge=0)
    confirm: float = Field(default=0.3, ge=0)
    mix: float = Field(default=0.5, ge=0, le=1)

    def kept(self, slice_name: str) -> float:
        """The weight of an untouched slice."""
        return self.keep.get(slice_name, 0.3)


class Checkpoint(BaseModel):
    """Weights with how they came about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: Weights = Weights()
    encoder: str = ""
    note: str = ""


def load_weights(path: Path = DEFAULTS) -> Weights:
    """The weights of a checkpoint file (JSON). Raises InputError that names the file and the fault."""
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
    """Writes a checkpoint: hyperparameters, the encoder they were tuned on, and how."""
    checkpoint = Checkpoint(weights=weights, encoder=encoder, note=note)
    path.write_text(checkpoint.model_dump_json(indent=2) + "\n", encoding="utf-8")
