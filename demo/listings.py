"""What the shop writes about an item: title, description, fields, price, sizes.

About a third of the listings are silent on some attributes, in fields and text alike; the rest
state each attribute in a field, in the text, or in both, as real feeds do.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import numpy as np

import vocabulary
from catalog.item import Item
from demo import phrases
from demo.colours import Colourway
from demo.design import Design

SILENT_SHARE = 0.34
MAY_HIDE = ("pattern", "sleeve_length", "neckline", "length", "fit", "material", "details", "style")


@cache
def brands() -> dict[str, dict]:
    """Read the shop's brands from the file."""
    return tomllib.loads(Path(__file__).with_name("brands.toml").read_text(encoding="utf-8"))[
        "brands"
    ]


def truth_of(design: Design, colourway: Colourway) -> dict[str, list[str]]:
    """Return everything the picture shows, by facet; details are exactly those that are drawn."""
    truth = {
        "category": [design.category],
        "color": list(colourway.shows),
        "pattern": [design.pattern.name],
        "sleeve_length": [design.sleeve] if design.sleeve else [],
        "length": [design.length] if design.length else [],
        "neckline": [design.neckline] if design.neckline else [],
        "fit": [design.fit] if design.fit else [],
        "material": list(design.material),
        "details": sorted(design.details),
        "style": list(design.style),
        "gender": [design.gender],
    }
    return {
        facet: values
        for facet, values in truth.items()
        if vocabulary.applicable(facet, design.category)
    }


def channels(truth: dict, rng: np.random.Generator) -> tuple[dict[str, str], bool]:
    """Return where each facet is stated (field, text, both, none) and whether any is silent."""
    silent = bool(rng.random() < SILENT_SHARE)
    channel_of = {
        facet: str(rng.choice(["field", "text", "both"], p=[0.35, 0.15, 0.5]))
        for facet, values in truth.items()
        if values
    }
    channel_of["category"] = "both"
    channel_of["gender"] = "field" if rng.random() < 0.7 else "both"
    channel_of["color"] = str(rng.choice(["field", "both"], p=[0.2, 0.8]))
    if silent:
        hideable = [facet for facet in MAY_HIDE if facet in channel_of]
        for facet in rng.permutation(hideable)[: int(rng.integers(2, max(3, len(hideable))))]:
            channel_of[str(facet)] = "none"
        if rng.random() < 0.12:
            channel_of["color"] = "none"
    return channel_of, silent


def sizes_of(design: Design, rng: np.random.Generator) -> dict[str, int | None]:
    """Return sizes with their stock; some are sold out."""
    names = phrases.sizes(design)
    gone = rng.random(len(names)) < 0.14
    return {
        name: 0 if out else int(rng.integers(1, 40)) for name, out in zip(names, gone, strict=True)
    }


def price_of(model: dict, brand: dict, rng: np.random.Generator) -> float:
    """Return the price of a model by a brand, with two decimals."""
    low, high = model["price"]
    value = low * (high / low) ** rng.beta(1.6, 2.2) * brand["level"] ** 0.7
    whole = max(5, round(value)) if value < 60 else round(value / 5) * 5
    return float(whole - (0.01 if rng.random() < 0.4 else 0.05 if rng.random() < 0.5 else 0.0))


def listing(
    design: Design,
    colourway: Colourway,
    model: dict,
    brand: str,
    style: phrases.Voice,
    rng: np.random.Generator,
    price: float,
    sku: str,
) -> tuple[Item, dict, bool]:
    """Return the item, its full truth, and whether the listing is silent on something."""
    truth = truth_of(design, colourway)
    channel_of, silent = channels(truth, rng)
    facts = brands()[brand]
    speaks = {facet for facet, channel in channel_of.items() if channel in ("text", "both")}
    fields = {
        facet: tuple(v for v in truth[facet] if v not in vocabulary.SHADES)
        for facet, channel in channel_of.items()
        if channel in ("field", "both")
    }
    title, description = phrases.write(design, colourway, style, brand, speaks, channel_of, rng)
    stock = sizes_of(design, rng)
    grades = "ABCDE"
    grade = grades[int(np.clip(grades.index(facts["grade"]) + rng.integers(-1, 2), 0, 4))]
    item = Item(
        id=f"{sku}-{colourway.name.replace(' ', '')}",
        title=title,
        description=description,
        brand=brand,
        price=price,
        image=f"images/{sku}-{colourway.name.replace(' ', '')}.jpg",
        link=f"https://shop.example/{sku.lower()}/{colourway.name.replace(' ', '-')}",
        item_group_id=sku,
        sizes=stock,
        available=any(stock.values()),
        attributes={f: v for f, v in fields.items() if v},
        tags=(
            *phrases.occasions(design, rng),
            *(design.style if channel_of.get("style") != "none" else ()),
        ),
        margin=round(float(rng.uniform(0.32, 0.68)), 2),
        sustainability=grade,
    )
    return item, truth, silent
