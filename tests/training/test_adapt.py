"""Fit of an encoder to a made-up shop: what it learns, what it refuses, and atomic storage."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vocabulary
from catalog.build import build
from catalog.entries import Entry, Origin
from catalog.item import Item
from catalog.store import Catalog
from encoders import FACET_SLICE, Prototypes, SliceLayout
from encoders.prototypes import unit
from errors import EncoderMismatchError, InputError
from guard import fitted_to, read_claims
from guard.fitted import fitted_thresholds
from training import adapt
from training.adapt_fit import fit_shop, label_counts
from training.adapt_report import measure
from training.adapt_slice import Teacher
from training.listings import read_shop, stated_sets

COLORS = ("red", "blue", "green", "white")
LAYOUT = SliceLayout(
    ("category", "color", "pattern", "silhouette", "material", "audience", "appearance"), (6,) * 7
)
_TURN = np.linalg.qr(np.random.default_rng(3).normal(size=(42, 42)))[0].astype(np.float32)


class Turned:
    """An encoder whose vectors show the colour, but outside its own colour slice.

    Pictures are one pixel: its red channel is the colour, its green one seeds the noise.
    """

    name, fingerprint, layout, dim, side = "turned", "turned0", LAYOUT, LAYOUT.dim, 16
    facet_slice = FACET_SLICE

    def prototypes(self, facet: str) -> Prototypes | None:
        values = vocabulary.leaf_values(facet)
        rng = np.random.default_rng(len(facet))
        return Prototypes(
            values,
            unit(rng.normal(size=(len(values), 6))),
            8.0,
            np.zeros(len(values), dtype=np.float32),
            facet != "details",
        )

    def all_prototypes(self) -> dict[str, Prototypes]:
        return {facet: self.prototypes(facet) for facet in FACET_SLICE}

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        return np.stack(
            [
                self._of(*image.convert("RGB").resize((1, 1)).getpixel((0, 0))[:2])
                for image in images
            ]
        )

    def _of(self, red: int, seed: int) -> np.ndarray:
        hidden = np.random.default_rng(seed).normal(scale=0.35, size=42)
        hidden[round(red / 60) % 4] += 2.0
        return self._split((hidden @ _TURN)[None])[0]

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return self._split(
            np.stack([np.random.default_rng(len(text)).normal(size=42) for text in texts])
        )

    def _split(self, raw: np.ndarray) -> np.ndarray:
        return np.concatenate([unit(raw[:, LAYOUT.slice(name)]) for name in LAYOUT.names], 1)


def entries(n: int, attributes: bool = True):
    for number in range(n):
        color = number % 4
        buffer = io.BytesIO()
        Image.new("RGB", (16, 16), (60 * color, number % 250, 0)).save(buffer, "PNG")
        letters = (
            "abcdefghij"[number % 10],
            "klmnopqrst"[number // 10 % 10],
            "uvwxyz"[number // 100],
        )
        title = f"{''.join(letters)} shirt"
        values = {"color": (COLORS[color],), "category": ("shirt",)} if attributes else {}
        yield Entry(Item(id=f"i{number}", title=title, attributes=values), buffer.getvalue())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "shop"
    build(folder, entries(400), Turned, read_claims, Origin("import", "import it"))
    return folder


@pytest.fixture
def shop(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "place" / "shop"))


@pytest.fixture
def in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapt, "load_encoder", lambda name, device: Turned())


def color_accuracy(encoder, vectors: np.ndarray) -> float:
    table = encoder.prototypes("color")
    p = table.probabilities(np.asarray(vectors, np.float32)[:, encoder.layout.slice("color")])
    return float(
        np.mean([table.values[column] == COLORS[n % 4] for n, column in enumerate(p.argmax(1))])
    )


def test_a_fitted_catalogue_opens_with_its_fit(shop: Path, in_use: None) -> None:
    before = Catalog.open(shop)
    assert color_accuracy(Turned(), before.vectors) < 0.6
    report = adapt.run(shop)
    assert report["facets"]["color"]["chosen"] == "slice fitted anew"
    assert report["facets"]["category"]["why"] == "all items state the same"
    after = Catalog.open(shop)
    encoder = fitted_to(shop, Turned())
    after.check_encoder(encoder)
    with pytest.raises(EncoderMismatchError):
        after.check_encoder(Turned())
    assert color_accuracy(encoder, after.vectors) > 0.8
    pictures = [Image.open(after.image_path(row)) for row in range(8)]
    np.testing.assert_allclose(encoder.encode_images(pictures), after.vectors[:8], atol=0.02)
    assert "color" in fitted_thresholds(shop, encoder).facets


def test_fitting_again_starts_from_the_unfitted_encoders_vectors(shop: Path, in_use: None) -> None:
    own = np.array(Catalog.open(shop).vectors, dtype=np.float32)
    first = adapt.run(shop)
    np.testing.assert_allclose(adapt.base_vectors(Catalog.open(shop), Turned()), own, atol=1e-3)
    second = adapt.run(shop)
    assert (first["fingerprint"], first["facets"]) == (second["fingerprint"], second["facets"])


def test_an_interrupted_fit_leaves_the_catalogue_as_it_was(
    shop: Path, in_use: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = json.loads((shop / "info.json").read_text())

    def interrupted(folder: Path, fit) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(adapt, "write_fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        adapt.run(shop)
    assert (
        json.loads((shop / "info.json").read_text()) == manifest and not (shop / "fitted").exists()
    )
    assert [path.name for path in shop.parent.iterdir() if path.suffix != ".lock"] == ["shop"], (
        "nothing half-built stays beside it"
    )


def test_too_few_labels_and_vectors_of_another_encoder_are_refused(
    tmp_path: Path, shop: Path, in_use: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(
        tmp_path / "silent",
        entries(40, attributes=False),
        Turned,
        read_claims,
        Origin("import", "import it"),
    )
    with pytest.raises(InputError, match="state too little"):
        adapt.run(tmp_path / "silent")
    other = Turned()
    other.fingerprint = "other0"
    monkeypatch.setattr(adapt, "load_encoder", lambda name, device: other)
    with pytest.raises(EncoderMismatchError, match="turned0"):
        adapt.run(shop)


def test_facets_that_few_listings_state_are_not_fitted(shop: Path) -> None:
    whole = read_shop(Catalog.open(shop), Catalog.open(shop).vectors)
    with pytest.raises(InputError):
        fit_shop(Turned(), whole.part(np.arange(50)))
    teacher = Teacher(Turned(), whole, whole.held_out(), {})
    teacher._allowed["color", Turned().prototypes("color").values] = (
        np.eye(1, 23, dtype=bool).repeat(400, 0) & (np.arange(400) % 5 == 0)[:, None]
    )
    assert label_counts(teacher, "color")["why"] == "stated by 20% of the items only (at least 30%)"


def test_a_listing_allows_what_it_does_not_rule_out() -> None:
    from catalog.listing.statements import statements

    def listing(**attributes: str):
        item = Item(
            id="a",
            title="Thing",
            attributes={facet: (value,) for facet, value in attributes.items()},
        )
        return statements(item, read_claims(item))

    pattern = stated_sets(
        [
            listing(pattern="patterned"),
            listing(pattern="striped"),
            listing(color="multicolor"),
            listing(),
        ],
        "pattern",
    )
    assert (
        "striped" in pattern[0]
        and "solid" not in pattern[0]
        and pattern[1] == {"striped"}
        and not pattern[3]
    )
    assert (
        stated_sets([listing(color="multicolor"), listing(color="blue")], "color")[0] == frozenset()
    )
    assert "navy" in stated_sets([listing(color="blue")], "color")[0]
    assert stated_sets([listing(category="belt", sleeve_length="long")], "sleeve_length") == [
        frozenset()
    ]


def test_the_report_covers_designs_outside_the_fit(shop: Path) -> None:
    catalog = Catalog.open(shop)
    report = measure(Turned(), read_shop(catalog, catalog.vectors))
    assert report["fitted_on"] + report["reported"] == 400 and report["reported"] > 20
    color = report["facets"]["color"]
    assert color["before"]["accuracy"] < 0.6 and color["after"]["accuracy"] > 0.75
    assert color["after"]["interval"][0] > color["before"]["interval"][1]
    assert report["no"]["after"]["violations"] <= 0.1
