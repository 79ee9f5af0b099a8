"""The words of the demo shop: nouns, adjectives and sentences for attributes, in varied wording.

Every sentence states one attribute in words that the vocabulary knows, so that a listing tells what
`listings.channels` lets it tell and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .colours import Colourway
from .design import Design

LETTERS = ("XS", "S", "M", "L", "XL", "XXL")
ABSENT = {
    "pockets": ("No pockets.", "Comes without pockets.", "Cut clean, without pockets."),
    "hood": ("No hood.", "Without a hood."),
    "belt": ("No belt.", "Worn without a belt."),
    "buttons": ("No buttons.", "Slips on without buttons."),
    "zipper": ("No zip.", "Closes without a zipper."),
    "ruffle": ("No ruffles, no fuss.", "Without ruffles."),
    "logo": ("No logo.", "Without any logo."),
}
LACKABLE = {
    "pockets": (
        "dress",
        "skirt",
        "trousers",
        "jeans",
        "shirt",
        "jacket",
        "coat",
        "hoodie",
        "cardigan",
        "t-shirt",
        "leggings",
        "shorts",
        "jumpsuit",
        "robe",
        "vest",
        "blazer",
    ),
    "hood": ("jacket", "coat", "sweatshirt", "vest", "cardigan", "sweater"),
    "belt": ("dress", "coat", "jumpsuit", "skirt", "trousers"),
    "buttons": ("sweater", "t-shirt", "top", "blouse", "dress"),
    "zipper": ("skirt", "dress", "sweater", "sweatshirt"),
    "ruffle": ("blouse", "dress", "skirt", "top"),
    "logo": ("t-shirt", "polo shirt", "sweatshirt", "hoodie", "cap", "bag"),
}
SLEEVES = {
    "sleeveless": ("Sleeveless.", "A sleeveless cut.", "Without sleeves, for warm days."),
    "short": ("Short sleeves.", "Short-sleeved.", "With short sleeves."),
    "three-quarter": ("Three-quarter sleeves.", "3/4 sleeves.", "With three-quarter sleeves."),
    "long": ("Long sleeves.", "Long-sleeved.", "With long sleeves."),
}
NECKS = {
    "crew": ("Crew neck.", "A round neckline.", "Classic crew neckline."),
    "v-neck": ("V-neck.", "With a V-neckline."),
    "scoop": ("Scoop neck.", "A scooped neckline."),
    "boat": ("Boat neck.", "A wide boat neckline."),
    "halter": ("Halter neck.", "A halter neckline."),
    "off-shoulder": ("Off-the-shoulder.", "Worn off the shoulder."),
    "one-shoulder": ("One-shoulder.", "A one-shoulder neckline."),
    "strapless": ("Strapless.", "A strapless neckline."),
    "collar": ("With a collar.", "Collared."),
    "turtleneck": ("Turtleneck.", "A warm turtleneck."),
    "square": ("Square neck.", "A square neckline."),
    "sweetheart": ("Sweetheart neckline.", "A sweetheart neck."),
    "high": ("High neck.", "A high neckline."),
    "low": ("A low neckline.", "Low-cut neckline."),
}
LENGTHS = {
    "mini": ("Mini length.", "Ends above the knee."),
    "knee": ("Knee-length.", "Falls to the knee."),
    "midi": ("Midi length.", "A calf-length cut."),
    "maxi": ("Maxi length.", "Falls to the floor, full length."),
    "cropped": ("Cropped.", "A cropped length."),
}
FITS = {
    "slim": ("Slim fit.", "Fitted through the body.", "Cut close, a slim fit."),
    "loose": ("Loose fit.", "A relaxed, loose fit.", "Oversized."),
    "a-line": ("A-line shape.", "An A-line cut."),
    "fit-and-flare": ("Fit and flare.", "A fit-and-flare shape."),
    "flared": ("Flared.", "A flared cut."),
    "straight": ("Straight fit.", "A straight cut.", "Regular fit."),
}
CLOTHS = {
    "cotton": ("Soft cotton.", "Made of organic cotton.", "Pure cotton."),
    "denim": ("Sturdy denim.", "Washed denim."),
    "leather": ("Supple leather.", "Smooth leather."),
    "knit": ("Knitted.", "A soft knit."),
    "lace": ("Floral lace.", "Delicate lace."),
    "satin": ("Fluid satin.", "Satin."),
    "silk": ("Pure silk.", "Washed silk."),
    "linen": ("Airy linen.", "European linen."),
    "wool": ("Warm wool.", "Wool blend."),
    "chiffon": ("Light chiffon.", "Floating chiffon."),
    "velvet": ("Rich velvet.", "Velvet."),
    "sheer": ("Sheer fabric.", "Sheer to the skin."),
    "sequin": ("Covered in sequins.", "All-over sequins."),
    "shiny": ("With a shiny finish.", "Shiny."),
    "mesh": ("Breathable mesh.", "Mesh."),
    "fur": ("Plush faux fur.", "Faux fur."),
}
DETAILS = {
    "pockets": ("pockets", "handy pockets"),
    "belt": ("a belt",),
    "hood": ("a hood",),
    "buttons": ("buttons",),
    "zipper": ("a zipper", "a zip"),
    "ruffle": ("ruffles", "a ruffle"),
    "bow": ("a bow",),
    "slit": ("a slit",),
    "logo": ("a small logo", "a logo"),
    "embroidery": ("embroidery",),
    "straps": ("shoulder straps", "straps"),
    "spaghetti straps": ("spaghetti straps", "thin straps"),
    "pleats": ("pleats",),
    "fringe": ("fringe",),
    "beads": ("beads", "pearls"),
    "lace trim": ("lace trim", "a lace edge"),
    "cutout": ("a cutout",),
    "tie": ("a tie detail", "a drawstring"),
    "text": ("lettering",),
}
PRINTS = {
    "solid": ("Plain, in one colour.", "A solid colour.", "Unpatterned."),
    "striped": ("Striped.", "With stripes.", "In stripes."),
    "checked": ("Checked.", "In a plaid.", "With a check pattern."),
    "polka dot": ("With polka dots.", "Dotted.", "A polka dot print."),
    "floral": ("A floral print.", "Printed with flowers.", "Floral."),
    "animal print": ("An animal print.", "In animal print."),
    "graphic": ("With a graphic print.", "A graphic on the front."),
    "geometric": ("A geometric pattern.", "Geometric print."),
    "paisley": ("A paisley print.", "Paisley."),
    "camouflage": ("Camouflage.", "In camo."),
    "tie-dye": ("Tie-dyed by hand.", "Tie-dye."),
    "color block": ("Color block.", "In a colour-block design."),
}
TITLE_PRINTS = {
    "striped": "Striped",
    "checked": "Checked",
    "polka dot": "Polka Dot",
    "floral": "Floral",
    "animal print": "Animal Print",
    "graphic": "Graphic",
    "geometric": "Geometric",
    "paisley": "Paisley",
    "camouflage": "Camouflage",
    "tie-dye": "Tie-Dye",
    "color block": "Color Block",
    "solid": "Plain",
}
NAMES = (
    "Ada",
    "Bay",
    "Cleo",
    "Dune",
    "Elm",
    "Faro",
    "Gale",
    "Hazel",
    "Ines",
    "Jory",
    "Kit",
    "Lark",
    "Mara",
    "Nell",
    "Orla",
    "Pia",
    "Quinn",
    "Rue",
    "Sol",
    "Tess",
    "Una",
    "Vale",
    "Wren",
    "Yara",
    "Zia",
    "Bo",
    "Cy",
    "Dara",
    "Emil",
    "Finn",
)
OPENERS = (
    "The {name} {noun} is one you will reach for all week.",
    "Meet {name}: a {noun} made to last.",
    "Our {name} {noun}, back by demand.",
    "{name} is an easy {noun} for every day of the season.",
    "A {noun} with quiet good looks.",
    "New this season: the {name} {noun}.",
    "The {noun} that finishes an outfit.",
    "Designed in our studio, worn everywhere: the {name} {noun}.",
    "A {noun} our customers keep coming back for.",
)
CLOSERS = (
    "Machine wash cold.",
    "Care: gentle wash, dry flat.",
    "Made in Portugal.",
    "Made in small runs.",
    "Pairs well with almost anything.",
    "Ships in recycled paper.",
    "Runs true to size.",
    "Model wears size M.",
    "",
    "",
    "",
)
OCCASIONS = {
    "casual": ("everyday", "weekend"),
    "formal": ("office", "wedding guest"),
    "elegant": ("evening", "wedding guest"),
    "sexy": ("night out",),
    "revealing": ("night out", "beach"),
    "feminine": ("date", "brunch"),
    "masculine": ("everyday", "office"),
    "vintage": ("weekend",),
    "sporty": ("gym", "outdoors"),
    "bohemian": ("festival", "holiday"),
    "modern": ("city", "office"),
    "conservative": ("office", "family"),
    "fun": ("party",),
    "edgy": ("concert", "night out"),
    "girly": ("date", "party"),
}
WHOM = {"women": "Women's", "men": "Men's", "girls": "Girls'", "boys": "Boys'", "unisex": "Unisex"}


@dataclass(frozen=True)
class Voice:
    """What stays the same over a design's colourways: the name and the noun."""

    name: str
    noun: str


