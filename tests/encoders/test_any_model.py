"""Any other open_clip model: slices from its own text embeddings; names that are not there."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

import vocabulary
from encoders import load_encoder
from encoders.encoder import OpenClipEncoder
from encoders.layout import FACET_SLICE, SLICES
from encoders.openclip import LoadedModel, hash_model
from encoders.subspace import text_subspaces
from encoders.torchvision_ops import import_open_clip
from errors import InputError, WorkError


@pytest.fixture(scope="module")
def random_model() -> OpenClipEncoder:
    """A small CLIP of open_clip's own classes with random weights: 192 dimensions, 32 px."""
    open_clip = import_open_clip(with_transformers=True)
    torch.manual_seed(0)
    vision = {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 16}
    model = open_clip.CLIP(
        192,
        vision,
        {"context_length": 16, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 1},
    ).eval()
    transform = open_clip.image_transform(32, is_train=False)
    tokenizer = open_clip.SimpleTokenizer(context_length=16)
    return OpenClipEncoder(
        "random",
        LoadedModel(model, transform, tokenizer, 32, hash_model("random", model), None),
        "cpu",
    )


def test_slices_cover_the_models_space(random_model: OpenClipEncoder) -> None:
    assert random_model.dim == 192 and random_model.layout.names == tuple(SLICES)
    assert random_model.slices_from == "text embeddings"


def test_pictures_and_words_become_unit_slices(random_model: OpenClipEncoder) -> None:
    pictures = random_model.encode_images(
        [Image.new("RGB", (50, 80), "green"), Image.new("L", (20, 20))]
    )
    for vectors in (pictures, random_model.encode_texts(["a dress"])):
        for name in random_model.layout.names:
            assert np.allclose(
                np.linalg.norm(vectors[:, random_model.layout.slice(name)], axis=1), 1, atol=1e-4
            )


def test_a_values_own_words_lie_at_its_prototype(random_model: OpenClipEncoder) -> None:
    prototypes = random_model.prototypes("sleeve_length")
    words = random_model.encode_texts(
        [f"a garment with {value} sleeves" for value in prototypes.values]
    )
    part = words[:, random_model.layout.slice("silhouette")]
    assert (part @ prototypes.vectors.T).argmax(1).tolist() == [0, 1, 2, 3]


def test_every_facet_has_prototypes(random_model: OpenClipEncoder) -> None:
    for facet, where in FACET_SLICE.items():
        prototypes = random_model.prototypes(facet)
        size = dict(zip(random_model.layout.names, random_model.layout.sizes, strict=True))[where]
        assert (
            prototypes.values == vocabulary.leaf_values(facet)
            and prototypes.vectors.shape[1] == size
        )


def test_the_bases_are_one_rotation() -> None:
    rng = np.random.default_rng(3)
    known: dict[str, np.ndarray] = {}

    def encode(texts: list[str]) -> np.ndarray:
        rows = np.stack([known.setdefault(text, rng.normal(size=96)) for text in texts]).astype(
            np.float32
        )
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    spaces = text_subspaces(encode, 96)
    assert np.allclose(spaces.basis.T @ spaces.basis, np.eye(96), atol=1e-4)
    assert spaces.layout.dim == 96 and min(spaces.layout.sizes) > 0


def test_weights_decide_the_fingerprint(random_model: OpenClipEncoder) -> None:
    model = random_model._loaded.model
    before = hash_model("random", model)
    with torch.no_grad():
        model.logit_scale += 0.5
    assert hash_model("random", model) != before == random_model.fingerprint


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no-such-model", "unknown to open_clip"),
        ("ViT-B-32/no-such-tag", "no pretrained tag"),
        ("local-dir:/nowhere", "no open_clip_config.json"),
    ],
)
def test_names_that_are_not_there(name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        load_encoder(name, "cpu")


def test_a_hub_that_cannot_be_reached(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WorkError, match="ENCODER=builtin"):
        load_encoder("hf-hub:nobody/nothing", "cpu")


def test_an_unknown_device() -> None:
    with pytest.raises(InputError, match="auto, cpu or cuda"):
        load_encoder("builtin", "tpu")
