"""Built-in image tower: an EfficientNet-Lite0 that pools where the garment is.

Plain average pooling of the last feature map loses colour. A linear probe of the shop's 23 colours
on ImageNet weights reaches 0.59 on that average, and 0.70 with the mean and deviation of three
earlier stages added. So the tower keeps those, weighted by a soft mask over the garment that is
learned with the rest. It also keeps a histogram of the colours under the mask, which lifts the
probe to 0.75. If a picture shows several garments, the mask can be directed to a zone of the body
("the jeans").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

import vocabulary

BODY = "tf_efficientnet_lite0"
NAME = "garment_lite0"
"""The tower's name in timm's registry, which open_clip reads from our config."""

ZONES: dict[str, tuple[str, ...]] = {
    "upper": ("top", "sweater", "hoodie", "sweatshirt"),
    "outer": ("outerwear",),
    "whole": ("dress", "jumpsuit", "kurta", "robe", "swimwear"),
    "lower": ("trousers", "shorts", "leggings", "skirt", "underwear"),
    "feet": ("shoes", "socks"),
    "head": ("hat", "sunglasses"),
    "hand": ("bag", "wallet", "watch"),
    "trim": ("belt", "scarf", "tie", "jewellery"),
}
"""{zone: the categories (with their children) worn there}. The order is part of the weights."""

MASKS = 3
"""Number of masks: two weight the statistics of earlier stages, one the last feature map."""
PALETTE = 64
"""Number of histogram colours, initially a lattice of four steps per channel."""
SHARPNESS = 60.0
"""How steeply the palette's softmax falls off with the distance from a colour."""
STAGES = {1: 24, 2: 40, 4: 112}
"""{stage: its channels}, at a quarter, an eighth and a sixteenth of the side."""
MASK_STAGE = 4
LAST_CHANNELS = 320


def zone_of(category: str | None) -> int:
    """Return 1 to 8, in the order of ZONES; 0 if the category is unknown or in none."""
    if category is not None:
        lineage = {category, *vocabulary.ancestors("category", category)}
        for number, members in enumerate(ZONES.values(), 1):
            if lineage & set(members):
                return number
    return 0


def zone_ids(categories: Sequence[str | None]) -> torch.Tensor:
    """Return the zone of each category, (n,) long; see `zone_of`."""
    return torch.tensor([zone_of(category) for category in categories], dtype=torch.long)


def _cells(features: torch.Tensor, side: int) -> torch.Tensor:
    """Average (n, c, h, h) over the cells of a coarser grid: (n, c, side * side)."""
    step = features.shape[-1] // side
    return (functional.avg_pool2d(features, step) if step > 1 else features).flatten(2)


