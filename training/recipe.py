"""Settings of a training run."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.augment import Strength


@dataclass(frozen=True)
class Stage:
    """One run of the optimiser over the photos."""

    name: str
    epochs: int
    side: int
    """Side in pixels of the tower's square input."""
    small: int
    """Number of small product photos, sampled anew each epoch."""
    drawn: int = 0
    """Number of drawn pictures, sampled anew each epoch."""
    looked: int = 3
    """Repetitions per epoch of each photo labelled by eye (fit part)."""
    rate: float = 1.0
    """Factor on both learning rates."""


@dataclass(frozen=True)
class Recipe:
    """All settings of a run; with the data they determine its result."""

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
    """Decay of the moving average of the weights."""
    asked: float = 0.4
    """Share of the photos for which the tower is given the zone of the labelled garment."""
    smoothing: float = 0.05
    least: int = 8
    """Fewest training photos of a shop class; smaller classes are dropped."""
    save_every: int = 50
    """Steps between checkpoints."""
    strength: Strength = field(default_factory=Strength)
