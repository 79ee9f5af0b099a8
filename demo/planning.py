"""The plan of a drawn catalogue: each item with its listing, its truth and what to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.item import Item
from demo import assortment, colouring, listings, phrases, wording
from demo.colours import Colourway
from demo.design import Design

PLAIN_SHARE = 0.45  # of an everyday category's items: plain designs in all basic colours


@dataclass(frozen=True)
class Drawn:
    """A planned item.

    item: the listing. truth: {facet: values}, complete for every facet that applies; a detail that
    is not named is absent; the first colour is the main one, shades (dark, light, bright, colorful)
    come last.
    """

    item: Item
    truth: dict[str, list[str]]
    design: Design
    colourway: Colourway
    silent: bool = False


def plan_items(items: int = 2400, seed: int = 0) -> list[Drawn]:
    """Plan `items` items; the same seed gives the same plan.

    The number is exact unless there are more categories than items.
    """
    planned: list[Drawn] = []
    number = 0
    for k, (category, quota) in enumerate(assortment.quotas(items).items()):
        rng = np.random.default_rng([seed, k])
        decks = assortment.Decks(rng)
        left, plain_left = quota, _plain_quota(category, quota)
        while left > 0:
            plain = plain_left > 0
            number += 1
            group = _design_group(category, decks, rng, number, left, plain)
            left -= len(group)
            plain_left -= len(group) if plain else 0
            planned += group
    return _trimmed(planned, items)


def _plain_quota(category: str, quota: int) -> int:
    return round(quota * PLAIN_SHARE) if category in assortment.EVERYDAY else round(quota * 0.4)


def _design_group(
    category: str, decks, rng: np.random.Generator, number: int, left: int, plain: bool
) -> list[Drawn]:
    """Plan one design in its colourways, at most `left` of them."""
    design, model = assortment.deal_design(category, decks, rng, number, plain)
    basic = plain and category in assortment.EVERYDAY
    count = min(left, (5 + int(rng.random() < 0.35)) if basic else int(rng.integers(3, 5)))
    names = colouring.palette(design, model, rng, count, basic and count >= 5)
    brand = str(rng.choice(list(listings.brands())))
    voice = phrases.Voice(str(rng.choice(wording.NAMES)), str(rng.choice(model["noun"])))
    price = listings.price_of(model, listings.brands()[brand], rng)
    sku = f"{listings.brands()[brand]['code']}{number:04d}"
    backdrop = colouring.BACKDROPS[list(listings.brands()).index(brand) % len(colouring.BACKDROPS)]
    group = []
    for name in names[:count]:
        colourway = colouring.colourway(design, name, rng, backdrop)
        item, truth, silent = listings.listing(
            design, colourway, model, brand, voice, rng, price, sku
        )
        group.append(Drawn(item, truth, design, colourway, silent))
    return group


def _trimmed(planned: list[Drawn], items: int) -> list[Drawn]:
    """Cut the plan to `items`: quotas are rounded, so the largest categories give up the excess."""
    extra = len(planned) - items
    keep = list(planned)
    while extra > 0 and keep:
        sizes: dict[str, int] = {}
        for drawn in keep:
            sizes[drawn.design.category] = sizes.get(drawn.design.category, 0) + 1
        largest = max(sizes, key=lambda c: sizes[c])
        at = max(i for i, drawn in enumerate(keep) if drawn.design.category == largest)
        del keep[at]
        extra -= 1
    return keep
