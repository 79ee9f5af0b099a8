"""Wishes composed of pictures: "the shape of the first photo in the colour of the second"."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.language.reading import Context, Mention, Part
from agent.language.tokens import Sentence
from vocabulary.wish import Constraint

_ASPECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"shape|cut|silhouette|style|form|design|model|garment", ()),
    (r"colou?rs?|shade|hue|tone", ("color",)),
    (r"pattern|print", ("pattern",)),
    (r"fabric|material|texture|cloth", ("material",)),
    (r"sleeves?", ("sleeve_length",)),
    (r"neckline|neck|collar", ("neckline",)),
    (r"length", ("length",)),
)
"""Words -> the facets that they transfer; none for the garment that the others change."""
_ASPECT = "|".join(words for words, _ in _ASPECTS)
_PLACES = {
    "first": 1,
    "1st": 1,
    "former": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "last": -1,
    "latter": -1,
    "other": 0,
}
_PLACE = "|".join(word for word in _PLACES if word[0].isalpha()) + r"|\d (?:st|nd|rd|th)"
_NOUN = r"(?:photo|picture|pic|image|one|item|dress|shirt|top|skirt|jacket|coat|bag|shoe|pair)s?"
_POINTER = (
    rf"(?:(?:the|my|your) (?P<place>{_PLACE})(?: (?P<noun>{_NOUN}))?|(?P<det>this|that)(?: "
    rf"(?P<noun2>{_NOUN}))?"
    r"|(?:the|my) (?P<noun3>photo|picture|pic|image)|(?:the|my|those|these) (?P<kind>\w+(?: \w+)?))"
)
_PART = re.compile(
    rf"\b(?:the |same |its |and )*(?P<aspect>{_ASPECT})(?: and (?:the )?(?P<aspect2>{_ASPECT}))? "
    rf"(?:of|from|as in|as on|as|like) {_POINTER}\b"
)
_PICTURE = re.compile(r"photo|pic|image")

_THING = r"(?P<what>(?:\w+ ){0,2}?\w+)"
_SOMEBODY = r"(?:she|he|they|the (?:model|woman|man|lady|girl|guy|boy))"
_GARMENTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:the|those|these|her|his|their|my) {_THING} (?:in|on|from) (?:this|the|my|that) "
        r"(?:photo|photograph|picture|pic|image)\b",
        rf"\b(?:the|those|these) {_THING} (?:that |which )?{_SOMEBODY} (?:is wearing|are wearing|"
        rf"wears?|has on|have on)\b",
        rf"\b(?:this|it|photo|picture)(?: ,)? (?:but (?:just |only )?|just |only )(?:the|her|"
        rf"his) {_THING}"
        r"(?=$| [,.?!]| (?:in|but|with|and|please)\b)",
    )
)

ReadConstraints = Callable[[str], tuple[Constraint, ...]]


def read_garment(sentence: Sentence, attributes: ReadConstraints) -> str | None:
    """Return the kind of garment that is meant among several in a photo.

    Does not mark its words as read, because they also express a wish.
    """
    for pattern in _GARMENTS:
        for match in pattern.finditer(sentence.text):
            named = [
                c
                for c in attributes(match.group("what"))
                if c.facet == "category" and c.op == "require"
            ]
            if len(named) == 1:
                return str(named[0].value)
    return None


def read_parts(
    sentence: Sentence, context: Context | None, attributes: ReadConstraints
) -> tuple[Part, ...]:
    """Read the parts of a wish that name their picture, and mark their words as read.

    Returns no parts unless at least one takes a facet from another picture.
    """
    matches = [(match, _facets(match)) for match in _PART.finditer(sentence.text)]
    if not any(facets for _, facets in matches):
        return ()
    parts = []
    for match, facets in matches:
        span = sentence.span(match)
        pointer = (
            _kind_of(match, context, attributes)
            if match.group("kind")
            else _pointer(match, context)
        )
        if pointer is not None and sentence.free(span):
            sentence.take(span)
            parts.append(Part(facets=facets, of=pointer))
    return tuple(parts)


def _facets(match: re.Match[str]) -> tuple[str, ...]:
    aspects = [match.group("aspect"), match.group("aspect2")]
    return tuple(
        facet
        for word in aspects
        if word
        for pattern, facets in _ASPECTS
        if re.fullmatch(pattern, word)
        for facet in facets
    )


def _kind_of(
    match: re.Match[str], context: Context | None, attributes: ReadConstraints
) -> Mention | None:
    """Return the picture that is identified by what it shows: "the colour of the shoes".

    Returns None if there is no picture, or if no kind is named.
    """
    named = tuple(
        c for c in attributes(match.group("kind")) if c.facet == "category" and c.op == "require"
    )
    if len(named) != 1 or context is None or not (context.has_photo or context.shown):
        return None
    return Mention(
        kind="photo" if context.has_photo else "shown", constraints=named, text=match.group()
    )


def _pointer(match: re.Match[str], context: Context | None) -> Mention:
    """Return the picture that is identified by its position; ordinal 0 is "the other one"."""
    noun = match.group("noun") or match.group("noun2") or match.group("noun3") or ""
    photos, shown = (context.photos, bool(context.shown)) if context else (0, False)
    picture = bool(_PICTURE.match(noun)) or photos >= 2 or (photos == 1 and not shown)
    place = (match.group("place") or "").replace(" ", "")
    if place:
        ordinal = _PLACES[place] if place in _PLACES else int(re.sub(r"\D", "", place))
    else:
        ordinal = 2 if match.group("det") == "that" else 1
    return Mention(kind="photo" if picture else "shown", ordinal=ordinal, text=match.group())
