"""Probabilities of what pictures show, and the door that prints them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vocabulary
from errors import WorkError
from guard import __main__ as door
from guard.picture import look
from guard.thresholds import Band, load_thresholds
from tests.guard.toy import SEEN, ToyEncoder

ENCODER = ToyEncoder()


def test_exclusive_facets_sum_to_one_over_leaf_values() -> None:
    rng = np.random.default_rng(5)
    seen = look(ENCODER, rng.normal(size=(7, ENCODER.dim)))
    assert set(seen.probabilities) == set(SEEN)
    for facet, (values, p) in seen.probabilities.items():
        assert values == vocabulary.leaf_values(facet)
        assert ((p >= 0) & (p <= 1)).all()
        if facet != "details":
            assert np.allclose(p.sum(axis=1), 1)
    reported = {value for values, _ in seen.probabilities.values() for value in values}
    assert not {"patterned", "shoes", *vocabulary.SHADES} & reported


def test_details_are_independent() -> None:
    seen = look(ENCODER, ENCODER.picture(details="hood|pockets"))
    assert seen.of("details", "hood")[0] > 0.9 and seen.of("details", "pockets")[0] > 0.9


def test_a_value_holds_its_children_and_may_be_asked_within_its_parent() -> None:
    seen = look(ENCODER, ENCODER.picture(color="navy|red"))
    assert seen.of("color", "blue")[0] == pytest.approx(0.5, abs=0.01)
    assert seen.of("color", "navy", within="blue")[0] > 0.99
    assert seen.of("gender", "women") is None


def test_a_belt_has_no_sleeves() -> None:
    assert "sleeve_length" not in look(ENCODER, ENCODER.picture(category="belt")).attributes(0)
    assert "hood" not in look(ENCODER, ENCODER.picture(category="jeans")).attributes(0)["details"]
    assert "sleeve_length" in look(ENCODER, ENCODER.picture(category="shirt")).attributes(0)


class _Seeing(ToyEncoder):
    """Red pictures are striped shirts, all others plain belts."""

    def encode_images(self, pictures: list[Image.Image]) -> np.ndarray:
        return np.stack(
            [
                self.picture(category="shirt", pattern="striped", color="red")
                if p.getpixel((0, 0))[0] > 150
                else self.picture(category="belt", pattern="solid", color="blue")
                for p in pictures
            ]
        )


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(door, "load_encoder", lambda name, device: _Seeing())
    paths = []
    for name, color in (
        ("red.png", (200, 0, 0)),
        ("blue.png", (0, 0, 200)),
        ("red2.png", (220, 0, 0)),
    ):
        Image.new("RGB", (40, 40), color).save(tmp_path / name)
        paths.append(str(tmp_path / name))
    return paths


def test_the_door_answers_in_order(photos: list[str], capsys: pytest.CaptureFixture) -> None:
    assert door.main(["look", *photos]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["photo"] for line in lines] == photos
    assert [
        max(line["attributes"]["pattern"], key=line["attributes"]["pattern"].get) for line in lines
    ] == ["striped", "solid", "striped"]
    for line in lines:
        for facet, values in line["attributes"].items():
            assert facet == "details" or sum(values.values()) == pytest.approx(1, abs=1e-4)


def test_an_unreadable_photo_is_reported_and_the_others_answered(
    photos: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_text("not a picture")
    assert door.main(["look", photos[0], str(bad), str(tmp_path / "missing.png"), photos[1]]) == 2
    out, err = capsys.readouterr()
    assert [json.loads(line)["photo"] for line in out.splitlines()] == [photos[0], photos[1]]
    assert "bad.jpg" in err and "missing.png" in err and "Traceback" not in err


def test_a_missing_catalogue_is_wrong_usage(
    photos: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert door.main(["look", "--catalog", str(tmp_path / "none"), photos[0]]) == 2
    assert "catalog demo" in capsys.readouterr().err


def test_thresholds_that_are_damaged_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.json"
    path.write_text('{"default": {}}')
    with pytest.raises(WorkError, match="training thresholds"):
        load_thresholds(path)
    with pytest.raises(WorkError):
        Band(0.6, 0.4)


def test_thresholds_of_another_encoder_are_not_used() -> None:
    shipped = load_thresholds()
    assert (
        shipped.band("pattern", "striped", "exclude", "some other encoder")
        == shipped.default["exclude"]
    )
