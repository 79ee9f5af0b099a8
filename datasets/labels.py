"""Labels from shop columns, display names and folders, as values of the vocabulary.

Labels are sets: "Casual Shoes" may be sneakers or loafers, and "Printed" is some pattern. The loss
only asks for the probability to fall within the set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import vocabulary

LabelSets = dict[str, frozenset[str]]
"""{facet: the values that the label allows}; absent facets are unlabelled."""

DETAILS = vocabulary.leaf_values("details")

_CATEGORY: dict[str, tuple[str, ...]] = {
    "Tshirts": ("t-shirt", "polo shirt"),
    "Tops": ("top", "blouse", "tank top"),
    "Tunics": ("top", "blouse"),
    "Casual Shoes": ("sneakers", "loafers", "boots"),
    "Sports Shoes": ("sneakers",),
    "Sports Sandals": ("sandals",),
    "Handbags": ("bag",),
    "Clutches": ("bag",),
    "Duffel Bag": ("bag",),
    "Laptop Bag": ("bag",),
    "Messenger Bag": ("bag",),
    "Trolley Bag": ("bag",),
    "Rucksacks": ("backpack",),
    "Mufflers": ("scarf",),
    "Stoles": ("scarf",),
    "Dupatta": ("scarf",),
    "Innerwear Vests": ("tank top", "underwear"),
    "Camisoles": ("tank top", "underwear", "top"),
    "Bra": ("underwear",),
    "Briefs": ("underwear",),
    "Trunk": ("underwear",),
    "Boxers": ("underwear", "shorts"),
    "Shapewear": ("underwear",),
    "Baby Dolls": ("underwear", "dress"),
    "Nightdress": ("dress",),
    "Robe": ("robe",),
    "Bath Robe": ("robe",),
    "Track Pants": ("trousers",),
    "Lounge Pants": ("trousers",),
    "Capris": ("trousers",),
    "Lounge Shorts": ("shorts",),
    "Jeggings": ("jeans", "leggings"),
    "Tights": ("leggings",),
    "Churidar": ("leggings", "trousers"),
    "Patiala": ("trousers",),
    "Salwar": ("trousers",),
    "Stockings": ("socks", "leggings"),
    "Waistcoat": ("vest",),
    "Nehru Jackets": ("vest", "jacket"),
    "Rain Jacket": ("jacket", "coat"),
    "Rompers": ("jumpsuit",),
    "Booties": ("socks", "boots"),
    "Necklace and Chains": ("jewellery",),
    "Earrings": ("jewellery",),
    "Pendant": ("jewellery",),
    "Ring": ("jewellery",),
    "Bangle": ("jewellery",),
    "Bracelet": ("jewellery",),
    "Cufflinks": ("jewellery",),
    "Jewellery Set": ("jewellery",),
    "Sweaters": ("sweater", "cardigan"),
    "Sweatshirts": ("sweatshirt", "hoodie"),
    "Jackets": ("jacket",),
    "Shrug": ("cardigan",),
    "Kurtis": ("kurta",),
    "Sandals": ("sandals",),
    "Flats": ("flats", "sandals"),
}
# Types without a value in the vocabulary, or that stand for several things at once.
_NO_CATEGORY = {
    "Accessory Gift Set",
    "Ties and Cufflinks",
    "Clothing Set",
    "Kurta Sets",
    "Night suits",
    "Tracksuits",
}

_KIND: dict[str, LabelSets] = {
    kind: {facet: frozenset(values) for facet, values in sets.items()}
    for kind, sets in {
        "blazer": {"category": ["blazer"], "sleeve_length": ["long"], "neckline": ["collar"]},
        "blouse": {"category": ["blouse", "shirt", "top"]},
        "body": {"category": ["top", "underwear", "jumpsuit"]},
        "dress": {"category": ["dress", "gown"]},
        "hat": {"category": ["hat", "cap"]},
        "hoodie": {
            "category": ["hoodie"],
            "sleeve_length": ["long"],
            "neckline": ["high", "crew", "v-neck", "turtleneck"],
        },
        "longsleeve": {
            "category": ["t-shirt", "sweater", "sweatshirt", "top", "cardigan"],
            "sleeve_length": ["long"],
        },
        "outwear": {"category": ["jacket", "coat", "vest", "blazer", "cardigan"]},
        "pants": {"category": ["trousers", "jeans", "leggings"], "length": ["maxi"]},
        "polo": {
            "category": ["polo shirt"],
            "neckline": ["collar"],
            "sleeve_length": ["short", "long"],
        },
        "shirt": {
            "category": ["shirt"],
            "neckline": ["collar", "high"],
            "sleeve_length": ["short", "long", "three-quarter"],
        },
        "shoes": {"category": sorted(vocabulary.descendants("category", "shoes") - {"shoes"})},
        "shorts": {"category": ["shorts"], "length": ["mini", "knee"]},
        "skirt": {"category": ["skirt"]},
        "t-shirt": {
            "category": ["t-shirt"],
            "sleeve_length": ["short"],
            "neckline": ["crew", "scoop", "v-neck", "boat"],
        },
        "top": {"category": ["top", "tank top", "blouse"]},
        "undershirt": {"category": ["tank top", "underwear"], "sleeve_length": ["sleeveless"]},
    }.items()
}
_KIND_DETAILS = {
    "hoodie": {"hood": True},
    "t-shirt": {"hood": False, "zipper": False},
    "longsleeve": {"hood": False},
    "undershirt": {"hood": False, "pockets": False, "buttons": False, "zipper": False},
    "shirt": {"buttons": True, "hood": False},
    "polo": {"hood": False, "zipper": False},
    "blazer": {"buttons": True, "hood": False},
    "dress": {"hood": False},
}

_PRINTS = frozenset(
    {"graphic", "floral", "geometric", "paisley", "animal print", "tie-dye", "camouflage"}
)
_NAME_HINTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("pattern", r"strip", ("striped",)),
    ("pattern", r"check", ("checked",)),
    ("pattern", r"\bsolid", ("solid",)),
    ("pattern", r"print", tuple(_PRINTS)),
    ("pattern", r"polka", ("polka dot",)),
    ("pattern", r"floral|flower", ("floral",)),
    ("pattern", r"paisley", ("paisley",)),
    ("pattern", r"camo", ("camouflage",)),
    ("pattern", r"leopard|animal", ("animal print",)),
    ("pattern", r"graphic", ("graphic",)),
    ("sleeve_length", r"sleeveless|tank top", ("sleeveless",)),
    ("sleeve_length", r"(full|long) sleeve", ("long",)),
    ("sleeve_length", r"(half|short) sleeve", ("short",)),
    ("sleeve_length", r"(3/4|three.?quarter)", ("three-quarter",)),
    ("neckline", r"(round|crew).?neck", ("crew", "scoop")),
    ("neckline", r"\bv.?neck", ("v-neck",)),
    ("neckline", r"turtle|high.?neck", ("turtleneck", "high")),
    ("neckline", r"boat.?neck", ("boat",)),
    ("material", r"leather", ("leather",)),
    ("material", r"denim", ("denim",)),
    ("material", r"\bknit|crochet", ("knit",)),
    ("material", r"cotton", ("cotton",)),
    ("material", r"\bsilk", ("silk", "satin")),
    ("material", r"linen", ("linen",)),
    ("material", r"woollen|\bwool", ("wool", "knit")),
    ("material", r"\blace\b(?!.{0,3}(up|shoe))", ("lace",)),
    ("material", r"satin", ("satin", "silk")),
    ("fit", r"\b(slim|skinny)", ("slim",)),
    ("fit", r"(regular|straight) fit", ("straight",)),
    ("fit", r"loose|baggy", ("loose",)),
)
_TYPE_HINTS: dict[str, LabelSets] = {
    kind: {facet: frozenset(values) for facet, values in sets.items()}
    for kind, sets in {
        "Jeans": {"material": ["denim"], "length": ["maxi"]},
        "Trousers": {"length": ["maxi"]},
        "Track Pants": {"length": ["maxi"]},
        "Leggings": {"length": ["maxi"], "fit": ["slim"]},
        "Shorts": {"length": ["mini", "knee"]},
        "Capris": {"length": ["midi", "knee", "cropped"]},
        "Sweaters": {"material": ["knit", "wool"]},
        "Ties": {"material": ["silk", "satin"]},
        "Innerwear Vests": {"sleeve_length": ["sleeveless"]},
        "Shirts": {"neckline": ["collar", "high"]},
    }.items()
}
_USAGE = {"Casual": "casual", "Formal": "formal", "Sports": "sporty"}

SHOP_PATTERNS = {"striped": "strip", "checked": "check", "graphic": "print", "solid": "solid"}
"""{pattern: the letters in a display name that indicate it}; "Print" means graphic."""


def shop_pattern(display_name: str) -> str | None:
    """Return the pattern if the display name states exactly one of SHOP_PATTERNS, else None."""
    patterns = _shop_patterns(display_name)
    return patterns[0] if len(patterns) == 1 else None


def _shop_patterns(display_name: str) -> list[str]:
    name = display_name.lower()
    return [value for value, letters in SHOP_PATTERNS.items() if letters in name]


def product_sets(row: Mapping[str, str]) -> LabelSets:
    """Return the label sets of one row of `products.csv`.

    The display name overrides what the article type implies.
    """
    name, article = row["productDisplayName"].lower(), row["articleType"]
    sets: LabelSets = {}
    if categories := _product_categories(article, name):
        sets["category"] = categories
    for facet, column in (("color", "baseColour"), ("gender", "gender")):
        if value := vocabulary.find(facet, row[column]):
            sets[facet] = frozenset({value})
    if row["usage"] in _USAGE:
        sets["style"] = frozenset({_USAGE[row["usage"]]})
    sets.update(_TYPE_HINTS.get(article, {}))
    sets.update(_name_sets(name))
    return sets


def _product_categories(article: str, name: str) -> frozenset[str]:
    """Return the categories that an article type allows; none if the vocabulary has no value."""
    if article == "Tshirts" and "polo" in name and "polo assn" not in name:
        return frozenset({"polo shirt"})
    if article in _CATEGORY:
        return frozenset(_CATEGORY[article])
    value = None if article in _NO_CATEGORY else vocabulary.find("category", article)
    return frozenset({value}) if value else frozenset()


def _name_sets(name: str) -> LabelSets:
    """Return the label sets that a display name in lower case states."""
    sets = {
        facet: frozenset(values) for facet, hint, values in _NAME_HINTS if re.search(hint, name)
    }
    if len(_shop_patterns(name)) > 1:
        # "Striped Printed": the name does not say which one is visible.
        sets.pop("pattern", None)
    return sets


def product_details(row: Mapping[str, str]) -> dict[str, bool]:
    """Return the details that a display name states; a detail not named may still be present."""
    name = row["productDisplayName"].lower()
    hints = {
        "hood": r"hood",
        "zipper": r"\bzip",
        "belt": r"with belt|belted",
        "embroidery": r"embroider",
        "ruffle": r"ruffle",
    }
    return {detail: True for detail, hint in hints.items() if re.search(hint, name)}


def shopper_sets(kind: str) -> LabelSets:
    """Return the label sets that a shopper photo's kind implies."""
    return dict(_KIND.get(kind, {}))


def shopper_details(kind: str) -> dict[str, bool]:
    """Return the details that a shopper photo's kind implies."""
    return dict(_KIND_DETAILS.get(kind, {}))


def looked_sets(row: Mapping[str, str]) -> LabelSets:
    """Return the label sets of one row of `looked_at/labels.csv`.

    "na", "unsure", "other" and "henley" give no label.
    """
    sets: LabelSets = {}
    for facet in ("color", "pattern", "sleeve_length", "neckline"):
        values = frozenset(row[facet].split("|")) & frozenset(vocabulary.leaf_values(facet))
        if values:
            sets[facet] = values
    # Trousers are labelled long or short: full length, or down to the knee at most.
    length = {"long": ("maxi",), "short": ("mini", "knee")}.get(row["length"], (row["length"],))
    if values := frozenset(length) & frozenset(vocabulary.leaf_values("length")):
        sets["length"] = values
    return sets


def looked_details(row: Mapping[str, str]) -> dict[str, bool]:
    """Return the details that were seen, or seen to be absent."""
    return {
        detail: row[detail] == "yes"
        for detail in ("pockets", "hood", "buttons", "zipper")
        if row[detail] in ("yes", "no")
    }
