"""Pointers: "the second one", "that blue one", "the cheaper of the two", "my photo".

A pointer carries an item's id if words and stated attributes determine which item it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.language.reading import Context, Mention, Shown
from agent.language.resolving import resolve
from agent.language.tokens import Sentence
from vocabulary.wish import Constraint

ORDINAL_WORDS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = {
    **{word: number for number, word in enumerate(ORDINAL_WORDS, start=1)},
    **{word: number for number, word in enumerate(_NUMBER_WORDS, start=1)},
    "last": -1,
    "final": -1,
}
_ORDINAL = rf"(?P<ordinal>{'|'.join(ORDINAL_WORDS)}|last|final|\d{{1,2}} (?:st|nd|rd|th))"
_NOUNS = (
    r"(?:one|item|option|result|pick|choice|product|dress|gown|shirt|top|blouse|skirt|jacket|coat|"
    r"pair|bag|shoe|sweater|tee|hoodie|picture)"
)
_STOP = (
    r"(?=$| (?:but|in|with|without|and|is|please|has|looks|for|,|\.|\?|!|though|only|from|or|to|so|"
    r"because|too|as|though|of|more|come|available)\b| [,.?!;])"
)
_ORDINAL_PATTERNS = tuple(
    re.compile(p)
    for p in (
        rf"\b(?:the |that |your |my )?(?:very )?{_ORDINAL} {_NOUNS}\b",
        rf"\b(?:and|or) {_ORDINAL}{_STOP}",
        rf"\bthe (?:very )?{_ORDINAL}{_STOP}",
        r"(?:# ?|\b(?:number|no\.?|nr\.?|item|option|result|picture|nº) ?#? ?)"
        rf"(?P<ordinal>\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})(?!\w| ?%)",
    )
)
_PHOTO = re.compile(
    r"\b(?P<likeness>(?:like|similar to|as in|from|same as|of) )?(?:in |on )?"
    r"(?P<determiner>the|this|that|my) "
    r"(?:(?P<upload>photo|photograph|pic|upload|screenshot)|picture|image)s?\b"
    r"(?! (?:of|is of|on (?:it|the)))"
)
"""Pattern for the shopper's photo.

A "picture" may also be a print on a T-shirt. It means the shopper's photo after "my" or "like the",
or if the session has one.
"""
_PRONOUN = re.compile(
    r"\b(?:like|similar to|same as|love|as|is|does|about|with|take|want|prefer|buy|not|come) "
    r"(?P<pronoun>this|that|it|these|those|this one|that one)"
    r"(?= (?:but|one|in|with|come|have|available|,|\.|\?|!|except|only|though|please|just|made|a)\b"
    r"|$| [,.?!])"
)
_THAT_ONE = re.compile(r"\b(?P<determiner>that|this|the) (?P<look>(?:\w+ ){1,4}?)ones?\b")
_EXTREME = re.compile(
    r"\b(?:the|which (?:one )?is(?: the)?) (?P<extreme>cheaper|cheapest|least expensive|"
    r"most expensive|priciest|more expensive|longer|longest|shorter|shortest|darker|darkest|"
    r"lighter|lightest|brighter|brightest|tighter|tightest|looser|loosest)(?: (?:one|option|item))?"
    r"(?: of (?:the|these|those) ?(?P<among>two|three|four|five|last two|first two|"
    r"last three|first three|last|first)?)?"
)
_CHEAPEST = Constraint(facet="price", op="less", value="price")
_DEAREST = Constraint(facet="price", op="more", value="price")
_EXTREMES = {
    "cheap": _CHEAPEST,
    "least expensive": _CHEAPEST,
    "pric": _DEAREST,
    "most expensive": _DEAREST,
    "more expensive": _DEAREST,
    "long": Constraint(facet="length", op="more", value="length"),
    "short": Constraint(facet="length", op="less", value="length"),
    "dark": Constraint(facet="color", op="more", value="dark"),
    "light": Constraint(facet="color", op="more", value="light"),
    "bright": Constraint(facet="color", op="more", value="bright"),
    "tight": Constraint(facet="fit", op="more", value="slim"),
    "loos": Constraint(facet="fit", op="more", value="loose"),
}
"""Stem of a comparison -> which item it points at."""
_AMONG = {"two": 2, "three": 3, "four": 4, "five": 5}

ReadConstraints = Callable[[str], tuple[Constraint, ...]]


def read_mentions(
    sentence: Sentence, context: Context | None, attributes: ReadConstraints
) -> tuple[Mention, ...]:
    """Read the pointers of a sentence in order of appearance, and mark their words as read.

    `attributes` reads the constraints of a phrase ("blue" of "that blue one").
    """
    shown = context.shown if context else ()
    mentions = [
        *_extremes(sentence, shown),
        *_ordinals(sentence, shown),
        *_described(sentence, shown, attributes),
        *_photos(sentence, context),
        *_pronouns(sentence, context),
    ]
    return tuple(mention for _, mention in sorted(mentions, key=lambda placed: placed[0]))


_Placed = tuple[int, Mention]
"""The index of a mention's first word, and the mention."""


