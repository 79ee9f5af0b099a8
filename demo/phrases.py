"""The words of the demo shop: nouns, adjectives and sentences for attributes, in varied wording.

Every sentence states one attribute in words that the vocabulary knows, so a listing reveals exactly
what `listings.channels` allows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import vocabulary
from demo.colours import Colourway
from demo.design import Design
from demo.wording import (
    ABSENT,
    CLOSERS,
    CLOTHS,
    DETAILS,
    FITS,
    LACKABLE,
    LENGTHS,
    LETTERS,
    NECKS,
    OCCASIONS,
    OPENERS,
    PRINTS,
    SLEEVES,
    TITLE_PRINTS,
    WHOM,
)


@dataclass(frozen=True)
class Voice:
    """What all colourways of a design share: the name and the noun."""

    name: str
    noun: str


def sizes(design: Design) -> tuple[str, ...]:
    """Return the sizes that the design is made in."""
    if design.category in vocabulary.FOOTWEAR:
        return tuple(
            str(n)
            for n in (
                {
                    "men": range(40, 47),
                    "unisex": range(36, 46),
                    "girls": range(28, 36),
                    "boys": range(28, 36),
                }.get(design.gender, range(36, 42))
            )
        )
    if design.category in vocabulary.ONE_SIZE_KINDS:
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
    """Return the occasions that suit the design."""
    return tuple(dict.fromkeys(str(rng.choice(OCCASIONS[s])) for s in design.style))


def one(options, rng) -> str:
    """Return one of the options."""
    return str(options[int(rng.integers(len(options)))])


def listed(parts: list[str]) -> str:
    """Join parts as a list with commas and "and"."""
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
    """Return a title and a description that tell of the facets in `speaks` and of no others."""
    return title(design, colourway, voice, speaks, rng), description(
        design, voice, speaks, told, rng
    )


def title(
    design: Design, colourway: Colourway, voice: Voice, speaks: set[str], rng: np.random.Generator
) -> str:
    """Return a title that names the facets in `speaks`."""
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


def description(
    design: Design, voice: Voice, speaks: set[str], told: dict[str, str], rng: np.random.Generator
) -> str:
    """Return sentences about the facets in `speaks`."""
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
        lacking = [
            d for d, on in LACKABLE.items() if design.category in on and d not in design.details
        ]
        if lacking and rng.random() < 0.35:
            said.append(one(ABSENT[one(lacking, rng)], rng))
    said = [said[i] for i in rng.permutation(len(said))]
    opener = one(OPENERS, rng).format(name=voice.name, noun=voice.noun)
    return " ".join(part for part in (opener, *said, one(CLOSERS, rng)) if part)
