"""The split rule, and labels read from the shop's words."""

from __future__ import annotations

from pathlib import Path

import pytest

import vocabulary
from datasets import labels, splits
from datasets.photos import photo_opener, read_photos
from errors import InputError


def test_the_colours_of_a_design_are_one_design() -> None:
    names = [
        "Turtle Check Men Navy Blue Shirt",
        "Turtle Check Men Maroon Shirt",
        "turtle check men  grey melange shirt",
    ]
    assert {splits.design(name) for name in names} == {"turtle check men shirt"}


def test_colour_names_inside_words_stay() -> None:
    assert splits.design("Redtape Men Tan Shoes 12") == "redtape men shoes"


@pytest.mark.parametrize(
    ("bucket", "role"),
    [
        (30, "report"),
        (39, "report"),
        (40, "choose"),
        (44, "choose"),
        (45, "train"),
        (99, "train"),
        (12, "choose"),
    ],
)
def test_buckets_have_roles(bucket: int, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "bucket_of", lambda text: bucket)
    assert splits.design_role("anything") == role


def test_labels_name_values_of_the_vocabulary() -> None:
    rows = [
        {
            "productDisplayName": f"Printed Full Sleeve Round Neck Leather {kind}",
            "articleType": kind,
            "baseColour": "Steel",
            "gender": "Women",
            "usage": "Formal",
        }
        for kind in ("Tshirts", "Casual Shoes", "Bath Robe", "Nonsense")
    ]
    for row in rows:
        for facet, values in labels.product_sets(row).items():
            assert values and values <= set(vocabulary.leaf_values(facet))
    for kind in ("blazer", "longsleeve", "shoes", "body"):
        for facet, values in labels.shopper_sets(kind).items():
            assert values and values <= set(vocabulary.leaf_values(facet))


def test_a_name_with_two_patterns_names_none() -> None:
    row = {
        "productDisplayName": "Striped Printed Top",
        "articleType": "Tops",
        "baseColour": "Red",
        "gender": "Women",
        "usage": "Casual",
    }
    assert (
        "pattern" not in labels.product_sets(row)
        and labels.shop_pattern("Striped Printed Top") is None
    )
    assert labels.shop_pattern("Checked Shirt") == "checked"


def test_unsure_says_nothing() -> None:
    row = {
        "color": "red|blue",
        "pattern": "other",
        "sleeve_length": "na",
        "neckline": "henley",
        "length": "long",
        "pockets": "yes",
        "hood": "no",
        "buttons": "unsure",
        "zipper": "no",
    }
    assert labels.looked_sets(row) == {"color": {"red", "blue"}, "length": {"maxi"}}
    assert labels.looked_details(row) == {"pockets": True, "hood": False, "zipper": False}


def test_report_and_calibration_photos_are_not_trained_on(made_up: Path) -> None:
    photos = read_photos(made_up)
    train = [photo for photo in photos if photo.role == "train"]
    assert train and not [photo for photo in train if photo.looked in ("calibrate", "report")]
    held_out = {
        splits.design(p.title)
        for p in photos
        if p.role in ("report", "choose") and p.source == "product"
    }
    assert held_out and not [
        photo
        for photo in train
        if photo.source != "shopper" and splits.design(photo.title) in held_out
    ]
    assert all(
        photo.role == "report"
        for photo in photos
        if photo.source == "shopper" and int(photo.id[1:-4]) % 3 == 2
    )


def test_every_photo_opens(made_up: Path) -> None:
    for photo in read_photos(made_up)[::7]:
        assert photo_opener(made_up, photo.source)(photo.id).size[0] > 20


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"looked_at.*--data"):
        read_photos(tmp_path)
