"""An encoder as it was fitted to one shop: its own slices and prototypes where the shop's listings carried them.

`python -m training adapt DIR` writes the fit into the catalogue's folder; whoever opens the catalogue wraps its encoder by
`fitted_to`. The vectors in the folder are those of the fitted encoder, and its fingerprint stands in the manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from catalog.files import read_manifest
from encoders import Prototypes, SliceLayout
from encoders.prototypes import read_prototypes, unit, write_prototypes
from errors import EncoderMismatchError, WorkError
from guard.thresholds import Thresholds, read_thresholds

FOLDER = "fitted"
"""Inside a catalogue's folder."""
_RECORD, _SLICES, _PROTOTYPES = "record.json", "slices.npz", "prototypes.safetensors"
THRESHOLDS = "thresholds.json"


@dataclass(frozen=True)
class SliceMap:
    """A slice of the fitted space: unit((x - mean) @ matrix) of the encoder's own vectors x (n, dim).

    Words lie elsewhere in the space than pictures do, so they have a mean of their own.
    """

    matrix: np.ndarray
    """(dim, size) float32"""
    mean: np.ndarray
    """(dim,) float32, taken from pictures"""
    text_mean: np.ndarray
    """(dim,) float32, taken from words"""


@dataclass(frozen=True)
class Fit:
    """What was fitted: maps of the slices that changed, prototypes of the facets that changed.

    base: fingerprint of the encoder; fingerprint: of the fitted one; report: facet -> what was chosen, and why.
    """

    base: str
    fingerprint: str
    layout: SliceLayout
    maps: Mapping[str, SliceMap]
    prototypes: Mapping[str, Prototypes]
    report: dict = field(default_factory=dict)

    def project(self, vectors: np.ndarray, layout: SliceLayout, words: bool = False) -> np.ndarray:
        """(n, dim) in the encoder's own layout -> (n, dim) float32 in this fit's, each slice of
        unit length."""
        vectors = np.asarray(vectors, dtype=np.float32)
        parts = []
        for name in self.layout.names:
            found = self.maps.get(name)
            mean = None if found is None else found.text_mean if words else found.mean
            parts.append(
                vectors[:, layout.slice(name)]
                if found is None
                else unit((vectors - mean) @ found.matrix)
            )
        return np.concatenate(parts, axis=1)


class FittedEncoder:
    """An encoder behind a fit. Whatever the fit says nothing of is the encoder's own."""

    def __init__(self, encoder: Any, fit: Fit) -> None:
        self._encoder, self.fit = encoder, fit
        self.name, self.fingerprint, self.layout = encoder.name, fit.fingerprint, fit.layout
        self.facet_slice = encoder.facet_slice

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_encoder":
            raise AttributeError(name)
        return getattr(self._encoder, name)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.layout.dim

    def encode_images(
        self, images: Sequence, garments: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """n pictures -> (n, dim) float32."""
        own = (
            self._encoder.encode_images(images)
            if garments is None
            else self._encoder.encode_images(images, garments)
        )
        return self.fit.project(own, self._encoder.layout)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """n phrases -> (n, dim) float32."""
        return self.fit.project(self._encoder.encode_texts(texts), self._encoder.layout, words=True)

    def prototypes(self, facet: str) -> Prototypes | None:
        """What the facet's values look like in this shop."""
        return self.fit.prototypes.get(facet) or self._encoder.prototypes(facet)

    def all_prototypes(self) -> dict[str, Prototypes]:
        """Every table by name.

        Tables of slices that were fitted anew and that hold other classes are left out.
        """
        kept = {
            name: table
            for name, table in self._encoder.all_prototypes().items()
            if not self.fit.maps or name in self.facet_slice
        }
        return {**kept, **self.fit.prototypes}


def write_fit(folder: Path, fit: Fit) -> None:
    """Writes a fit into a new folder `fitted` of a catalogue's folder."""
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    arrays = {
        f"{name}.{part}": getattr(found, part)
        for name, found in fit.maps.items()
        for part in ("matrix", "mean", "text_mean")
    }
    np.savez(target / _SLICES, **arrays)
    write_prototypes(target / _PROTOTYPES, fit.prototypes)
    record = {
        "base": fit.base,
        "fingerprint": fit.fingerprint,
        "report": fit.report,
        "slices": dict(zip(fit.layout.names, fit.layout.sizes, strict=True)),
    }
    (target / _RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def read_fit(folder: Path) -> Fit | None:
    """The fit in a catalogue's folder, or None where there is none.

    Raises WorkError where it is damaged.
    """
    target = folder / FOLDER
    if not (target / _RECORD).is_file():
        return None
    try:
        record = json.loads((target / _RECORD).read_text(encoding="utf-8"))
        with np.load(target / _SLICES) as arrays:
            names = {key.partition(".")[0] for key in arrays.files}
            maps = {
                name: SliceMap(
                    *(arrays[f"{name}.{part}"] for part in ("matrix", "mean", "text_mean"))
                )
                for name in names
            }
        layout = SliceLayout(tuple(record["slices"]), tuple(record["slices"].values()))
        return Fit(
            record["base"],
            record["fingerprint"],
            layout,
            maps,
            read_prototypes(target / _PROTOTYPES),
            record["report"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkError(
            f"cannot read the fit in {target}: {error}; fit it again: "
            f"python -m catalog embed {folder} && python -m training adapt {folder}"
        ) from error


def fitted_to(folder: str | Path, encoder: Any) -> Any:
    """The encoder that the catalogue in `folder` was fitted to, or `encoder` itself where it was not fitted.

    A fit that another embedding has replaced since counts no more. Raises EncoderMismatchError where it is of another encoder.
    """
    folder = Path(folder)
    fit = read_fit(folder)
    if fit is None or read_manifest(folder)["encoder"]["fingerprint"] != fit.fingerprint:
        return encoder
    if fit.base != encoder.fingerprint:
        made = read_manifest(folder)["encoder"]["name"]
        raise EncoderMismatchError(
            f"{folder} was fitted on encoder {made} ({fit.base[:12]}), in use is {encoder.name} "
            f"({encoder.fingerprint[:12]}); set ENCODER={made}, or embed and fit it anew: python -m catalog embed {folder} "
            f"&& python -m training adapt {folder}"
        )
    return FittedEncoder(encoder, fit)


def fitted_thresholds(folder: Path, encoder: Any) -> Thresholds | None:
    """The thresholds that were fitted for this encoder on this shop's listings, or None."""
    path = folder / FOLDER / THRESHOLDS
    if not isinstance(encoder, FittedEncoder) or not path.is_file():
        return None
    return read_thresholds(path, "photo")
