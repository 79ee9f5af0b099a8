"""Learned composers: what they learn, and weights that do not belong here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import composer.learned.networks as networks
from composer import LEARNED, Weights, compose
from composer.learned import NETWORKS, is_fitted, load_learned, save_learned
from errors import InputError
from tests.composer.lessons import tiny_gallery, tiny_weights
from tests.composer.tiny_world import TinySpace, wish
from vocabulary.wish import Wish

SPACE = TinySpace()
GALLERY = tiny_gallery(SPACE)


@pytest.fixture(params=sorted(LEARNED))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_every_learned_kind_has_a_network() -> None:
    assert set(LEARNED) == set(NETWORKS)


def test_weights_come_back_as_they_were(kind: str, tmp_path) -> None:
    learned, path = tiny_weights(kind), tmp_path / f"{kind}.safetensors"
    save_learned(learned, path)
    again = load_learned(path)
    assert again.kind == kind and again.encoder == "tiny" and again.slices == learned.slices
    assert path.stat().st_size < 300_000 and is_fitted(kind, SPACE, tmp_path)
    asked = wish("require color navy", "exclude pattern striped")
    before, after = (
        compose(kind, GALLERY.vectors[0], asked, None, SPACE, found) for found in (learned, again)
    )
    np.testing.assert_allclose(before.vector, after.vector, atol=2e-2)


def test_a_no_moves_away(kind: str) -> None:
    """Of the same reference: items without stripes rise, those with stripes fall."""
    row = next(n for n, item in enumerate(GALLERY.items) if "striped" in item.all_of["pattern"])
    striped = GALLERY.fact("pattern", "striped") == 1
    gap = []
    for asked in (
        wish("require category dress"),
        wish("require category dress", "exclude pattern striped"),
    ):
        scores = (
            GALLERY.vectors
            @ compose(kind, GALLERY.vectors[row], asked, None, SPACE, tiny_weights(kind)).vector
        )
        scores /= scores.std()
        gap.append(scores[striped].mean() - scores[~striped].mean())
    assert gap[1] < gap[0] - 0.3


def test_gates_start_as_the_closed_form() -> None:
    """Untrained gates give the closed form's ranking where one value is asked for."""
    network, weights = NETWORKS["gated"], Weights(firm=0.0)
    start = {name: tensor.numpy() for name, tensor in network.start(SPACE, weights, 0).items()}
    learned = replace(tiny_weights("gated"), tensors=start, weights=weights)
    asked = wish("require color navy")
    gated, delta = (
        compose(name, GALLERY.vectors[3], asked, None, SPACE, settings).vector
        for name, settings in (("gated", learned), ("delta", weights))
    )
    np.testing.assert_allclose(gated, delta, atol=1e-3)  # stored slices are unit to fp16


def test_weights_of_another_encoder_are_refused(kind: str) -> None:
    asked = wish("require color navy")
    with pytest.raises(InputError, match=f"training composer --kind {kind}"):
        compose(
            kind,
            GALLERY.vectors[0],
            asked,
            None,
            SPACE,
            replace(tiny_weights(kind), encoder="older"),
        )
    with pytest.raises(InputError, match="takes slices"):
        compose(
            kind,
            GALLERY.vectors[0],
            asked,
            None,
            SPACE,
            replace(tiny_weights(kind), slices={"category": 4}),
        )


def test_weights_of_another_shape_are_refused(kind: str) -> None:
    learned = tiny_weights(kind)
    name = next(iter(learned.tensors))
    broken = replace(learned, tensors={**learned.tensors, name: learned.tensors[name][:1]})
    with pytest.raises(InputError, match=f"not .*training composer --kind {kind}"):
        compose(kind, GALLERY.vectors[0], wish("require color navy"), None, SPACE, broken)


def test_weights_of_another_kind_are_refused() -> None:
    with pytest.raises(InputError, match="weights of 'gated', not of 'tirg'"):
        compose(
            "tirg",
            GALLERY.vectors[0],
            wish("require color navy"),
            None,
            SPACE,
            tiny_weights("gated"),
        )


def test_missing_and_broken_files_are_named(
    kind: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "FOLDER", tmp_path)
    with pytest.raises(InputError, match=f"no weights .*training composer --kind {kind}"):
        compose(kind, GALLERY.vectors[0], wish("require color navy"), None, SPACE)
    (tmp_path / f"{kind}.safetensors").write_bytes(b"no tensors")
    with pytest.raises(InputError, match="holds no learned composer"):
        compose(kind, GALLERY.vectors[0], wish("require color navy"), None, SPACE)
    assert not is_fitted(kind, SPACE, tmp_path / "elsewhere")


def test_emphasis_scales_its_slices(kind: str) -> None:
    asked = wish("require color navy")
    plain, loud = (
        compose(kind, GALLERY.vectors[0], asked, None, SPACE, tiny_weights(kind), emphasis=found)
        for found in (None, {"color": 2.0})
    )
    assert loud.weights["color"] == pytest.approx(2 * plain.weights["color"], rel=1e-5)
    assert loud.weights["category"] == pytest.approx(plain.weights["category"], rel=1e-5)
    with pytest.raises(InputError, match="no slice colour to emphasise"):
        compose("delta", GALLERY.vectors[0], Wish(), None, SPACE, emphasis={"colour": 2.0})
