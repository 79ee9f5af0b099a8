"""A whole wish in words: as a noun phrase for shoppers, as a caption for the text encoder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import vocabulary
from agent.wording.phrases import listing, phrase
from vocabulary.wish import Constraint, Wish, alternatives, required_kinds

WORD_ORDER = (
    "style",
    "fit",
    "color",
    "material",
    "pattern",
    "length",
    "category",
    "sleeve_length",
    "neckline",
    "details",
    "gender",
    "brand",
    "size",
    "price",
)
"""Facets in the order in which a noun phrase names them."""
_BEFORE_THE_NOUN = frozenset(WORD_ORDER[: WORD_ORDER.index("category")])
_AFTER_WITH = frozenset({"sleeve_length", "neckline", "details"})


def in_word_order(constraints: Iterable[Constraint]) -> list[Constraint]:
    """Return constraints in the order in which a noun phrase names them."""
    return sorted(constraints, key=lambda c: WORD_ORDER.index(c.facet))


def place_of(c: Constraint) -> str:
    """Return where a noun phrase names a requirement: noun, head, with, apart or tail."""
    if c.facet == "category":
        return "noun"
    if c.facet in _BEFORE_THE_NOUN or c.value == "sleeveless":
        return "head"
    if c.facet in _AFTER_WITH:
        return "with"
    return "apart" if c.facet == "price" else "tail"


def describe(constraints: Iterable[Constraint], currency: str = "EUR") -> str:
    """Return the hard constraints as a noun phrase.

    Example: "navy midi dresses with long sleeves, without stripes or pockets, at most €50".
    """
    hard = in_word_order(c for c in constraints if c.hard)
    required = [c for c in hard if c.op == "require"]
    kinds = required_kinds(required)
    refusals = [phrase(c, currency) for c in hard if c.op == "exclude" and _can_break(c, kinds)]
    wanted = _by_place(required, currency)
    return ", ".join([_piece(kinds, wanted), *_without(refusals), *wanted["apart"]])


def _piece(kinds: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> str:
    noun = listing([vocabulary.plural(kind) for kind in kinds], "or") or "items"
    extras = listing([words.removeprefix("with ") for words in wanted["with"]])
    words = " ".join([*wanted["head"], noun, *wanted["tail"]])
    return f"{words} with {extras}" if extras else words


def _without(refusals: Sequence[str]) -> list[str]:
    """Return refusals with all that start with "no" as one: "without stripes or pockets"."""
    things = [words.removeprefix("no ") for words in refusals if words.startswith("no ")]
    others = [words for words in refusals if not words.startswith("no ")]
    return [f"without {listing(things, 'or')}", *others] if things else others


def _can_break(refusal: Constraint, kinds: Sequence[str]) -> bool:
    """Return whether any kind could have what is refused: "caps without sleeves" says nothing."""
    return not kinds or any(
        vocabulary.applicable(refusal.facet, kind, str(refusal.value)) for kind in kinds
    )


def _by_place(required: Sequence[Constraint], currency: str) -> dict[str, list[str]]:
    """Return {place: phrases}; alternatives are one phrase, set apart where their places differ."""
    placed: dict[str, list[str]] = {"noun": [], "head": [], "with": [], "tail": [], "apart": []}
    for group in alternatives(required):
        places = {place_of(c) for c in group}
        place = places.pop() if len(places) == 1 else "apart"
        placed[place].append(listing([phrase(c, currency) for c in group], "or"))
    return placed


def caption(wish: Wish, whole: bool = False) -> str:
    """Return the wish as a caption for the text encoder: no refusals, prices or comparatives.

    Words beyond the vocabulary are included if there is nothing else, or if `whole` is set: a small
    encoder that was trained on the vocabulary is misled by them, a large one is not.
    """
    wanted = [
        c
        for c in wish.of("require", "prefer")
        if c.source != "memory" and c.facet not in vocabulary.OPEN_FACETS
    ]
    words = [str(c.value) if c.facet == "category" else phrase(c) for c in in_word_order(wanted)]
    return " ".join(dict.fromkeys([*words, *(wish.words.split() if whole or not words else ())]))
