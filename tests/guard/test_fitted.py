"""A fit is written, read back and put before its encoder; one of another encoder is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from catalog.files import LAYOUT_VERSION
from encoders import Prototypes, SliceLayout
from errors import EncoderMismatchError, WorkError
from guard.fitted import (
    Fit,
    FittedEncoder,
    SliceMap,
    fitted_thresholds,
    fitted_to,
    read_fit,
    write_fit,
)

LAYOUT = SliceLayout(("color", "pattern"), (2, 2))


class Base:
    """Pictures and words are their own vectors."""

    name, fingerprint, layout, dim, side = "base", "base0", LAYOUT, 4, 32
    facet_slice: ClassVar[dict[str, str]] = {"color": "color", "pattern": "pattern"}

    def prototypes(self, facet: str) -> Prototypes:
        return Prototypes(
            ("red", "blue"), np.eye(2, dtype=np.float32), 10.0, np.zeros(2, dtype=np.float32)
        )

    def all_prototypes(self) -> dict[str, Prototypes]:
        return {facet: self.prototypes(facet) for facet in (*self.facet_slice, "shop/base")}

    def encode_images(self, images):
        return np.asarray(images, dtype=np.float32)

    encode_texts = encode_images


def a_fit() -> Fit:
    matrix = np.zeros((4, 3), dtype=np.float32)
    matrix[2:, :2] = np.eye(2)
    table = Prototypes(
        ("striped", "solid"), np.eye(2, 3, dtype=np.float32), 7.0, np.zeros(2, dtype=np.float32)
    )
    pattern = SliceMap(
        matrix, np.array([0, 0, 0.5, 0], dtype=np.float32), np.zeros(4, dtype=np.float32)
    )
    return Fit(
        "base0",
        "fitted0",
        SliceLayout(("color", "pattern"), (2, 3)),
        {"pattern": pattern},
        {"pattern": table},
        {"x": {}},
    )


def folder(tmp_path: Path, fingerprint: str) -> Path:
    (tmp_path / "info.json").write_text(
        json.dumps(
            {
                "version": LAYOUT_VERSION,
                "kind": "import",
                "encoder": {"name": "base", "fingerprint": fingerprint},
            }
        )
    )
    write_fit(tmp_path, a_fit())
    return tmp_path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    fit = read_fit(folder(tmp_path, "fitted0"))
    assert (fit.base, fit.fingerprint, fit.layout) == ("base0", "fitted0", a_fit().layout)
    np.testing.assert_array_equal(fit.maps["pattern"].matrix, a_fit().maps["pattern"].matrix)
    assert fit.prototypes["pattern"].values == ("striped", "solid")


def test_the_fitted_encoder_maps_what_was_fitted_and_leaves_the_rest(tmp_path: Path) -> None:
    encoder = fitted_to(folder(tmp_path, "fitted0"), Base())
    assert isinstance(encoder, FittedEncoder) and (
        encoder.dim,
        encoder.fingerprint,
        encoder.side,
    ) == (5, "fitted0", 32)
    vector = np.array([[0.6, 0.8, 0.5, 2.0]])
    np.testing.assert_allclose(encoder.encode_images(vector), [[0.6, 0.8, 0, 1, 0]], atol=1e-6)
    words = encoder.encode_texts(vector)  # words have a mean of their own, here 0
    np.testing.assert_allclose(words[0, 2:], np.array([0.5, 2, 0]) / np.hypot(0.5, 2), atol=1e-6)
    assert (
        encoder.prototypes("pattern").values == ("striped", "solid")
        and encoder.prototypes("color").values[0] == "red"
    )
    assert set(encoder.all_prototypes()) == {"color", "pattern"}, (
        "the shop classes lie in another space now"
    )


def test_a_fit_that_another_embedding_replaced_counts_no_more(tmp_path: Path) -> None:
    base = Base()
    assert fitted_to(folder(tmp_path, "base0"), base) is base
    assert fitted_thresholds(tmp_path, base) is None


def test_another_encoder_and_a_damaged_fit_are_reported(tmp_path: Path) -> None:
    other = Base()
    other.fingerprint = "other0"
    with pytest.raises(EncoderMismatchError, match="training adapt"):
        fitted_to(folder(tmp_path, "fitted0"), other)
    (tmp_path / "fitted" / "record.json").write_text("{}")
    with pytest.raises(WorkError, match="fit it again"):
        read_fit(tmp_path)
