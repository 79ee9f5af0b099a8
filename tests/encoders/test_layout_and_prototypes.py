"""Slices and prototypes: positions, probabilities, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vocabulary
from encoders.layout import BUILTIN_LAYOUT, FACET_SLICE, SLICES
from encoders.prototypes import Prototypes, read_prototypes, unit, write_prototypes


def test_slices_tile_the_vector() -> None:
    covered = [
        position
        for name in BUILTIN_LAYOUT.names
        for position in range(256)[BUILTIN_LAYOUT.slice(name)]
    ]
    assert covered == list(range(256)) and BUILTIN_LAYOUT.dim == 256


def test_unknown_slice_names_the_known_ones() -> None:
    with pytest.raises(KeyError, match="category, color"):
        BUILTIN_LAYOUT.slice("colour")


def test_every_seen_facet_has_a_slice() -> None:
    assert set(FACET_SLICE) == set(vocabulary.ATTRIBUTE_FACETS)
    assert set(FACET_SLICE.values()) == set(SLICES)


def _prototypes(exclusive: bool) -> Prototypes:
    vectors = unit(np.random.default_rng(0).normal(size=(4, 8)))
    return Prototypes(("a", "b", "c", "d"), vectors, 12.0, np.zeros(4, dtype=np.float32), exclusive)


def test_exclusive_probabilities_sum_to_one_and_peak_at_the_value() -> None:
    table = _prototypes(True)
    chances = table.probabilities(table.vectors)
    assert np.allclose(chances.sum(1), 1, atol=1e-6)
    assert chances.argmax(1).tolist() == [0, 1, 2, 3]


def test_independent_probabilities_are_sigmoids_moved_by_their_bias() -> None:
    table = _prototypes(False)
    at = table.probabilities(table.vectors[:1])[0, 0]
    biased = Prototypes(
        table.values, table.vectors, table.scale, np.full(4, -12.0, dtype=np.float32), False
    )
    assert at == pytest.approx(1 / (1 + np.exp(-12)), abs=1e-4)
    assert biased.probabilities(table.vectors[:1])[0, 0] == pytest.approx(0.5, abs=1e-3)


def test_prototypes_survive_their_file(tmp_path: Path) -> None:
    write_prototypes(
        tmp_path / "p.safetensors", {"color": _prototypes(True), "details": _prototypes(False)}
    )
    back = read_prototypes(tmp_path / "p.safetensors")
    assert back["details"].exclusive is False and back["color"].values == ("a", "b", "c", "d")
    assert np.abs(back["color"].vectors - _prototypes(True).vectors).max() < 1e-3
    assert np.allclose(np.linalg.norm(back["color"].vectors, axis=1), 1, atol=1e-6)
