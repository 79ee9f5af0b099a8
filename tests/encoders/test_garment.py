"""The image tower: its masks, what they weigh, and the zone that may be asked for."""

from __future__ import annotations

import pytest
import torch

import vocabulary
from encoders.garment import BODY, MASKS, NAME, PALETTE, ZONES, GarmentLite0, register, zone_of
from encoders.torchvision_ops import import_open_clip


@pytest.fixture(scope="module")
def tower() -> GarmentLite0:
    import_open_clip(with_transformers=False)
    import timm

    torch.manual_seed(0)
    return GarmentLite0(timm.create_model(BODY, num_classes=0)).eval()


def pictures(n: int = 2, side: int = 64) -> torch.Tensor:
    return torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(1)) * 2 - 1


@torch.inference_mode()
def test_untrained_masks_weigh_every_place_alike(tower: GarmentLite0) -> None:
    out = tower(pictures())
    last = tower.body.forward_features(pictures())
    assert out.shape == (2, tower.num_features)
    plain = (
        last.mean((2, 3)) / (1 + tower.norm.eps) ** 0.5
    )  # the untrained norm only divides by its own epsilon
    assert torch.allclose(out[:, : last.shape[1]], plain, atol=1e-5)


@torch.inference_mode()
def test_the_palette_tells_how_much_of_which_colour(tower: GarmentLite0) -> None:
    half = torch.full((1, 3, 64, 64), -0.9)
    half[..., 32:] = 0.9
    shares = tower(half)[0, -PALETTE:].square()
    top = shares.topk(2)
    assert {0, PALETTE - 1} == set(top.indices.tolist())  # black first, white last on the lattice
    assert torch.allclose(top.values, torch.tensor([0.5, 0.5]), atol=0.02)


@torch.inference_mode()
def test_an_asked_zone_moves_the_masks_of_its_own_rows_alone() -> None:
    import timm

    tower = GarmentLite0(timm.create_model(BODY, num_classes=0)).eval()
    torch.nn.init.normal_(tower.ask["deep"], generator=torch.Generator().manual_seed(2))
    given, lower = pictures(), list(ZONES).index("lower") + 1
    plain, asked = tower(given), tower(given, torch.tensor([0, lower]))
    assert torch.allclose(plain[0], asked[0], atol=1e-5)
    assert not torch.allclose(plain[1], asked[1], atol=1e-3)
    masks = tower._masks(torch.rand(1, 112, 4, 4), torch.rand(1, 320, 2, 2), torch.tensor([lower]))
    assert masks.shape == (1, MASKS, 16) and torch.allclose(masks.sum(-1), torch.ones(1, MASKS))


def test_every_leaf_of_the_vocabulary_has_its_zone() -> None:
    assert not [
        category for category in vocabulary.leaf_values("category") if not zone_of(category)
    ]
    assert zone_of("jeans") == zone_of("skirt") != zone_of("t-shirt")
    assert zone_of(None) == zone_of("accessories") == 0


def test_registering_twice_is_once() -> None:
    import_open_clip(with_transformers=False)
    import timm

    register()
    register()
    assert isinstance(timm.create_model(NAME), GarmentLite0)
