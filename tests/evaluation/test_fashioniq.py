"""FashionIQ: its layout read, its protocol kept, its absence explained; on a small made-up set."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from errors import InputError
from evaluation.composed import fashioniq
from evaluation.composed.gallery import Gallery, Words
from tests.composer.tiny_world import TinySpace

COLORS = {"red": (200, 20, 20), "blue": (20, 20, 200), "white": (250, 250, 250), "black": (5, 5, 5)}


def nearest(pixel: tuple[int, int, int]) -> str:
    return min(
        COLORS, key=lambda name: sum(abs(a - b) for a, b in zip(pixel, COLORS[name], strict=True))
    )


class Seeing(TinySpace):
    """An encoder that identifies a picture by the colour of its first pixel."""

    def encode_images(self, images):
        names = [nearest(image.getpixel((0, 0))) for image in images]
        return np.stack(
            [
                self.item(category="dress", color=name, pattern="solid", gender="women", noise=0.0)
                for name in names
            ]
        )

    def encode_texts(self, texts):
        return np.stack([self.item(seed=1, noise=1.0) for _ in texts])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("captions", "image_splits", "images"):
        (tmp_path / part).mkdir()
    for category in fashioniq.CATEGORIES:
        records = [
            {
                "candidate": f"{category}-red",
                "target": f"{category}-blue",
                "captions": ["is blue.", "the same in blue"],
            },
            {
                "candidate": f"{category}-blue",
                "target": f"{category}-red",
                "captions": ["is red", ""],
            },
        ]
        write(tmp_path / "captions" / f"cap.{category}.val.json", records)
        write(
            tmp_path / "image_splits" / f"split.{category}.val.json",
            [f"{category}-{name}" for name in COLORS],
        )
        for name, color in COLORS.items():
            Image.new("RGB", (8, 8), color).save(tmp_path / "images" / f"{category}-{name}.png")
    return tmp_path


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def test_captions_are_joined_and_candidates_counted(folder: Path) -> None:
    part = fashioniq.read_part(folder, "dress")
    assert part.queries[0] == ("dress-red", "dress-blue", "is blue and the same in blue")
    assert part.queries[1][2] == "is red"
    assert len(part.candidates) == 4 and part.named == ("dress-red", "dress-blue")


def test_both_candidate_sets_and_all_categories(folder: Path, capsys) -> None:
    space = Seeing()
    figures = fashioniq.evaluate(folder, space, Words(space), ("image", "delta"), {})
    assert set(figures) == {"full", "VAL"}
    for by_name in figures.values():
        assert set(by_name["delta"]) == {*fashioniq.CATEGORIES, "mean"}
        assert by_name["delta"]["mean"]["R@10"] == [1.0, 1.0, 1.0]
    printed = capsys.readouterr().out
    assert all(name.split(" ")[0] in printed for name in fashioniq.PUBLISHED)


def test_the_reference_stays_among_the_candidates() -> None:
    """The picture alone ranks the reference first of 60, and the target only if it looks alike."""
    space = TinySpace()
    ids = tuple(f"n{n}" for n in range(60))
    vectors = np.stack(
        [space.item(seed=n, color="red" if n < 12 else "blue", noise=0.02) for n in range(60)]
    )
    part = fashioniq.Part(
        "dress", (("n0", "n5", "is blue"), ("n0", "n30", "is blue"), ("n0", "n0", "is red")), ids
    )
    seen = []

    def by_picture(query, wish):
        seen.append({c.key for c in wish.constraints})
        return vectors @ vectors[query.reference]

    rows = fashioniq.recall_rows(Gallery(ids, vectors, space), part, by_picture)
    assert rows["R@10"][2] == 1.0 and rows["R@50"][0] == 1.0
    assert rows["R@10"][1] == 0.0
    assert seen[0] == {("color", "require", "blue")}


def test_missing_files_are_named_with_their_paths(tmp_path: Path, folder: Path) -> None:
    message = fashioniq.missing(tmp_path / "nowhere")
    for part in ("captions/cap.CATEGORY.val.json", "images/ID.jpg", "7 of 7"):
        assert part in message
    assert fashioniq.missing(folder) == ""
    with pytest.raises(InputError, match="FashionIQ belongs into"):
        fashioniq.run(folder=tmp_path / "nowhere")
    (folder / "images" / "shirt-red.png").unlink()
    space = Seeing()
    with pytest.raises(InputError, match=r"1 of 4 shirt pictures.*shirt-red"):
        fashioniq.evaluate(folder, space, Words(space), ("image",), {})


@pytest.mark.parametrize("content", ["{not json", '[{"candidate": "a"}]'])
def test_malformed_files_are_named(folder: Path, content: str) -> None:
    (folder / "captions" / "cap.dress.val.json").write_text(content)
    with pytest.raises(InputError, match=r"cap\.dress\.val\.json"):
        fashioniq.read_part(folder, "dress")