class GarmentLite0(nn.Module):
    """Image tower from (n, 3, s, s) in [-1, 1], s a multiple of 32, to (n, num_features)."""

    # timm's network, whose attributes torch types as Tensor or Module
    body: Any
    norm: nn.BatchNorm1d

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.mask = nn.ModuleDict(
            {
                "fine": _mask_layer(STAGES[MASK_STAGE]),
                "deep": _mask_layer(LAST_CHANNELS),
            }
        )
        self.ask = nn.ParameterDict(
            {
                "fine": nn.Parameter(torch.zeros(len(ZONES) + 1, MASKS, STAGES[MASK_STAGE])),
                "deep": nn.Parameter(torch.zeros(len(ZONES) + 1, MASKS, LAST_CHANNELS)),
            }
        )
        self.palette = nn.Conv2d(3, PALETTE, 1)
        statistics = (MASKS - 1) * (2 * sum(STAGES.values()) + PALETTE)
        self.num_features: int = self.body.num_features + statistics
        self.norm = nn.BatchNorm1d(self.num_features)
        self._spread_palette()

    def _spread_palette(self) -> None:
        """Make channel k of the softmax largest near colour k of the lattice.

        The logit is -SHARPNESS * |x - c|^2, without the part that is the same for all c.
        """
        steps = torch.linspace(-0.9, 0.9, round(PALETTE ** (1 / 3)))
        colors = torch.cartesian_prod(steps, steps, steps)
        bias = self.palette.bias
        assert bias is not None, "the palette's convolution has a bias"
        with torch.no_grad():
            self.palette.weight.copy_((2 * SHARPNESS * colors)[:, :, None, None])
            bias.copy_(-SHARPNESS * colors.square().sum(1))

    def reset_classifier(self, num_classes: int, global_pool: str | None = None) -> None:
        """Do nothing: open_clip's timm adapter projects by itself, and there is no classifier."""

    def forward(self, pictures: torch.Tensor, zones: torch.Tensor | None = None) -> torch.Tensor:
        """Return (n, num_features).

        zones: (n,) long, the requested zone; 0, the default, stands for whatever is pictured.
        """
        features = self.body.bn1(self.body.conv_stem(pictures))
        stages = {}
        for number, block in enumerate(self.body.blocks):
            features = block(features)
            if number in STAGES:
                stages[number] = features
        masks = self._masks(stages[MASK_STAGE], features, zones)
        last = self.body.bn2(self.body.conv_head(features))
        side = stages[MASK_STAGE].shape[-1]
        coarse = masks[:, -1:].unflatten(2, (side, side))
        coarse = functional.avg_pool2d(coarse, 2).flatten(2) * 4
        parts = [torch.einsum("nkx,ncx->nkc", coarse, last.flatten(2)).flatten(1)]
        for stage in stages.values():
            parts += self._moments(stage, masks[:, :-1])
        shares = torch.softmax(self.palette(functional.avg_pool2d(pictures, 4)), dim=1)
        share = torch.einsum("nkx,ncx->nkc", masks[:, :-1], _cells(shares, side)).flatten(1)
        parts.append((share + 1e-4).sqrt())
        normalised: torch.Tensor = self.norm(torch.cat(parts, dim=1).float())
        return normalised

    def _masks(
        self, fine: torch.Tensor, deep: torch.Tensor, zones: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the masks (n, MASKS, cells), each of which sums to one."""
        low, high = self.mask["fine"](fine), self.mask["deep"](deep)
        if zones is not None:
            asked = (zones > 0).float()[:, None, None]
            low = low + torch.einsum("nkc,nchw->nkhw", self.ask["fine"][zones] * asked, fine)
            high = high + torch.einsum("nkc,nchw->nkhw", self.ask["deep"][zones] * asked, deep)
        logits: torch.Tensor = low + functional.interpolate(
            high, size=low.shape[-2:], mode="bilinear"
        )
        return logits.flatten(2).softmax(-1)

    def _moments(self, features: torch.Tensor, masks: torch.Tensor) -> list[torch.Tensor]:
        """Return mean and deviation of each channel under each mask, (n, masks * channels) each."""
        side = int(masks.shape[-1] ** 0.5)
        mean = torch.einsum("nkx,ncx->nkc", masks, _cells(features, side))
        square = torch.einsum("nkx,ncx->nkc", masks, _cells(features.square(), side))
        return [mean.flatten(1), (square - mean.square()).clamp(min=0).add(1e-4).sqrt().flatten(1)]


def _mask_layer(channels: int) -> nn.Conv2d:
    """Return a layer of zeros, so that masks start as the plain average."""
    layer = nn.Conv2d(channels, MASKS, 1, bias=False)
    nn.init.zeros_(layer.weight)
    return layer


def register() -> None:
    """Make the tower known to timm by its name, once."""
    import timm
    from timm.models import is_model, register_model

    # timm calls a registered function with settings of its own.
    def garment_lite0(pretrained: bool = False, **settings: Any) -> GarmentLite0:
        tower: Any = GarmentLite0(timm.create_model(BODY, num_classes=0))
        tower.default_cfg = tower.body.default_cfg
        built: GarmentLite0 = tower
        return built

    if not is_model(NAME):
        garment_lite0.__module__ = __name__
        register_model(garment_lite0)
