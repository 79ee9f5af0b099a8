"""The demo shop's range: designs dealt from `assortment.toml` so that everything in it occurs.

Options are dealt from shuffled decks rather than drawn independently: each comes up once before any
comes up twice, so that small catalogues also contain all sleeve lengths, necklines and patterns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from demo.design import Design
from demo.patterns import KINDS, Pattern
from demo.prints import has_words

EVERYDAY = (
    "dress",
    "shirt",
    "skirt",
    "jacket",
    "top",
    "coat",
    "t-shirt",
    "sweater",
    "trousers",
    "jeans",
    "blouse",
    "hoodie",
)
BASICS = ("black", "white", "navy", "grey", "blue")
MATERIALS = {
    "cable": ("knit", "wool"),
    "rib": ("cotton",),
    "nylon": (),
    "canvas": ("cotton",),
    "satin": ("satin", "shiny"),
    "straw": (),
    "metal": (),
    "plastic": (),
    "rubber": (),
    "sequin": ("sequin", "shiny"),
    "suede": ("leather",),
    "glass": (),
}
PATTERNS = tuple(name for name in KINDS if name != "solid")
GRAPHIC_ON = (
    "t-shirt",
    "tank top",
    "sweatshirt",
    "hoodie",
    "sweater",
    "top",
    "dress",
    "bag",
    "backpack",
    "cap",
)
OFTEN = {"striped": 3, "checked": 2, "floral": 3, "polka dot": 2, "geometric": 2, "animal print": 2}
GLOSSY = ("sequin", "velvet", "leather", "lace", "fur", "cable", "shiny")


@cache
def models() -> dict[str, list[dict]]:
    """Read {category: its models} from the file."""
    return tomllib.loads(Path(__file__).with_name("assortment.toml").read_text(encoding="utf-8"))


class Decks:
    """Options dealt without replacement, reshuffled when a deck runs out."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.left: dict[Hashable, list[Any]] = {}

    def deal(self, key: Hashable, options: Iterable[Any]) -> Any:
        """Return the next option of the deck named `key`; None if there are no options."""
        options = list(options)
        if not options:
            return None
        deck = self.left.get(key)
        if not deck:
            deck = self.left[key] = [options[i] for i in self.rng.permutation(len(options))]
        return deck.pop()


def quotas(items: int) -> dict[str, int]:
    """Return items per category: two thirds to the everyday ones, at least one each."""
    categories = list(models())
    others = [c for c in categories if c not in EVERYDAY]
    share = {c: items * 2 / 3 / len(EVERYDAY) for c in EVERYDAY} | {
        c: items / 3 / len(others) for c in others
    }
    return {c: max(1, round(share[c])) for c in categories}


def material_of(fabric: str) -> tuple[str, ...]:
    """Return the vocabulary's materials of a fabric."""
    return MATERIALS.get(fabric, (fabric,))


def deal_design(
    category: str, decks: Decks, rng: np.random.Generator, number: int, plain: bool
) -> tuple[Design, dict]:
    """Deal one design of the category; return it with the model that it comes from."""
    weighted = [i for i, m in enumerate(models()[category]) for _ in range(m.get("weight", 1))]
    which = decks.deal((category, plain), weighted)
    model = models()[category][which]

    def pick(field: str) -> str | None:
        return decks.deal((category, which, field, plain), model.get(field, [])) or None

    details = set(model.get("always", ()))
    one = pick("one_of")
    if one:
        details.add(one)
    details |= {d for d, chance in model.get("maybe", {}).items() if rng.random() < chance}
    fabric = pick("fabric") or "cotton"
    pattern = Pattern() if plain else deal_pattern(category, model, fabric, decks, rng)
    if pattern.name != "solid" and fabric in GLOSSY:
        fabric = next((f for f in model["fabric"] if f not in GLOSSY), fabric)
    seed = int(rng.integers(1 << 31))
    design = Design(
        id=f"{number:04d}",
        seed=seed,
        category=category,
        cut=pick("cut") or "",
        gender=pick("gender") or "women",
        sleeve=pick("sleeve"),
        neckline=pick("neckline"),
        length=pick("length"),
        fit=pick("fit"),
        fabric=fabric,
        material=material_of(fabric),
        pattern=pattern,
        details=frozenset(d for d in details if d),
        style=(),
    )
    design = consistent(design)
    first = pick("style")
    second = model["style"][int(rng.integers(len(model["style"])))]
    return replace(design, style=tuple(dict.fromkeys(s for s in (first, second) if s))), model


