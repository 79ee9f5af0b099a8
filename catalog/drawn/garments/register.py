"""Which draft makes which category."""

from __future__ import annotations

import numpy as np

from ..design import Design
from ..pieces import Piece
from . import accessories, bags, bottoms, dresses, outerwear, shoes, tops

DRAFTS = {
    category: tops.draft
    for category in ("t-shirt", "shirt", "blouse", "polo shirt", "tank top", "top", "sweater", "cardigan", "hoodie", "sweatshirt")
}
DRAFTS |= {category: outerwear.draft for category in ("jacket", "blazer", "coat", "vest")}
DRAFTS |= {category: bottoms.draft for category in ("trousers", "jeans", "shorts", "leggings")}
DRAFTS |= {
    "dress": dresses.draft_dress,
    "gown": dresses.draft_dress,
    "skirt": dresses.draft_skirt,
    "jumpsuit": dresses.draft_jumpsuit,
    "kurta": dresses.draft_kurta,
    "robe": dresses.draft_robe,
    "swimwear": bottoms.draft_swimwear,
    "underwear": bottoms.draft_underwear,
}
DRAFTS |= {category: shoes.draft for category in shoes.SHOES}
DRAFTS |= {"bag": bags.draft_bag, "backpack": bags.draft_backpack, "wallet": bags.draft_wallet, "belt": bags.draft_belt}
DRAFTS |= {
    "hat": accessories.draft_hat,
    "cap": accessories.draft_cap,
    "scarf": accessories.draft_scarf,
    "tie": accessories.draft_tie,
    "socks": accessories.draft_socks,
    "watch": accessories.draft_watch,
    "sunglasses": accessories.draft_sunglasses,
    "jewellery": accessories.draft_jewellery,
}


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """The design's pieces, back to front; every category of the demo has a draft."""
    return DRAFTS[design.category](design, rng)
