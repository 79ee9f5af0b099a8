"""Which colourways a design comes in, and which colours each of them shows."""

from __future__ import annotations

import numpy as np

from demo import patterns
from demo.assortment import BASICS, EVERYDAY
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
    """The main colours of the design's variants; a plain everyday design comes in all of the basics."""
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
    if design.fabric == "denim" and name in DENIM:
        return jitter(DENIM[name], rng)
    options = PIGMENTS[name]
    return jitter(
        options[int(rng.integers(len(options)))] if rng.random() < 0.45 else options[0], rng
    )


def inks_for(design: Design, main: str, rng: np.random.Generator) -> dict[str, str]:
    """Ink -> colour name for what the pattern prints with."""
    pattern = design.pattern
    partners = PARTNERS[main]
    second = partners[int(rng.integers(len(partners)))]
    if pattern.name == "animal print":
        second, main_dark = (
            ("black", main) if main not in ("black", "navy", "brown") else ("white", main)
        )
        if pattern.kind == "leopard":
            return {
                "main": main,
                "second": "brown"
                if main in ("tan", "beige", "cream", "orange", "yellow")
                else second,
                "third": "black" if main != "black" else "grey",
            }
        return {"main": main, "second": second}
    if pattern.name == "camouflage":
        sets = {
            "olive": ("tan", "brown", "black"),
            "green": ("olive", "brown", "black"),
            "grey": ("white", "black", "silver"),
            "blue": ("navy", "light blue", "black"),
            "navy": ("blue", "grey", "black"),
            "beige": ("brown", "tan", "olive"),
            "tan": ("olive", "brown", "black"),
            "brown": ("tan", "olive", "black"),
        }
        return dict(
            zip(patterns.INKS, (main, *sets.get(main, ("grey", "black", "white"))), strict=True)
        )
    if pattern.name == "tie-dye":
        others = [m for m in MOODS if m != main]
        rng.shuffle(others)
        return {
            "main": main,
            "second": others[0],
            "third": others[1] if rng.random() < 0.6 or main == "white" else "white",
        }
    if pattern.name == "floral":
        bloom = [
            c
            for c in ("pink", "red", "white", "yellow", "orange", "purple", "light blue", "cream")
            if c != main and not (main in ("white", "cream") and c in ("white", "cream"))
        ]
        rng.shuffle(bloom)
        leaf = "green" if main not in ("green", "olive", "teal") else "cream"
        return {
            "main": main,
            "second": leaf,
            "third": bloom[0],
            "fourth": bloom[1] if bloom[1] != leaf else "yellow",
        }
    others = [c for c in (*partners, "white", "black", "red", "yellow") if c not in (main, second)]
    rng.shuffle(others)
    return {"main": main, "second": second, "third": others[0], "fourth": others[1]}


def colourway(
    design: Design, main: str, rng: np.random.Generator, backdrop=BACKDROPS[0]
) -> Colourway:
    """Pigments for every ink of the design, and the names of the colours that show."""
    named = inks_for(design, main, rng)
    rgb = {
        ink: pigment(name, design if ink == "main" else design, rng) for ink, name in named.items()
    }
    dark = sum(rgb["main"]) < 240
    accent = named.get("second", "white")
    pale = main in ("white", "cream", "light blue", "yellow", "beige", "silver")
    trim = rgb.get("second", PIGMENTS[accent][0])
    metal = METALS["gold"] if rng.random() < 0.35 else METALS["silver"]
    rgb |= {
        "accent": trim if design.cut in TWO_TONE else rgb["main"],
        "trim": (235, 232, 226) if dark or not pale else (44, 46, 60),
        "cord": (238, 236, 230) if not pale else darker(rgb["main"], 0.7),
        "button": darker(rgb["main"], 0.55)
        if rng.random() < 0.35 and not dark
        else ((240, 234, 222) if not pale else (96, 74, 58)),
        "metal": metal,
        "lacing": (246, 242, 234) if not pale else darker(rgb["main"], 0.8),
        "belt": (92, 58, 36)
        if main not in ("brown", "tan", "black")
        else ((40, 36, 36) if main != "black" else (124, 82, 50)),
        "thread": mixed(rgb["main"], (255, 250, 240), 0.55) if dark else darker(rgb["main"], 0.72),
        "stitching": (206, 66, 70)
        if main not in ("red", "burgundy", "pink", "orange")
        else (246, 240, 226),
        "stitching2": (72, 128, 76) if main not in ("green", "olive", "teal") else (236, 220, 160),
        "faded": mixed(rgb["main"], (235, 238, 244), 0.45),
        "furtrim": (196, 172, 140),
        "handle": rgb["main"]
        if design.fabric not in ("canvas", "straw", "nylon")
        or (design.pattern.name == "solid" and rng.random() < 0.5)
        else ((112, 70, 42) if not dark else (40, 38, 40)),
        "sole2": mixed(rgb["main"], (60, 44, 36), 0.6),
        "band": (38, 36, 40) if main not in ("black", "navy") else (126, 96, 70),
        "accent2": trim,
        "gem": PIGMENTS[str(rng.choice(GEMS))][0],
        "lining": lining(design, rgb["main"]),
        "fur": (226, 212, 188),
    }
    if design.fabric == "denim" and main in ("blue", "navy", "light blue"):
        rgb["thread"] = (206, 156, 92)
    return Colourway(main, tuple(rgb.items()), shown(design, named, rgb), backdrop)


def lining(design: Design, main) -> tuple[int, int, int]:
    """What shines through lace, or lines an open coat."""
    if design.fabric == "lace":
        return (226, 190, 162) if sum(main) < 560 else (206, 172, 148)
    return mixed(main, (120, 104, 92), 0.45)


def shown(design: Design, named: dict[str, str], rgb: dict) -> tuple[str, ...]:
    """Colour names by the cloth they cover, `multicolor` where there are many; then the shades of the main one."""
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


def variants(design: Design, count: int, plain: bool) -> bool:
    """Whether a design is one of the plain everyday ones that come in every basic colour."""
    return plain and design.category in EVERYDAY and count >= len(BASICS)
