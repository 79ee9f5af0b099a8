"""The drawn demo catalogue: garments drafted from pattern pieces, lit and dyed."""

from __future__ import annotations

from PIL import Image

from demo.colours import Colourway
from demo.design import Design
from demo.drawing import SIZE, render_design
from demo.planning import Drawn, plan_items
from demo.training import render_training

__all__ = [
    "Colourway",
    "Design",
    "Drawn",
    "plan_items",
    "render",
    "render_design",
    "render_training",
]


def render(
    drawn: Drawn | Design, colourway: Colourway | None = None, size: tuple[int, int] = SIZE
) -> Image.Image:
    """Draw a planned item, or a design in a colourway; deterministic.

    size: (width, height) in pixels, 3:4.
    """
    if isinstance(drawn, Drawn):
        return render_design(drawn.design, [colourway or drawn.colourway], size)[0]
    if colourway is None:
        raise TypeError("a Design is drawn in a colourway: render(design, colourway)")
    return render_design(drawn, [colourway], size)[0]
