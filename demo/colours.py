"""Named colours as pigments, and colourways made of them."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

RGB = tuple[int, int, int]

# Several pigments a name, the everyday one first.
PIGMENTS: dict[str, tuple[RGB, ...]] = {
    "black": ((30, 30, 33), (36, 34, 36)),
    "white": ((246, 245, 242), (243, 244, 246)),
    "cream": ((240, 228, 200), (236, 222, 190)),
    "grey": ((142, 144, 148), (112, 114, 119), (172, 174, 177)),
    "silver": ((190, 194, 201),),
    "gold": ((206, 164, 72),),
    "beige": ((214, 192, 160), (205, 184, 155)),
    "brown": ((98, 62, 40), (120, 76, 48)),
    "tan": ((188, 136, 84), (197, 148, 98)),
    "red": ((200, 32, 42), (214, 44, 40)),
    "burgundy": ((108, 22, 42), (120, 28, 48)),
    "pink": ((238, 158, 180), (232, 84, 140), (244, 190, 200)),
    "orange": ((238, 122, 42), (240, 138, 92)),
    "yellow": ((246, 208, 66), (226, 174, 46)),
    "green": ((44, 138, 76), (28, 92, 60), (122, 186, 128)),
    "olive": ((106, 108, 56), (92, 96, 58)),
    "teal": ((18, 116, 122), (22, 100, 108)),
    "turquoise": ((64, 200, 194), (44, 188, 190)),
    "blue": ((38, 92, 190), (52, 108, 206), (30, 78, 168)),
    "navy": ((28, 38, 78), (32, 44, 88)),
    "light blue": ((152, 194, 230), (166, 204, 236)),
    "purple": ((122, 66, 152), (92, 50, 122), (176, 146, 206)),
}
DENIM = {
    "blue": (66, 100, 154),
    "navy": (38, 50, 84),
    "light blue": (146, 178, 212),
    "black": (44, 44, 48),
    "grey": (126, 129, 134),
    "white": (238, 238, 234),
}
METALS: dict[str, RGB] = {"silver": (200, 203, 209), "gold": (210, 170, 84)}
SKIN: tuple[RGB, ...] = (
    (240, 204, 178),
    (224, 178, 144),
    (190, 138, 102),
    (142, 96, 68),
    (94, 62, 46),
)

# What a second colour goes with a first, for stripes, checks, dots and blocks.
PARTNERS: dict[str, tuple[str, ...]] = {
    "black": ("white", "cream", "grey", "beige", "red", "tan"),
    "white": ("navy", "black", "red", "blue", "green", "light blue", "pink"),
    "cream": ("navy", "brown", "burgundy", "olive", "tan"),
    "grey": ("white", "black", "navy", "pink", "yellow"),
    "silver": ("black", "navy"),
    "gold": ("black", "burgundy"),
    "beige": ("brown", "white", "black", "navy", "burgundy"),
    "brown": ("cream", "orange", "tan", "light blue"),
    "tan": ("white", "navy", "black", "burgundy"),
    "red": ("white", "navy", "black", "cream", "green"),
    "burgundy": ("cream", "pink", "navy", "grey"),
    "pink": ("white", "burgundy", "grey", "navy", "red"),
    "orange": ("white", "navy", "brown", "cream"),
    "yellow": ("white", "navy", "grey", "black"),
    "green": ("white", "cream", "navy", "yellow"),
    "olive": ("cream", "black", "orange", "tan"),
    "teal": ("white", "cream", "orange", "navy"),
    "turquoise": ("white", "navy", "pink", "yellow"),
    "blue": ("white", "cream", "yellow", "navy", "red"),
    "navy": ("white", "red", "light blue", "cream", "yellow", "pink"),
    "light blue": ("white", "navy", "brown", "pink"),
    "purple": ("white", "cream", "yellow", "black", "pink"),
}


@dataclass(frozen=True)
class Colourway:
    """The inks of one variant, its shop name, and the colours it shows, main one first."""

    name: str
    inks: tuple[tuple[str, RGB], ...]
    shows: tuple[str, ...]
    backdrop: RGB = (233, 231, 227)

    def rgb(self, ink: str) -> RGB:
        """Return the RGB of an ink."""
        return dict(self.inks).get(ink, FIXED.get(ink, (128, 128, 128)))


# Inks that no colourway needs to name.
FIXED: dict[str, RGB] = {
    "thread": (214, 206, 190),
    "metal": METALS["silver"],
    "gold": METALS["gold"],
    "dark": (34, 32, 33),
    "horn": (74, 52, 38),
    "pearl": (240, 236, 228),
    "sole": (240, 239, 235),
    "rubber": (52, 48, 46),
    "wood": (176, 132, 88),
    "glass": (46, 48, 54),
    "paper": (246, 243, 236),
    "skin": SKIN[1],
    "hair": (54, 38, 30),
    "leather": (120, 76, 46),
    "label": (238, 234, 224),
    "laces": (244, 243, 238),
    "laces2": (40, 34, 32),
    "shine": (255, 255, 255),
    "straw": (206, 172, 116),
    "bed": (188, 160, 126),
    "sole3": (84, 66, 54),
    "dial": (247, 246, 242),
    "hands": (40, 40, 44),
    "gem": (70, 110, 170),
    "card1": (84, 128, 168),
    "card2": (204, 120, 84),
    "card3": (226, 220, 206),
    "form": (226, 220, 210),
    "other": (70, 76, 92),
    "other2": (60, 66, 88),
    "leather2": (112, 70, 42),
    "lining": (222, 192, 166),
}


def jitter(rgb: RGB, rng: np.random.Generator, amount: float = 1.0) -> RGB:
    """Return the pigment as another dyer mixes it: slightly lighter, darker or warmer."""
    hue, light, rich = colorsys.rgb_to_hls(*(c / 255 for c in rgb))
    hue = (hue + rng.normal(0, 0.006) * amount) % 1
    light = float(np.clip(light + rng.normal(0, 0.012) * amount, 0.04, 0.97))
    rich = float(np.clip(rich * (1 + rng.normal(0, 0.05) * amount), 0, 1))
    r, g, b = colorsys.hls_to_rgb(hue, light, rich)
    return round(r * 255), round(g * 255), round(b * 255)


def shades(rgb: RGB) -> tuple[str, ...]:
    """Return which of dark, light and bright a pigment is.

    Judged by its lightness (Rec. 709 luma) and the spread of its channels.
    """
    light = (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255
    vivid = (max(rgb) - min(rgb)) / 255
    shades_shown = []
    if light < 0.3:
        shades_shown.append("dark")
    if light > 0.68:
        shades_shown.append("light")
    if vivid > 0.52 and max(rgb) > 180:
        shades_shown.append("bright")
    return tuple(shades_shown)


def darker(rgb: RGB, by: float = 0.6) -> RGB:
    """Return the colour scaled towards black."""
    return tuple(round(c * by) for c in rgb)  # type: ignore[return-value]


def mixed(a: RGB, b: RGB, share: float = 0.5) -> RGB:
    """Return the mixture of two colours; `share` is that of `b`."""
    return tuple(round(x * (1 - share) + y * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]
