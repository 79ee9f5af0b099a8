"""One built-in encoder for the folder: loading takes longer than any test here."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from encoders import load_encoder


@pytest.fixture(scope="session")
def builtin():
    """The built-in encoder on the CPU."""
    return load_encoder("builtin", "cpu")


@pytest.fixture
def pictures() -> list[Image.Image]:
    """A red square, a blue circle on transparent ground, a tall striped strip."""
    red = Image.new("RGB", (120, 120), "white")
    ImageDraw.Draw(red).rectangle((30, 30, 90, 90), fill="red")
    blue = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ImageDraw.Draw(blue).ellipse((60, 10, 140, 90), fill=(20, 40, 200, 255))
    striped = Image.new("RGB", (60, 180), "white")
    for y in range(0, 180, 12):
        ImageDraw.Draw(striped).rectangle((0, y, 60, y + 5), fill="black")
    return [red, blue, striped]
