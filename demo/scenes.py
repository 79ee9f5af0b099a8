"""Places where a garment is photographed: walls, floors, carpets, beds, gardens; lamps and cameras.

For training only: heavy domain randomisation (Tobin et al., 2017), so that a network looks at the
cloth. All backdrops are float32 (n, n, 3) in 0 to 255.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter

Rng = np.random.Generator


def cloud(rng: Rng, n: int, sx: float, sy: float | None = None) -> np.ndarray:
    """Return (n, n) smooth noise of about unit variance: a small noise field, enlarged."""
    sy = sx if sy is None else sy
    w, h = max(3, int(n / sx) + 3), max(3, int(n / sy) + 3)
    field = Image.fromarray(rng.standard_normal((h, w)).astype(np.float32)).resize(
        (n + 8, n + 8), Image.Resampling.BICUBIC
    )
    return np.asarray(field)[4 : n + 4, 4 : n + 4] * 1.3


def _tint(rng: Rng, low: float, high: float, vivid: float = 25) -> np.ndarray:
    return np.clip(rng.uniform(low, high) + rng.normal(0, vivid, 3), 5, 252).astype(np.float32)


def studio(rng: Rng, n: int) -> np.ndarray:
    """Return a plain studio backdrop."""
    base = (
        np.array([255, 255, 255], dtype=np.float32)
        if rng.random() < 0.55
        else _tint(rng, 190, 250, 8)
    )
    y = np.linspace(0, 1, n, dtype=np.float32)[:, None, None]
    return base * (1 - rng.uniform(0, 0.12) * y) * np.ones((n, n, 1), np.float32)


def wall(rng: Rng, n: int) -> np.ndarray:
    """Return a wall and a floor with an edge between them."""
    picture = np.empty((n, n, 3), np.float32)
    edge = int(n * rng.uniform(0.6, 0.95))
    picture[:edge] = _tint(rng, 90, 235)
    picture[edge:] = boards(rng, n)[edge:] if rng.random() < 0.5 else _tint(rng, 50, 200)
    return picture * (1 + 0.04 * cloud(rng, n, 50))[..., None]


def boards(rng: Rng, n: int) -> np.ndarray:
    """Return floor boards with grain."""
    wide = rng.uniform(0.08, 0.25) * n
    base = np.array([rng.uniform(90, 215), 0, 0], dtype=np.float32)
    base = np.array(
        [base[0], base[0] * rng.uniform(0.68, 0.86), base[0] * rng.uniform(0.42, 0.72)],
        dtype=np.float32,
    )
    x = np.arange(n)[None, :] + rng.uniform(0, wide)
    board = (x // wide).astype(int)
    tone = rng.normal(1, 0.09, 64)[board % 64]
    joint = (x % wide < max(1, n * 0.006)) * 0.45
    grain = cloud(rng, n, 2.2, 40) * 0.05 + cloud(rng, n, 7, 90) * 0.05
    field = np.broadcast_to(tone * (1 - joint), (n, n)) * (1 + grain)
    field = field.T if rng.random() < 0.5 else field
    return (base * field[..., None]).astype(np.float32)


def carpet(rng: Rng, n: int) -> np.ndarray:
    """Return a carpet with short pile."""
    base = _tint(rng, 50, 210, 30)
    field = 1 + cloud(rng, n, 1.6) * rng.uniform(0.04, 0.13) + cloud(rng, n, 12) * 0.05
    if rng.random() < 0.4:
        stripe = np.sin(np.arange(n) / n * rng.uniform(10, 60)) > 0
        field = field * np.where(stripe, 1.0, rng.uniform(0.7, 0.95))[:, None]
    return base * field[..., None].astype(np.float32)


def bed(rng: Rng, n: int) -> np.ndarray:
    """Return crumpled sheets."""
    height = cloud(rng, n, 34, 60) * 7 + np.abs(cloud(rng, n, 18, 44)) * 5
    gy, gx = np.gradient(height)
    field = np.clip(0.88 - 0.3 * gx - 0.35 * gy, 0.45, 1.15)
    base = _tint(rng, 120, 246, 16)
    if rng.random() < 0.25:
        y = np.arange(n)[:, None] + gx * 12
        field = field * np.where(np.sin(y / n * rng.uniform(25, 70)) > 0.2, 0.8, 1.0)
    return base * field[..., None].astype(np.float32)


def clutter(rng: Rng, n: int) -> np.ndarray:
    """Return furniture-like blocks out of focus."""
    picture = np.full((n, n, 3), _tint(rng, 80, 220), np.float32)
    for _ in range(int(rng.integers(3, 10))):
        x, y = rng.integers(0, n, 2)
        w, h = rng.integers(n // 12, n // 2, 2)
        picture[y : y + h, x : x + w] = _tint(rng, 20, 235, 35)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(float(rng.uniform(0.5, n * 0.03)))
    )
    return np.asarray(image, np.float32)


def garden(rng: Rng, n: int) -> np.ndarray:
    """Return grass and leaves."""
    base = np.array(
        [rng.uniform(60, 150), rng.uniform(100, 170), rng.uniform(40, 110)], dtype=np.float32
    )
    field = 1 + 0.22 * cloud(rng, n, 3) + 0.25 * cloud(rng, n, 14)
    picture = base * field[..., None]
    if rng.random() < 0.6:
        sky = int(n * rng.uniform(0.2, 0.6))
        picture[:sky] = _tint(rng, 170, 240, 14)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(float(rng.uniform(0.5, 5)))
    )
    return np.asarray(image, np.float32)


PLACES = (
    studio,
    studio,
    studio,
    studio,
    wall,
    wall,
    boards,
    boards,
    carpet,
    bed,
    clutter,
    clutter,
    garden,
)


def backdrop(rng: Rng, n: int) -> np.ndarray:
    """Return one of the places at random."""
    return PLACES[int(rng.integers(len(PLACES)))](rng, n)


def lamp(picture: np.ndarray, rng: Rng) -> np.ndarray:
    """Return a room's light: its colour, its falloff, a shadow across."""
    n = picture.shape[0]
    warm = rng.normal(0, 0.07)
    picture = picture * np.array([1 + warm, 1 + rng.normal(0, 0.015), 1 - warm], dtype=np.float32)
    if rng.random() < 0.5:
        angle = rng.uniform(0, 6.28)
        y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n - 0.5
        picture = (
            picture
            * (1 + rng.uniform(0, 0.45) * (np.cos(angle) * x + np.sin(angle) * y))[..., None]
        )
    if rng.random() < 0.12:
        picture = (
            picture
            * (1 - rng.uniform(0.1, 0.35) * np.clip(cloud(rng, n, n / 3) * 4, 0, 1))[..., None]
        )
    picture = picture * rng.uniform(0.7, 1.15)
    contrast = rng.uniform(0.8, 1.15)
    return (picture - 128) * contrast + 128


def camera(picture: np.ndarray, rng: Rng) -> Image.Image:
    """Degrade the picture by blur, noise, low resolution and compression."""
    n = picture.shape[0]
    if rng.random() < 0.5:
        picture = picture + rng.standard_normal(picture.shape).astype(np.float32) * rng.uniform(
            1, 9
        )
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.5))))
    if rng.random() < 0.3:
        small = int(rng.uniform(0.35, 0.9) * n)
        image = image.resize((small, small), Image.Resampling.BILINEAR).resize(
            (n, n), Image.Resampling.BILINEAR
        )
    if rng.random() < 0.4:
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=int(rng.integers(25, 85)))
        image = Image.open(io.BytesIO(packed.getvalue())).convert("RGB")
    return image
