"""The demo shop's words for attributes: several for each value, all known to the vocabulary."""

from __future__ import annotations

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
    "lace": ("Fine lace.", "Delicate lace."),
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
    "Hugo",
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
