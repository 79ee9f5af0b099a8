"""Encoder fitted to one shop, with slices and prototypes learned from the shop's listings.

`python -m training adapt DIR` writes the fit into the catalogue's folder; whoever opens the
catalogue wraps its encoder with `fitted_to`. The vectors in the folder are those of the fitted
encoder, and the manifest holds its fingerprint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from catalog.files import read_manifest
from encoders import Prototypes, SliceLayout
from encoders.prototypes import read_prototypes, unit, write_prototypes
from errors import EncoderMismatchError, WorkError
from guard.thresholds import Thresholds, read_thresholds

FOLDER = "fitted"
"""The folder of a fit, inside its catalogue's folder."""
_RECORD, _SLICES, _PROTOTYPES = "record.json", "slices.npz", "prototypes.safetensors"
THRESHOLDS = "thresholds.json"
_ARRAYS = ("matrix", "mean", "text_mean")


@dataclass(frozen=True)
class SliceMap:
    """Map to one slice of the fitted space: unit((x - mean) @ matrix) for encoder vectors (n, dim).

    Words lie in another part of the space than pictures, so they have a mean of their own.
    """

    matrix: np.ndarray
    """(dim, size) float32"""
    mean: np.ndarray
    """(dim,) float32, taken from pictures"""
    text_mean: np.ndarray
    """(dim,) float32, taken from words"""


@dataclass(frozen=True)
class Fit:
    """Result of fitting: maps of the slices that changed, prototypes of the facets that changed.

    base: fingerprint of the plain encoder. fingerprint: that of the fitted one. report: facet ->
    what was chosen, and why.
    """

    base: str
    fingerprint: str
    layout: SliceLayout
    maps: Mapping[str, SliceMap]
    prototypes: Mapping[str, Prototypes]
    report: dict[str, Any] = field(default_factory=dict)

    def project(self, vectors: np.ndarray, layout: SliceLayout, words: bool = False) -> np.ndarray:
        """Map vectors (n, dim) from the encoder's `layout` to this fit's, float32.

        Each slice keeps unit length. words: whether the vectors are those of words.
        """
        vectors = np.asarray(vectors, dtype=np.float32)
        parts = []
        for name in self.layout.names:
            slice_map = self.maps.get(name)
            if slice_map is None:
                parts.append(vectors[:, layout.slice(name)])
            else:
                mean = slice_map.text_mean if words else slice_map.mean
                parts.append(unit((vectors - mean) @ slice_map.matrix))
        return np.concatenate(parts, axis=1)


class FittedEncoder:
    """An encoder behind a fit; what the fit does not change comes from the encoder itself."""

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
        self, images: Sequence[Image.Image], garments: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """Return (n, dim) float32; `garments` as in `Encoder.encode_images`."""
        own = (
            self._encoder.encode_images(images)
            if garments is None
            else self._encoder.encode_images(images, garments)
        )
        return self.fit.project(own, self._encoder.layout)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, dim) float32 for n phrases."""
        return self.fit.project(self._encoder.encode_texts(texts), self._encoder.layout, words=True)

    def prototypes(self, facet: str) -> Prototypes | None:
        """Return what the facet's values look like in this shop, or None for an unknown facet."""
        return self.fit.prototypes.get(facet) or self._encoder.prototypes(facet)

    def all_prototypes(self) -> dict[str, Prototypes]:
        """Return every table by name.

        Once slices are fitted, tables of other classes than facets are left out: they belong to
        the encoder's own space.
        """
        own = {
            name: table
            for name, table in self._encoder.all_prototypes().items()
            if not self.fit.maps or name in self.facet_slice
        }
        return {**own, **self.fit.prototypes}


def write_fit(folder: Path, fit: Fit) -> None:
    """Write a fit into the folder `fitted` of a catalogue's folder."""
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    arrays = {
        f"{name}.{part}": getattr(slice_map, part)
        for name, slice_map in fit.maps.items()
        for part in _ARRAYS
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
    """Return the fit in a catalogue's folder, or None where there is none.

    Raises WorkError if it is damaged.
    """
    target = folder / FOLDER
    if not (target / _RECORD).is_file():
        return None
    try:
        record = json.loads((target / _RECORD).read_text(encoding="utf-8"))
        with np.load(target / _SLICES) as arrays:
            names = {key.partition(".")[0] for key in arrays.files}
            maps = {
                name: SliceMap(*(arrays[f"{name}.{part}"] for part in _ARRAYS)) for name in names
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
    """Return `encoder` as fitted to the catalogue in `folder`, or `encoder` itself without a fit.

    A fit is ignored once the catalogue has been embedded again without it.
    Raises EncoderMismatchError if the fit belongs to another encoder, WorkError if it is
    damaged.
    """
    folder = Path(folder)
    fit = read_fit(folder)
    if fit is None or read_manifest(folder)["encoder"]["fingerprint"] != fit.fingerprint:
        return encoder
    if fit.base != encoder.fingerprint:
        fitted_name = read_manifest(folder)["encoder"]["name"]
        raise EncoderMismatchError(
            f"{folder} was fitted on encoder {fitted_name} ({fit.base[:12]}), in use is "
            f"{encoder.name} ({encoder.fingerprint[:12]}); set ENCODER={fitted_name}, "
            f"or embed and fit it anew: python -m catalog embed {folder} "
            f"&& python -m training adapt {folder}"
        )
    return FittedEncoder(encoder, fit)


def fitted_thresholds(folder: Path, encoder: Any) -> Thresholds | None:
    """Return the thresholds that were fitted to this shop along with its encoder, or None."""
    path = folder / FOLDER / THRESHOLDS
    if not isinstance(encoder, FittedEncoder) or not path.is_file():
        return None
    return read_thresholds(path, "photo")
