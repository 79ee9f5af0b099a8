"""Randomised drawings with their truth, for training fine attributes.

Proportions, patterns, pigments, poses, places and cameras differ from the demo's; only the cloth
and its attributes stay the same. Pattern seeds are disjoint from the demo's (0 to 5).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from demo import assortment, colouring, listings, poses, scenes
from demo.assortment import EVERYDAY
from demo.colours import PIGMENTS, SKIN, Colourway
from demo.design import Design
from demo.drawing import drawn_stack, dye, ground_shadow, relief
from demo.pieces import bounds

SPREAD = 0.085
FRAME = 384.0


def training_design(
    rng: np.random.Generator, category: str | None = None
) -> tuple[Design, Colourway]:
    """Return a design in one colourway; without a category, everyday ones twice as often."""
    names = list(assortment.models())
    if category is None:
        weights = np.array([2.0 if name in EVERYDAY else 1.0 for name in names])
        category = str(rng.choice(names, p=weights / weights.sum()))
    plain = bool(rng.random() < 0.4)
    design, model = assortment.deal_design(category, assortment.Decks(rng), rng, 0, plain)
    pattern = design.pattern
    if pattern.name != "solid":
        pattern = replace(
            pattern,
            scale=float(rng.choice([0.6, 0.75, 0.9, 1.1, 1.35, 1.7])),
            seed=100 + int(rng.integers(24)),
        )
        if pattern.name not in ("striped", "color block", "graphic"):
            pattern = replace(pattern, turn=float(rng.choice([0.0, 0.25, 0.8, 1.57])))
    design = assortment.consistent(
        replace(design, pattern=pattern, details=design.details - {"text"}, spread=SPREAD)
    )
    main = colouring.palette(design, model, rng, 1, False)[0]
    return design, _recoloured(colouring.colourway(design, main, rng), rng)


def _recoloured(colourway: Colourway, rng: np.random.Generator) -> Colourway:
    """Recolour people, hangers, their other clothes, buttons and threads at random."""

    def any_colour():
        return PIGMENTS[str(rng.choice(list(PIGMENTS)))][0]

    grey = int(rng.integers(60, 235))
    extra = {
        "skin": SKIN[int(rng.integers(len(SKIN)))],
        "hair": ((30, 24, 22), (74, 48, 32), (150, 110, 64), (200, 176, 130))[int(rng.integers(4))],
        "other": any_colour(),
        "other2": any_colour(),
        "form": (grey, grey, int(grey * 0.97)),
        "wood": (176, 132, 88),
    }
    if rng.random() < 0.3:
        extra["button"] = any_colour()
    return replace(colourway, inks=tuple((dict(colourway.inks) | extra).items()))


def render_training(
    rng: np.random.Generator, size: int = 224, category: str | None = None
) -> tuple[Image.Image, dict[str, list[str]]]:
    """Draw a square picture of `size` pixels; return it with its truth (as `Drawn.truth`)."""
    design, colourway = training_design(rng, category)
    stack = poses.posed(poses.roomier(drawn_stack(design), rng), rng, design)
    stack = _framed(stack, rng)
    r = relief(stack, design, (size, size))
    shadow = ground_shadow(r.alpha, size / FRAME) ** rng.uniform(0.0, 1.6)
    picture = np.asarray(dye(r, colourway, shadow, scenes.backdrop(rng, size)), np.float32)
    return scenes.camera(scenes.lamp(picture, rng), rng), listings.truth_of(design, colourway)


def _framed(stack, rng: np.random.Generator):
    """Place the stack in the square frame, from small to slightly cropped."""
    x0, y0, x1, y1 = bounds([p for p in stack if p.slot not in poses.PROPS])
    fill = float(
        rng.choice(
            [rng.uniform(0.55, 0.8), rng.uniform(0.8, 0.97), rng.uniform(0.95, 1.15)],
            p=[0.25, 0.5, 0.25],
        )
    )
    k = fill * FRAME / max(x1 - x0, y1 - y0)
    slack = abs(1 - fill) * FRAME * 0.5
    centre = np.array(
        [
            FRAME / 2 - (x0 + x1) / 2 * k + rng.uniform(-slack, slack),
            FRAME / 2 - (y0 + y1) / 2 * k + rng.uniform(-slack, slack),
        ],
        dtype=np.float32,
    )
    return [
        p.moved(lambda q: (np.asarray(q, np.float32) * np.float32(k) + centre).astype(np.float32))
        for p in stack
    ]
