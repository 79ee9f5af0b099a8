"""The built-in model through the interface that the other rooms use."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

import vocabulary
from demo import plan_items, render
from encoders import load_encoder
from encoders.layout import FACET_SLICE, SLICES
from encoders.openclip import BUILTIN, PROTOTYPES


def slice_lengths(encoder, vectors: np.ndarray) -> np.ndarray:
    return np.stack(
        [
            np.linalg.norm(vectors[:, encoder.layout.slice(name)], axis=1)
            for name in encoder.layout.names
        ],
        axis=1,
    )


def test_pictures_become_unit_slices(builtin, pictures) -> None:
    vectors = builtin.encode_images(pictures)
    assert vectors.shape == (3, 256) and vectors.dtype == np.float32
    assert np.allclose(slice_lengths(builtin, vectors), 1, atol=1e-4)


def test_words_become_unit_slices(builtin) -> None:
    vectors = builtin.encode_texts(["a navy striped shirt", "", "zzzz ünïcode 👗", "word " * 400])
    assert vectors.shape == (4, 256)
    assert np.allclose(slice_lengths(builtin, vectors), 1, atol=1e-4)


def test_nothing_in_nothing_out(builtin) -> None:
    assert builtin.encode_images([]).shape == (0, 256) and builtin.encode_texts([]).shape == (
        0,
        256,
    )


def test_same_input_same_vector_alone_or_in_a_batch(builtin, pictures) -> None:
    together = builtin.encode_images(pictures)
    assert np.array_equal(together, builtin.encode_images(pictures))
    assert np.allclose(together[1], builtin.encode_images(pictures[1:2])[0], atol=1e-4)


def test_mode_and_transparency_do_not_matter(builtin, pictures) -> None:
    blue = pictures[1]
    on_white = Image.alpha_composite(Image.new("RGBA", blue.size, "white"), blue).convert("RGB")
    assert np.allclose(builtin.encode_images([blue]), builtin.encode_images([on_white]), atol=1e-5)
    grey = pictures[2].convert("L")
    assert np.allclose(
        builtin.encode_images([grey]), builtin.encode_images([grey.convert("RGB")]), atol=1e-5
    )


def test_colours_and_kinds_of_plain_drawings_are_seen(builtin) -> None:
    plain = [
        drawn
        for drawn in plan_items(400, seed=31)
        if drawn.truth["pattern"] == ["solid"]
        and drawn.truth["category"][0] in ("shirt", "dress", "trousers", "t-shirt")
    ][:40:2]
    vectors = builtin.encode_images([render(drawn, size=(192, 256)) for drawn in plain])
    for facet, least in (("color", 0.5), ("category", 0.6)):
        prototypes = builtin.prototypes(facet)
        best = prototypes.probabilities(
            vectors[:, builtin.layout.slice(FACET_SLICE[facet])]
        ).argmax(1)
        tops = [vocabulary.ancestors(facet, prototypes.values[i])[-1] for i in best]
        right = [
            top == vocabulary.ancestors(facet, drawn.truth[facet][0])[-1]
            for top, drawn in zip(tops, plain, strict=True)
        ]
        assert np.mean(right) >= least, (facet, tops)


TRAINED_VALUES = {
    "category": 46,
    "color": 23,
    "pattern": 12,
    "sleeve_length": 4,
    "length": 5,
    "neckline": 14,
    "fit": 6,
    "material": 16,
    "details": 19,
    "gender": 5,
    "style": 15,
}
"""How many values of each facet the model was trained on: all that the vocabulary had then. A value
added since has no prototype until the next training."""


def test_every_facet_has_calibrated_values(builtin) -> None:
    for facet, where in FACET_SLICE.items():
        prototypes = builtin.prototypes(facet)
        leaves = vocabulary.leaf_values(facet)
        assert prototypes.values == tuple(value for value in leaves if value in prototypes.values)
        assert len(prototypes.values) == TRAINED_VALUES[facet]
        assert prototypes.vectors.shape == (TRAINED_VALUES[facet], SLICES[where])
        assert prototypes.exclusive is (facet != "details")
        assert prototypes.scale > 1 and np.isfinite(prototypes.bias).all()
    assert builtin.prototypes("brand") is None


def test_words_lie_at_the_prototypes_they_name(builtin) -> None:
    for facet, value in (
        ("color", "navy"),
        ("pattern", "striped"),
        ("category", "dress"),
        ("gender", "women"),
    ):
        prototypes = builtin.prototypes(facet)
        part = builtin.encode_texts([value])[:, builtin.layout.slice(FACET_SLICE[facet])]
        assert prototypes.values[int((prototypes.vectors @ part[0]).argmax())] == value


def test_fingerprint_is_of_weights_and_config(builtin) -> None:
    assert builtin.fingerprint == load_encoder(f"local-dir:{BUILTIN}", "cpu").fingerprint
    assert len(builtin.fingerprint) == 16


def test_another_config_is_another_fingerprint(builtin, tmp_path) -> None:
    for path in BUILTIN.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = tmp_path / "open_clip_config.json"
    config.write_text(config.read_text().replace('"image_size": ', '"image_size":  '))
    assert load_encoder(f"local-dir:{tmp_path}", "cpu").fingerprint != builtin.fingerprint


def test_the_folder_can_be_pushed_plainly() -> None:
    assert sum(path.stat().st_size for path in BUILTIN.iterdir()) <= 10_000_000
    assert (BUILTIN / PROTOTYPES).is_file() and (BUILTIN / "README.md").is_file()


@pytest.mark.parametrize("text", ["shirt", "navy blue", "sleeveless"])
def test_tokens_are_few_for_shop_words(builtin, text: str) -> None:
    tokens = builtin._loaded.tokenizer([text])[0]
    assert int((tokens != 0).sum()) - 2 <= 2 * len(text.split())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_gives_nearly_the_same_vectors() -> None:
    pictures = [Image.new("RGB", (90, 120), color) for color in ("navy", "red", "white")]
    there, here = (
        load_encoder("builtin", device).encode_images(pictures) for device in ("cuda", "cpu")
    )
    layout = load_encoder("builtin", "cpu").layout
    for name in layout.names:
        part = layout.slice(name)
        assert (np.sum(there[:, part] * here[:, part], axis=1) > 0.995).all(), name
