"""The measures behind the figures, on cases with known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from datasets.photos import Photo
from encoders.layout import FACET_SLICE, SliceLayout
from encoders.prototypes import Prototypes
from metrics.encoder import (
    auc,
    calibration_error,
    looked_figures,
    reported_classes,
    root,
    share,
    shop_figures,
    text_retrieval,
)


def test_wilsons_interval() -> None:
    entry = share([True] * 8 + [False] * 2)
    assert entry["value"] == 0.8 and entry["n"] == 10
    assert entry["low"] == pytest.approx(0.490, abs=1e-3) and entry["high"] == pytest.approx(
        0.943, abs=1e-3
    )
    assert share([])["n"] == 0 and math.isnan(share([])["value"])


def test_auc_counts_ties_by_half() -> None:
    present = np.array([True, True, False, False])
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), present)["value"] == 0.875
    assert auc(np.array([0.1, 0.2, 0.8, 0.9]), present)["value"] == 0.0


def test_calibration_error_of_a_braggart_and_of_an_honest_one() -> None:
    right = np.array([1.0, 0.0] * 50)
    assert calibration_error(np.full(100, 0.9), right) == pytest.approx(0.4, abs=0.01)
    assert calibration_error(np.full(100, 0.5), right) == pytest.approx(0.0, abs=0.01)


def test_colours_meet_at_their_parents() -> None:
    assert (
        root("navy") == root("light blue") == root("turquoise") == "blue"
        and root("teal") == root("olive") == "green"
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
    figures = shop_figures(Sees(), vectors, photos, "article", ["Dresses", "Shirts"])
    assert figures["value"] == figures["macro"] == 1 and figures["n"] == 24
    looked = looked_figures(Sees(), vectors, photos)
    assert (
        looked["color"]["value"] == 1
        and looked["hood (AUC)"]["value"] == 1
        and looked["neckline"]["n"] == 0
    )
    assert {
        kind: entry["value"] for kind, entry in text_retrieval(Sees(), vectors, photos).items()
    } == {
        "category": 1,
        "color": 1,
        "color and category": 1,
    }


def test_a_blind_encoder_is_right_by_chance() -> None:
    photos, vectors = _world()
    blind = np.tile(vectors[:1], (24, 1))
    assert shop_figures(Sees(), blind, photos, "article", ["Dresses", "Shirts"])["value"] == 0.5
    assert looked_figures(Sees(), blind, photos)["hood (AUC)"]["value"] == 0.5


def test_rare_classes_are_not_reported() -> None:
    photos, _ = _world()
    assert (
        reported_classes(photos[:21])["article"] == []
        and shop_figures(Sees(), np.zeros((24, 14)), photos, "article", [])["n"] == 0
    )
