"""All that decides a training run, the data aside."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.augment import Strength


@dataclass(frozen=True)
class Stage:
    """One run of the optimiser over the photos."""

    name: str
    epochs: int
    side: int
    """pixels of the square that the tower sees"""
    small: int
    """small product photos drawn anew each epoch"""
    drawn: int = 0
    """drawn pictures drawn anew each epoch"""
    looked: int = 3
    """how often an epoch shows a photo labelled by looking (fit part)"""
    rate: float = 1.0
    """factor on both learning rates"""


@dataclass(frozen=True)
class Recipe:
    """All that decides a run, the data aside."""

    stages: tuple[Stage, ...] = (
        Stage("photos", 6, 128, 8000),
        Stage("drawn", 2, 160, 5000, drawn=3600, looked=4, rate=0.5),
        Stage("last", 1, 160, 7000, drawn=1200, looked=3, rate=0.2),
    )
    batch: int = 64
    seed: int = 7
    head_rate: float = 3e-3
    tower_rate: float = 6e-4
    decay: float = 0.02
    warmup: int = 150
    clip: float = 5.0
    average: float = 0.998
    """EMA"""
    asked: float = 0.4
    """share of the photos whose tower is told the zone of the labelled garment"""
    smoothing: float = 0.05
    least: int = 8
    """training photos that a shop class needs to be one"""
    save_every: int = 50
    """steps between checkpoints"""
    strength: Strength = field(default_factory=Strength)