def sizes(design: Design) -> tuple[str, ...]:
    if design.category in ("sneakers", "boots", "heels", "sandals", "flats", "flip flops", "loafers", "formal shoes"):
        return tuple(
            str(n)
            for n in (
                {"men": range(40, 47), "unisex": range(36, 46), "girls": range(28, 36), "boys": range(28, 36)}.get(
                    design.gender, range(36, 42)
                )
            )
        )
    if design.category in ("bag", "backpack", "wallet", "scarf", "tie", "watch", "sunglasses", "jewellery", "cap"):
        return ("One size",)
    if design.category == "hat":
        return ("S/M", "L/XL")
    if design.category == "socks":
        return ("36-38", "39-42", "43-46")
    if design.category == "belt":
        return ("80", "90", "100", "110")
    if design.gender in ("girls", "boys"):
        return ("104", "116", "128", "140", "152")
    if design.category in ("jeans", "trousers") and design.cut not in ("jogger", "drawstring"):
        return tuple(str(n) for n in (range(28, 40, 2) if design.men else range(25, 33)))
    return LETTERS


def occasions(design: Design, rng: np.random.Generator) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(rng.choice(OCCASIONS[s])) for s in design.style))


def one(options, rng) -> str:
    return str(options[int(rng.integers(len(options)))])


def listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def write(
    design: Design,
    colourway: Colourway,
    voice: Voice,
    brand: str,
    speaks: set[str],
    told: dict[str, str],
    rng: np.random.Generator,
) -> tuple[str, str]:
    """Title and description that tell of the facets in `speaks` and of no others."""
    return title(design, colourway, voice, speaks, rng), description(design, voice, speaks, told, rng)


def title(design: Design, colourway: Colourway, voice: Voice, speaks: set[str], rng: np.random.Generator) -> str:
    words = []
    if "pattern" in speaks and (design.pattern.name != "solid" or rng.random() < 0.2):
        words.append(TITLE_PRINTS[design.pattern.name])
    if "material" in speaks and design.material and rng.random() < 0.5:
        words.append(design.material[0].title())
    if "length" in speaks and design.length in ("mini", "midi", "maxi") and rng.random() < 0.4:
        words.append(design.length.title())
    noun = " ".join(words + [voice.noun.title()])
    colour = colourway.name.title() if "color" in speaks else ""
    who = WHOM[design.gender] if "gender" in speaks else ""
    form = int(rng.integers(4))
    if form == 0:
        text = f"{voice.name} {noun}" + (f" in {colour}" if colour else "")
    elif form == 1:
        text = f"{who} {colour} {noun}"
    elif form == 2:
        text = f"{noun} {voice.name}" + (f", {colour.lower()}" if colour else "")
    else:
        text = f"{who} {voice.name} {noun}" + (f" - {colour}" if colour else "")
    return " ".join(text.split())


def description(design: Design, voice: Voice, speaks: set[str], told: dict[str, str], rng: np.random.Generator) -> str:
    said = []
    for facet, value, table in (
        ("sleeve_length", design.sleeve, SLEEVES),
        ("neckline", design.neckline, NECKS),
        ("length", design.length, LENGTHS),
        ("fit", design.fit, FITS),
        ("pattern", design.pattern.name, PRINTS),
    ):
        if facet in speaks and value:
            said.append(one(table[value], rng))
    if "material" in speaks:
        said += [one(CLOTHS[m], rng) for m in design.material]
    if "details" in speaks and design.details:
        parts = [one(DETAILS[d], rng) for d in sorted(design.details)]
        said.append(f"{one(('With', 'Features', 'Finished with'), rng)} {listed(parts)}.")
    if told.get("details", "both") != "none":
        lacking = [d for d, on in LACKABLE.items() if design.category in on and d not in design.details]
        if lacking and rng.random() < 0.35:
            said.append(one(ABSENT[one(lacking, rng)], rng))
    said = [said[i] for i in rng.permutation(len(said))]
    opener = one(OPENERS, rng).format(name=voice.name, noun=voice.noun)
    return " ".join(part for part in (opener, *said, one(CLOSERS, rng)) if part)
