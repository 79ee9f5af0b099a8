"""The colourways of a design, and the colours that each of them shows."""

from __future__ import annotations

import numpy as np

from demo import patterns
from demo.assortment import BASICS
from demo.colours import DENIM, METALS, PARTNERS, PIGMENTS, Colourway, darker, jitter, mixed, shades
from demo.design import Design

TWO_TONE = ("ringer", "contrast collar", "trucker cap")  # cuts with parts in the second colour
VISIBLE = 0.2  # share of the cloth from which on a colour counts as one of the item's
BACKDROPS = (
    (233, 231, 227),
    (229, 231, 233),
    (236, 231, 222),
    (226, 227, 226),
    (232, 226, 222),
    (224, 229, 228),
)
GEMS = ("blue", "green", "red", "turquoise", "purple", "white")
MOODS = (
    "turquoise",
    "pink",
    "yellow",
    "purple",
    "orange",
    "green",
    "blue",
    "red",
    "teal",
    "white",
    "navy",
)


def palette(
    design: Design, model: dict, rng: np.random.Generator, count: int, plain_basic: bool
) -> list[str]:
    """Return the variants' main colours; a plain everyday design comes in all basics."""
    names = list(model.get("colors", PIGMENTS))
    if "colors" not in model and design.fabric not in (
        "satin",
        "sequin",
        "shiny",
        "metal",
        "leather",
    ):
        names = [n for n in names if n not in ("silver", "gold")]
    if plain_basic:
        extra = [n for n in names if n not in BASICS]
        rng.shuffle(extra)
        return [*BASICS, *extra[: max(0, count - len(BASICS))]]
    rng.shuffle(names)
    return names[:count]


def pigment(name: str, design: Design, rng: np.random.Generator):
    """Return the RGB of a named colour for the design, as one dyer mixes it."""
    if design.fabric == "denim" and name in DENIM:
        return jitter(DENIM[name], rng)
    options = PIGMENTS[name]
    return jitter(
        options[int(rng.integers(len(options)))] if rng.random() < 0.45 else options[0], rng
    )


CAMOUFLAGE = {
    "olive": ("tan", "brown", "black"),
    "green": ("olive", "brown", "black"),
    "grey": ("white", "black", "silver"),
    "blue": ("navy", "light blue", "black"),
    "navy": ("blue", "grey", "black"),
    "beige": ("brown", "tan", "olive"),
    "tan": ("olive", "brown", "black"),
    "brown": ("tan", "olive", "black"),
}
BLOOMS = ("pink", "red", "white", "yellow", "orange", "purple", "light blue", "cream")


def inks_for(design: Design, main: str, rng: np.random.Generator) -> dict[str, str]:
    """Return {ink: colour name} for what the pattern prints with."""
    pattern = design.pattern
    partners = PARTNERS[main]
    second = partners[int(rng.integers(len(partners)))]
    if pattern.name == "animal print":
        return _animal_inks(main, pattern.kind)
    if pattern.name == "camouflage":
        inks = (main, *CAMOUFLAGE.get(main, ("grey", "black", "white")))
        return dict(zip(patterns.INKS, inks, strict=True))
    if pattern.name == "tie-dye":
        return _tie_dye_inks(main, rng)
    if pattern.name == "floral":
        return _floral_inks(main, rng)
    others = [c for c in (*partners, "white", "black", "red", "yellow") if c not in (main, second)]
    rng.shuffle(others)
    return {"main": main, "second": second, "third": others[0], "fourth": others[1]}


def _animal_inks(main: str, kind: str) -> dict[str, str]:
    second = "white" if main in ("black", "navy", "brown") else "black"
    if kind != "leopard":
        return {"main": main, "second": second}
    if main in ("tan", "beige", "cream", "orange", "yellow"):
        second = "brown"
    return {"main": main, "second": second, "third": "grey" if main == "black" else "black"}


def _tie_dye_inks(main: str, rng: np.random.Generator) -> dict[str, str]:
    others = [m for m in MOODS if m != main]
    rng.shuffle(others)
    third = others[1] if rng.random() < 0.6 or main == "white" else "white"
    return {"main": main, "second": others[0], "third": third}


def _floral_inks(main: str, rng: np.random.Generator) -> dict[str, str]:
    pale = ("white", "cream")
    blooms = [c for c in BLOOMS if c != main and not (main in pale and c in pale)]
    rng.shuffle(blooms)
    leaf = "cream" if main in ("green", "olive", "teal") else "green"
    fourth = blooms[1] if blooms[1] != leaf else "yellow"
    return {"main": main, "second": leaf, "third": blooms[0], "fourth": fourth}


RGB = tuple[int, int, int]


