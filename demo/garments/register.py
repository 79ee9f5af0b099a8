"""The draft of each category."""

from __future__ import annotations

import numpy as np

from demo.design import Design
from demo.garments import (
    bags,
    bottoms,
    dresses,
    headwear,
    jewels,
    leathergoods,
    longwear,
    outerwear,
    shoes,
    skirts,
    smallwear,
    tops,
)
from demo.pieces import Piece

DRAFTS = dict.fromkeys(
    (
        "t-shirt",
        "shirt",
        "blouse",
        "polo shirt",
        "tank top",
        "top",
        "sweater",
        "cardigan",
        "hoodie",
        "sweatshirt",
    ),
    tops.draft,
)
DRAFTS |= dict.fromkeys(("jacket", "blazer", "coat", "vest"), outerwear.draft)
DRAFTS |= dict.fromkeys(("trousers", "jeans", "shorts", "leggings"), bottoms.draft)
DRAFTS |= {
    "dress": dresses.draft_dress,
    "gown": dresses.draft_dress,
    "skirt": skirts.draft_skirt,
    "jumpsuit": longwear.draft_jumpsuit,
    "kurta": longwear.draft_kurta,
    "robe": longwear.draft_robe,
    "swimwear": bottoms.draft_swimwear,
    "underwear": bottoms.draft_underwear,
}
DRAFTS |= dict.fromkeys(shoes.SHOES, shoes.draft)
DRAFTS |= {
    "bag": bags.draft_bag,
    "backpack": bags.draft_backpack,
    "wallet": leathergoods.draft_wallet,
    "belt": leathergoods.draft_belt,
}
DRAFTS |= {
    "hat": headwear.draft_hat,
    "cap": headwear.draft_cap,
    "scarf": smallwear.draft_scarf,
    "tie": smallwear.draft_tie,
    "socks": smallwear.draft_socks,
    "watch": jewels.draft_watch,
    "sunglasses": jewels.draft_sunglasses,
    "jewellery": jewels.draft_jewellery,
}


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """Draft the design's pieces, back to front; every category of the demo has a draft."""
    return DRAFTS[design.category](design, rng)
