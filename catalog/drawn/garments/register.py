"""Which draft makes which category."""

from __future__ import annotations

import numpy as np

from ..design import Design
from ..pieces import Piece
from . import bottoms, dresses, outerwear, tops

DRAFTS = {category: tops.draft for category in ("t-shirt", "shirt", "blouse", "polo shirt", "tank top", "top", "sweater", "cardigan", "hoodie", "sweatshirt")}
DRAFTS |= {category: outerwear.draft for category in ("jacket", "blazer", "coat", "vest")}
DRAFTS |= {category: bottoms.draft for category in ("trousers", "jeans", "shorts", "leggings")}
DRAFTS |= {"dress": dresses.draft_dress, "gown": dresses.draft_dress, "skirt": dresses.draft_skirt, "jumpsuit": dresses.draft_jumpsuit,
           "kurta": dresses.draft_kurta, "robe": dresses.draft_robe, "swimwear": bottoms.draft_swimwear, "underwear": bottoms.draft_underwear}


def draft(design: Design, rng: np.random.Generator) -> list[Piece]:
    """The design's pieces, back to front; every category of the demo has a draft."""
    return DRAFTS[design.category](design, rng)