def deal_pattern(
    category: str, model: dict, fabric: str, decks: Decks, rng: np.random.Generator
) -> Pattern:
    """Deal a pattern that the model allows, with its scale, turn and seed."""
    allowed = model.get("patterns", PATTERNS)
    names = [p for p in allowed if p != "graphic" or category in GRAPHIC_ON]
    if not names:
        return Pattern()
    often = [p for p in names for _ in range(OFTEN.get(p, 1))]
    name = decks.deal(
        (category, "pattern", tuple(names)),
        often + (["graphic"] * 3 if category in ("t-shirt", "sweatshirt", "hoodie") else []),
    )
    kind = decks.deal(("kind", name), KINDS[name])
    seed = int(rng.integers(6))
    turn = {"diagonal": 0.7}.get(kind, 0.0)
    if name in ("animal print", "camouflage", "floral", "paisley"):
        turn = float(rng.choice([0.0, 0.4, 1.57]))
    return Pattern(name, kind, float(rng.choice([0.85, 1.0, 1.2])), turn, seed)


COLLISIONS: tuple[tuple[str, str], ...] = (
    ("bow", "beads"),
    ("ruffle", "lace trim"),
    ("ruffle", "fringe"),
    ("tie", "bow"),
)
"""Pairs of details that would be drawn in the same place: with the first there is no second."""


def consistent(design: Design) -> Design:
    """Return the design with the truths that follow from others.

    A print may contain letters, a cut rules details out, and some details would collide.
    """
    details = _of_the_print(design, set(design.details))
    details = _without_second_closure(design, details)
    if {"belt", "tie"} <= details and "hood" not in details:
        details.discard("tie")
    for first, second in COLLISIONS:
        if {first, second} <= details:
            details.discard(second)
    details -= _ruled_out(design, details)
    material = design.material
    if design.cut == "parka" and "hood" in details:
        material = tuple(dict.fromkeys((*material, "fur")))  # the hood's edge
    return replace(
        design,
        details=frozenset(details),
        cut=_possible_cut(design, details),
        material=material,
        sleeve=_possible_sleeve(design),
    )


def _of_the_print(design: Design, details: set[str]) -> set[str]:
    """Return the details that a print leaves room for; words in it are text."""
    if design.pattern.name != "graphic":
        return details
    details = details - {"embroidery", "logo", "bow", "zipper", "buttons"}
    if has_words(design.pattern.kind, design.pattern.seed):
        details.add("text")
    if design.category != "hoodie":
        details.discard("pockets")
    return details


def _without_second_closure(design: Design, details: set[str]) -> set[str]:
    """Return the details with a zip or buttons, not both; trousers close with both."""
    if not {"zipper", "buttons"} <= details or design.category in ("trousers", "shorts"):
        return details
    keeps_zip = design.category in ("sweater", "jumpsuit", "skirt")
    return details - {"buttons" if keeps_zip else "zipper"}


def _ruled_out(design: Design, details: set[str]) -> set[str]:
    """Return the details that the design's cut or category rules out."""
    out: set[str] = set()
    if design.cut in ("jogger", "drawstring") and design.category in ("trousers", "shorts"):
        out |= {"belt", "buttons", "zipper"}
    if design.fit in ("loose", "straight") and design.category == "dress":
        out.add("pleats")
    if design.category == "hat":
        out.add("bow" if design.cut in ("beanie", "bucket") else "logo")
    if design.cut == "rucksack":
        out.add("zipper")
    if design.cut == "slides":
        out |= {"straps", "beads"}
    if design.cut == "square" and design.category == "scarf":
        out.add("fringe")
    return out & details


def _possible_cut(design: Design, details: set[str]) -> str:
    """Return the cut, or the plain one where the details or the length contradict it."""
    if design.cut == "tiered" and "ruffle" not in details:
        return ""
    if design.cut == "patch pockets" and "pockets" not in details:
        return ""
    if design.cut == "cuffed" and design.length == "mini":
        return "chino"
    return design.cut


def _possible_sleeve(design: Design) -> str | None:
    """Return the sleeve that the neckline can carry."""
    if design.neckline in ("strapless", "halter"):
        return "sleeveless"
    if design.neckline == "off-shoulder" and design.sleeve == "sleeveless":
        return "short"
    return design.sleeve
