"""The image tower: EfficientNet-Lite0 that pools where the garment is, and keeps the colours and textures it saw on the way.

Plain average pooling of the last feature map forgets colour: a linear probe of the shop's 23 colours on ImageNet weights reads
0.59 from that average, and 0.70 with mean and deviation of three earlier stages beside it. So those are kept, weighted by a
soft mask over the garment that is learned with the rest, and a histogram of colours under it (with one, the probe reads 0.75).
The mask may be asked for a zone of the body ("the jeans"), where a picture shows several garments.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

BODY = "tf_efficientnet_lite0"
NAME = "garment_lite0"
"""The tower's name in timm's registry, which open_clip reads from our config."""

ZONES: dict[str, tuple[str, ...]] = {
    "upper": ("upper",),
    "outer": ("outer",),
    "whole": ("whole",),
    "lower": ("lower", "under"),
    "feet": ("feet", "legs"),
    "head": ("head",),
    "hand": ("hand",),
    "trim": ("trim",),
}
"""Zone of a picture -> the vocabulary's zones that are seen there, in the order of training."""

MASKS = 3
"""Two weigh the statistics of earlier stages, one the last feature map."""
PALETTE = 64
"""Colours whose shares of the garment are kept: a lattice of four steps a channel to begin with."""
SHARPNESS = 60.0
STAGES = {1: 24, 2: 40, 4: 112}
"""Stage -> its channels, at a quarter, an eighth and a sixteenth of the side."""
MASK_STAGE, LAST_STAGE = 4, 6
LAST_CHANNELS = 320


def zone_of(category: str | None) -> int:
    """1 to 8, in the order of ZONES, or 0 where the category is unknown or belongs to none."""
    import vocabulary

    worn = None if category is None else vocabulary.zone(category)
    for number, zones in enumerate(ZONES.values(), 1):
        if worn in zones:
            return number
    return 0


def zone_ids(categories: Sequence[str | None]) -> torch.Tensor:
    """(n,) long, see `zone_of`."""
    return torch.tensor([zone_of(category) for category in categories], dtype=torch.long)


def _cells(features: torch.Tensor, side: int) -> torch.Tensor:
    """(n, c, h, h) -> (n, c, side * side): means over the cells of a coarser grid."""
    step = features.shape[-1] // side
    return (F.avg_pool2d(features, step) if step > 1 else features).flatten(2)


class GarmentLite0(nn.Module):
    """(n, 3, s, s) in [-1, 1], s a multiple of 32 -> (n, num_features)."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.mask = nn.ModuleDict(
            {
                "fine": nn.Conv2d(STAGES[MASK_STAGE], MASKS, 1, bias=False),
                "deep": nn.Conv2d(LAST_CHANNELS, MASKS, 1, bias=False),
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
        self.num_features = body.num_features + statistics
        self.norm = nn.BatchNorm1d(self.num_features)
        for conv in self.mask.values():
            nn.init.zeros_(conv.weight)  # begins as the plain average
        self._spread_palette()

    def _spread_palette(self) -> None:
        """Channel k of the softmax is largest near colour k; the colours start on a lattice."""
        steps = torch.linspace(-0.9, 0.9, round(PALETTE ** (1 / 3)))
        colors = torch.cartesian_prod(steps, steps, steps)
        with torch.no_grad():  # -SHARPNESS * |x - c|^2, without the part that is the same for all c
            self.palette.weight.copy_((2 * SHARPNESS * colors)[:, :, None, None])
            self.palette.bias.copy_(-SHARPNESS * colors.square().sum(1))

    def reset_classifier(self, num_classes: int, global_pool: str | None = None) -> None:
        """For open_clip's timm adapter, which projects by itself: there is no classifier to take away."""

    def forward(self, pictures: torch.Tensor, zones: torch.Tensor | None = None) -> torch.Tensor:
        """`zones` (n,) long: which garment is asked for, 0 for whatever the picture is of (the default for all)."""
        features = self.body.bn1(self.body.conv_stem(pictures))
        kept = {}
        for number, block in enumerate(self.body.blocks):
            features = block(features)
            if number in STAGES:
                kept[number] = features
        masks = self._masks(kept[MASK_STAGE], features, zones)
        last = self.body.bn2(self.body.conv_head(features))
        side = kept[MASK_STAGE].shape[-1]
        coarse = F.avg_pool2d(masks[:, -1:].unflatten(2, (side, side)), 2).flatten(2) * 4
        parts = [torch.einsum("nkx,ncx->nkc", coarse, last.flatten(2)).flatten(1)]
        for stage in kept.values():
            parts += self._moments(stage, masks[:, :-1])
        shares = torch.softmax(self.palette(F.avg_pool2d(pictures, 4)), dim=1)
        share = torch.einsum("nkx,ncx->nkc", masks[:, :-1], _cells(shares, side)).flatten(1)
        parts.append((share + 1e-4).sqrt())
        return self.norm(torch.cat(parts, dim=1).float())

    def _masks(
        self, fine: torch.Tensor, deep: torch.Tensor, zones: torch.Tensor | None
    ) -> torch.Tensor:
        """(n, MASKS, cells), each sums to one."""
        low, high = self.mask["fine"](fine), self.mask["deep"](deep)
        if zones is not None:
            asked = (zones > 0).float()[:, None, None]
            low = low + torch.einsum("nkc,nchw->nkhw", self.ask["fine"][zones] * asked, fine)
            high = high + torch.einsum("nkc,nchw->nkhw", self.ask["deep"][zones] * asked, deep)
        logits = low + F.interpolate(high, size=low.shape[-2:], mode="bilinear")
        return logits.flatten(2).softmax(-1)

    def _moments(self, features: torch.Tensor, masks: torch.Tensor) -> list[torch.Tensor]:
        """Mean and deviation of each channel under each mask, (n, masks * channels) each."""
        side = int(masks.shape[-1] ** 0.5)
        mean = torch.einsum("nkx,ncx->nkc", masks, _cells(features, side))
        square = torch.einsum("nkx,ncx->nkc", masks, _cells(features.square(), side))
        return [mean.flatten(1), (square - mean.square()).clamp(min=0).add(1e-4).sqrt().flatten(1)]


def register() -> None:
    """Make the tower known to timm by its name, once."""
    import timm
    from timm.models import is_model, register_model

    def garment_lite0(pretrained: bool = False, **settings) -> GarmentLite0:
        tower = GarmentLite0(timm.create_model(BODY, num_classes=0))
        tower.default_cfg = tower.body.default_cfg
        return tower

    if not is_model(NAME):
        garment_lite0.__module__ = __name__
        register_model(garment_lite0)
