"""Seeded augmentation of whole batches in torch: geometry, resolution, background, light.

Colours are labels, so hue is kept. White balance shifts slightly, and brightness slightly more, as
under real lamps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional


@dataclass(frozen=True)
class Strength:
    """Strength of each augmentation; the defaults are for photos."""

    rotation: float = 14.0
    """Largest rotation in degrees; uniform in both directions."""
    zoom: tuple[float, float] = (0.75, 1.15)
    shift: float = 0.12
    """Largest shift, as a fraction of the side."""
    coarse: float = 0.3
    """Share of pictures downscaled to 60 to 90 px and back."""
    background: float = 0.35
    """Share of pictures whose white background is replaced."""
    lamp: float = 0.35
    """Share of pictures with a lighting gradient and a colour cast."""


def _uniform(generator: torch.Generator, count: int, low: float, high: float) -> torch.Tensor:
    return low + (high - low) * torch.rand(count, generator=generator)


def warp(
    images: torch.Tensor, side: int, strength: Strength, generator: torch.Generator
) -> torch.Tensor:
    """Rotate, zoom and shift pictures, and mirror half of them; pad with white.

    images: (n, 3, s, s) in [0, 1]. Returns (n, 3, side, side).
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
    """Downscale a share of the batch and scale it back up, so that it looks like thumbnails."""
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
    """Replace near-white pixels by a smooth, grainy colour field in a share of the pictures.

    Photos of `pale` garments are skipped, since the garments would get holes.
    """
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
    """Vary brightness, contrast and white balance of all pictures.

    A share of them also gets a lighting gradient and a colour cast over the whole picture.
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
    """Return the augmented pictures, (n, 3, side, side) float in [-1, 1].

    images: (n, s, s, 3) uint8. pale: (n,) bool, white or cream garments.
    """
    batch = warp(images.permute(0, 3, 1, 2).float() / 255, side, strength, generator)
    batch = coarsen(batch, strength.coarse, generator)
    batch = new_background(batch, pale, strength.background, generator)
    return relight(batch, strength.lamp, generator) * 2 - 1


def plain(images: torch.Tensor, side: int) -> torch.Tensor:
    """Return the pictures as the encoder sees them at run time.

    images: (n, s, s, 3) uint8. Returns (n, 3, side, side) float in [-1, 1].
    """
    batch = images.permute(0, 3, 1, 2).float() / 255
    if batch.shape[-1] != side:
        batch = functional.interpolate(
            batch, size=(side, side), mode="bilinear", antialias=batch.shape[-1] > side
        )
    return batch * 2 - 1
