"""Measuring an encoder: photos and vectors whose figures are known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from datasets.photos import Photo
from encoders.layout import FACET_SLICE, SliceLayout
from encoders.prototypes import Prototypes
from metrics.encoder.calibration import slice_calibration
from metrics.encoder.classes import class_accuracy, reported_classes
from metrics.encoder.phrases import phrase_precision
from metrics.encoder.visible import color_family, visible_figures


def test_colours_meet_at_their_parents() -> None:
    assert (
        color_family("navy") == color_family("light blue") == color_family("turquoise") == "blue"
        and color_family("teal") == color_family("olive") == "green"
    )


class Sees:
    """An encoder-like with two dimensions a slice; value i of the first two points along axis i."""

    name = "toy"
    layout = SliceLayout(tuple(dict.fromkeys(FACET_SLICE.values())), (2,) * 7)
    facet_slice = FACET_SLICE

    def prototypes(self, name: str) -> Prototypes:
        values = {
            "color": ("red", "navy"),
            "category": ("dress", "shirt"),
            "shop/article": ("Dresses", "Shirts"),
            "details": ("hood", "zipper"),
        }.get(name, ("crew", "striped"))
        if name == "details":
            values = ("hood", "zipper", "buttons", "pockets")
        vectors = np.eye(2, dtype=np.float32)[[i % 2 for i in range(len(values))]]
        return Prototypes(
            values, vectors, 8.0, np.zeros(len(values), dtype=np.float32), name != "details"
        )

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 14), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, self.layout.slice("category").start + ("shirt" in text)] = 1
            rows[row, self.layout.slice("color").start + ("navy" in text)] = 1
        return rows


def _photo(i: int, dress: bool, red: bool) -> Photo:
    kind, color = ("dress", "shirt")[not dress], ("red", "navy")[not red]
    return Photo(
        "product",
        str(i),
        "report",
        {"category": frozenset({kind}), "color": frozenset({color})},
        {"hood": dress},
        {"article": ("Dresses", "Shirts")[not dress]},
        "",
        "report",
        {"color": frozenset({color})},
    )


def _world() -> tuple[list[Photo], np.ndarray]:
    photos = [_photo(i, i % 2 == 0, i % 4 < 2) for i in range(24)]
    vectors = np.zeros((24, 14), dtype=np.float32)
    for row in range(24):
        for name in Sees.layout.names:
            axis = row % 4 >= 2 if name == "color" else row % 2
            vectors[row, Sees.layout.slice(name).start + int(axis)] = 1
    return photos, vectors


def test_a_seeing_encoder_is_right_everywhere() -> None:
    photos, vectors = _world()
    figures = class_accuracy(Sees(), vectors, photos, "article", ["Dresses", "Shirts"])
    assert figures["value"] == figures["macro"] == 1 and figures["n"] == 24
    looked = visible_figures(Sees(), vectors, photos)
    assert (
        looked["color"]["value"] == 1
        and looked["hood (AUC)"]["value"] == 1
        and looked["neckline"]["n"] == 0
    )
    assert {
        kind: entry["value"] for kind, entry in phrase_precision(Sees(), vectors, photos).items()
    } == {
        "category": 1,
        "color": 1,
        "color and category": 1,
    }


def test_a_blind_encoder_is_right_by_chance() -> None:
    photos, vectors = _world()
    blind = np.tile(vectors[:1], (24, 1))
    assert class_accuracy(Sees(), blind, photos, "article", ["Dresses", "Shirts"])["value"] == 0.5
    assert visible_figures(Sees(), blind, photos)["hood (AUC)"]["value"] == 0.5


def test_calibration_is_reported_for_every_labelled_slice() -> None:
    photos, vectors = _world()
    figures = slice_calibration(Sees(), vectors, photos)
    p = float(
        Sees().prototypes("color").probabilities(vectors[:1, Sees.layout.slice("color")]).max()
    )
    assert set(figures) == {"category", "color", "material"}
    assert figures["color"]["n"] == 24
    assert figures["color"]["value"] == pytest.approx(1 - p)


def test_rare_classes_are_not_reported() -> None:
    photos, _ = _world()
    assert (
        reported_classes(photos[:21])["article"] == []
        and class_accuracy(Sees(), np.zeros((24, 14)), photos, "article", [])["n"] == 0
    )