def colourway(
    design: Design, main: str, rng: np.random.Generator, backdrop: RGB = BACKDROPS[0]
) -> Colourway:
    """Return pigments for every ink of the design, and the names of the colours that show."""
    named = inks_for(design, main, rng)
    rgb = {ink: pigment(name, design, rng) for ink, name in named.items()}
    trim = rgb.get("second", PIGMENTS[named.get("second", "white")][0])
    metal = METALS["gold"] if rng.random() < 0.35 else METALS["silver"]
    # One random generator feeds them all: the order of these calls decides the colours.
    button = _button(main, rgb["main"], rng)
    handle = _handle(design, rgb["main"], rng)
    gem = PIGMENTS[str(rng.choice(GEMS))][0]
    rgb |= {
        "accent": trim if design.cut in TWO_TONE else rgb["main"],
        **_trims(main, rgb["main"]),
        "button": button,
        "metal": metal,
        "faded": mixed(rgb["main"], (235, 238, 244), 0.45),
        "furtrim": (196, 172, 140),
        "handle": handle,
        "sole2": mixed(rgb["main"], (60, 44, 36), 0.6),
        "accent2": trim,
        "gem": gem,
        "lining": lining(design, rgb["main"]),
        "fur": (226, 212, 188),
    }
    if design.fabric == "denim" and main in ("blue", "navy", "light blue"):
        rgb["thread"] = (206, 156, 92)
    return Colourway(main, tuple(rgb.items()), shown(design, named, rgb), backdrop)


def _is_dark(rgb: RGB) -> bool:
    return sum(rgb) < 240


def _is_pale(main: str) -> bool:
    return main in ("white", "cream", "light blue", "yellow", "beige", "silver")


def _trims(main: str, rgb: RGB) -> dict[str, RGB]:
    """Return the colours that contrast with the main one, by its name and its pigment."""
    dark, pale = _is_dark(rgb), _is_pale(main)
    belts = {"black": (124, 82, 50), "brown": (40, 36, 36), "tan": (40, 36, 36)}
    warm = main in ("red", "burgundy", "pink", "orange")
    green = main in ("green", "olive", "teal")
    return {
        "trim": (44, 46, 60) if pale and not dark else (235, 232, 226),
        "cord": darker(rgb, 0.7) if pale else (238, 236, 230),
        "lacing": darker(rgb, 0.8) if pale else (246, 242, 234),
        "belt": belts.get(main, (92, 58, 36)),
        "thread": mixed(rgb, (255, 250, 240), 0.55) if dark else darker(rgb, 0.72),
        "stitching": (246, 240, 226) if warm else (206, 66, 70),
        "stitching2": (236, 220, 160) if green else (72, 128, 76),
        "band": (126, 96, 70) if main in ("black", "navy") else (38, 36, 40),
    }


def _button(main: str, rgb: RGB, rng: np.random.Generator) -> RGB:
    """Return buttons in the cloth's own colour for a third of the cloths, else contrasting ones."""
    if rng.random() < 0.35 and not _is_dark(rgb):
        return darker(rgb, 0.55)
    return (96, 74, 58) if _is_pale(main) else (240, 234, 222)


def _handle(design: Design, rgb: RGB, rng: np.random.Generator) -> RGB:
    """Return the colour of a bag's handle: the bag's own, or leather on canvas, straw and nylon."""
    if design.fabric not in ("canvas", "straw", "nylon"):
        return rgb
    if design.pattern.name == "solid" and rng.random() < 0.5:
        return rgb
    return (40, 38, 40) if _is_dark(rgb) else (112, 70, 42)


def lining(design: Design, main) -> tuple[int, int, int]:
    """Return the colour that shines through lace or lines an open coat."""
    if design.fabric == "lace":
        return (226, 190, 162) if sum(main) < 560 else (206, 172, 148)
    return mixed(main, (120, 104, 92), 0.45)


def shown(design: Design, named: dict[str, str], rgb: dict) -> tuple[str, ...]:
    """Return the colour names by the area they cover, then the shades of the main colour.

    `multicolor` is added when there are many colours.
    """
    if design.pattern.name == "solid":
        names = [named["main"]]
        if design.cut in TWO_TONE and named.get("second"):
            names.append(named["second"])
        return (*names, *shades(rgb["main"]))
    share: dict[str, float] = {}
    for ink, part in zip(patterns.INKS, patterns.coverage(design.pattern), strict=False):
        share[named[ink]] = share.get(named[ink], 0.0) + part
    ranked = sorted(share, key=lambda name: -share[name])
    names = [n for n in ranked if share[n] >= VISIBLE] or ranked[:1]
    if named["main"] in names:
        names.sort(key=lambda n: n != named["main"])
    many = len([n for n in ranked if share[n] >= 0.06]) >= 4 or (
        design.pattern.name == "tie-dye" and len(share) >= 3
    )
    tints = shades(rgb[next(ink for ink, name in named.items() if name == names[0])])
    return (*names, *(("multicolor", "colorful") if many else ()), *tints)