def _settled(mention: Mention, shown: tuple[Shown, ...]) -> Mention:
    """Return the mention with the id of the item that it points at, if there is one."""
    item = next(iter(resolve(mention, shown)), None)
    return mention if item is None else mention.model_copy(update={"item_id": item.id})


def _ordinals(sentence: Sentence, shown: tuple[Shown, ...]) -> list[_Placed]:
    mentions = []
    for pattern in _ORDINAL_PATTERNS:
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match)
            if not sentence.free(span):
                continue
            sentence.take(span)
            picture = match.group().endswith(("picture", "photo")) and not shown
            mention = Mention(
                kind="photo" if picture else "shown",
                ordinal=_number(match.group("ordinal")),
                text=match.group(),
            )
            mentions.append((span.start, _settled(mention, shown)))
    return mentions


def _number(ordinal: str) -> int:
    """Return the number that "third", "three", "3" or "3 rd" stands for."""
    return _ORDINALS[ordinal] if ordinal in _ORDINALS else int(re.sub(r"\D", "", ordinal))


def _extremes(sentence: Sentence, shown: tuple[Shown, ...]) -> list[_Placed]:
    mentions = []
    for match in _EXTREME.finditer(sentence.text):
        span = sentence.span(match)
        if not (_picks_one(match) and sentence.free(span)):
            continue
        sentence.take(span)
        words = match.group("extreme")
        extreme = next(c for stem, c in _EXTREMES.items() if words.startswith(stem))
        among = next((_AMONG[w] for w in (match.group("among") or "").split() if w in _AMONG), None)
        mention = Mention(extreme=extreme, among=among, text=match.group())
        if extreme.facet == "price":
            mention = _settled(mention, shown)  # other facets can only be seen in the pictures
        mentions.append((span.start, mention))
    return mentions


def _picks_one(match: re.Match[str]) -> bool:
    """Return whether a phrase like "the cheaper" is a pointer here, and not a wish."""
    words = match.group()
    superlative_at_end = match.group("extreme").endswith("est") and match.string.endswith(words)
    return superlative_at_end or " of " in words or words.endswith((" one", " option", " item"))


def _described(
    sentence: Sentence, shown: tuple[Shown, ...], attributes: ReadConstraints
) -> list[_Placed]:
    """Read pointers like "that blue one"; "the blue one" points only if something is shown."""
    mentions = []
    for match in _THAT_ONE.finditer(sentence.text):
        span = sentence.span(match)
        if not sentence.free(span) or (match.group("determiner") == "the" and not shown):
            continue
        look = attributes(match.group("look"))
        if not look or any(c.op != "require" for c in look):
            continue
        sentence.take(span)
        mention = Mention(constraints=look, text=match.group())
        mentions.append((span.start, _settled(mention, shown)))
    return mentions


def _photos(sentence: Sentence, context: Context | None) -> list[_Placed]:
    mentions = []
    for match in _PHOTO.finditer(sentence.text):
        span = sentence.span(match)
        shoppers_own = (
            match.group("likeness")
            or match.group("upload")
            or match.group("determiner") == "my"
            or (context and context.has_photo)
        )
        if shoppers_own and sentence.free(span):
            sentence.take(span)
            mentions.append((span.start, Mention(kind="photo", text=match.group())))
    return mentions


def _pronouns(sentence: Sentence, context: Context | None) -> list[_Placed]:
    """Read "like this" or "does it" as the first item on the page, otherwise the photo."""
    shown = context.shown if context else ()
    on_photo = context is not None and context.has_photo and not shown
    mentions = []
    for match in _PRONOUN.finditer(sentence.text):
        span = sentence.span(match, "pronoun")
        if not sentence.free(span):
            continue
        pronoun = match.group("pronoun")
        mention = Mention(kind="photo" if on_photo else "shown", text=pronoun)
        one_item = not on_photo and pronoun not in ("these", "those")
        mentions.append((span.start, _settled(mention, shown) if one_item else mention))
    return mentions
