"""Seeded augmentation of whole batches in torch: geometry, resolution, background, light.

Colours are labels, so hue stays; white balance moves a little and the light a little more, as lamps
do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional


@dataclass(frozen=True)
class Strength:
    """How far a batch is moved; the defaults are for photos."""

    rotation: float = 14.0
    """degrees, uniform in both directions"""
    zoom: tuple[float, float] = (0.75, 1.15)
    shift: float = 0.12
    """of the side"""
    coarse: float = 0.3
    """share sent through 60 to 90 px"""
    background: float = 0.35
    """share whose white background becomes something else"""
    lamp: float = 0.35
    """share with a gradient of light and a cast of colour"""


def _uniform(generator: torch.Generator, count: int, low: float, high: float) -> torch.Tensor:
    return low + (high - low) * torch.rand(count, generator=generator)


def warp(
    images: torch.Tensor, side: int, strength: Strength, generator: torch.Generator
) -> torch.Tensor:
    """(n, 3, s, s) in [0, 1] -> (n, 3, side, side).

    Rotated, zoomed, shifted, half of them mirrored, padded with white.
    """
    n = len(images)
    angle = _uniform(generator, n, -strength.rotation, strength.rotation) * math.pi / 180
    zoom = torch.exp(_uniform(generator, n, math.log(strength.zoom[0]), math.log(strength.zoom[1])))
    stretch = torch.exp(_uniform(generator, n, -0.08, 0.08))
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) / zoom, torch.sin(angle) / zoom
    move = _uniform(generator, 2 * n, -strength.shift, strength.shift).view(n, 2) * 2
    theta = torch.stack(
        [
            torch.stack([mirror * cos * stretch, -sin, move[:, 0]], 1),
            torch.stack([mirror * sin, cos / stretch, move[:, 1]], 1),
        ],
        1,
    )
    grid = functional.affine_grid(theta, [n, 3, side, side], align_corners=False)
    return 1 - functional.grid_sample(
        1 - images, grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )


def coarsen(images: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Return a share of the batch through a smaller size and back, as thumbnails look."""
    rows = torch.nonzero(torch.rand(len(images), generator=generator) < share).flatten()
    if len(rows):
        size = int(torch.randint(60, 91, (1,), generator=generator))
        small = functional.interpolate(
            images[rows], size=(size, size), mode="bilinear", antialias=True
        )
        images[rows] = functional.interpolate(small, size=images.shape[-2:], mode="bilinear")
    return images


def _smooth(
    n: int, channels: int, side: int, generator: torch.Generator, coarse: int = 3
) -> torch.Tensor:
    noise = torch.rand(n, channels, coarse, coarse, generator=generator)
    return functional.interpolate(noise, size=(side, side), mode="bilinear", align_corners=True)


def new_background(
    images: torch.Tensor, pale: torch.Tensor, share: float, generator: torch.Generator
) -> torch.Tensor:
    """Replace near-white pixels by a smooth field with grain, except in photos of `pale` garments,
    which would get holes."""
    chosen = (torch.rand(len(images), generator=generator) < share) & ~pale
    rows = torch.nonzero(chosen).flatten()
    if len(rows):
        picked = images[rows]
        side = images.shape[-1]
        field = (
            _smooth(len(rows), 3, side, generator) * 0.35
            + torch.rand(len(rows), 3, 1, 1, generator=generator) * 0.65
        )
        grain = (
            torch.randn(len(rows), 1, side, side, generator=generator)
            * torch.rand(len(rows), 1, 1, 1, generator=generator)
            * 0.12
        )
        white = (picked.amin(1, keepdim=True) > 0.93).float()
        white = functional.avg_pool2d(functional.pad(white, (1, 1, 1, 1), value=1.0), 3, 1)
        images[rows] = picked * (1 - white) + (field + grain).clamp(0, 1) * white
    return images


def relight(images: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Brightness and contrast for all.

    For a share a gradient of light and a cast of colour over the whole picture.
    """
    n, side = len(images), images.shape[-1]
    gain = _uniform(generator, n, 0.85, 1.12).view(n, 1, 1, 1)
    contrast = _uniform(generator, n, 0.88, 1.12).view(n, 1, 1, 1)
    balance = torch.exp(0.02 * torch.randn(n, 3, 1, 1, generator=generator))
    lamp = (torch.rand(n, generator=generator) < share).float().view(n, 1, 1, 1)
    cast = torch.exp(lamp * 0.07 * torch.randn(n, 3, 1, 1, generator=generator))
    shade = 1 + lamp * (_smooth(n, 1, side, generator, 2) - 0.6) * 0.7
    return ((images - 0.5) * contrast + 0.5).mul(gain * balance * cast).mul(shade).clamp(0, 1)


def augment(
    images: torch.Tensor,
    side: int,
    pale: torch.Tensor,
    strength: Strength,
    generator: torch.Generator,
) -> torch.Tensor:
    """(n, s, s, 3) uint8 -> (n, 3, side, side) float in [-1, 1], augmented.

    `pale` (n,) bool: white or cream garments.
    """
    batch = warp(images.permute(0, 3, 1, 2).float() / 255, side, strength, generator)
    batch = coarsen(batch, strength.coarse, generator)
    batch = new_background(batch, pale, strength.background, generator)
    return relight(batch, strength.lamp, generator) * 2 - 1


def plain(images: torch.Tensor, side: int) -> torch.Tensor:
    """(n, s, s, 3) uint8 -> (n, 3, side, side) float in [-1, 1], as the encoder sees it at run
    time."""
    batch = images.permute(0, 3, 1, 2).float() / 255
    if batch.shape[-1] != side:
        batch = functional.interpolate(
            batch, size=(side, side), mode="bilinear", antialias=batch.shape[-1] > side
        )
    return batch * 2 - 1
