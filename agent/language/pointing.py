"""Pointers: "the second one", "that blue one", "the cheaper of the two", "my photo"; resolved where the page settles them."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.language.reading import Context, Mention, Shown
from agent.language.tokens import Sentence
from vocabulary import covers
from vocabulary.wish import Constraint

_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "sixth": 6,
    "6th": 6,
    "seventh": 7,
    "7th": 7,
    "eighth": 8,
    "8th": 8,
    "ninth": 9,
    "9th": 9,
    "tenth": 10,
    "10th": 10,
    "last": -1,
    "final": -1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_ORDINAL = r"(?P<o>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final|\d{1,2} (?:st|nd|rd|th))"
_NOUNS = (
    r"(?:one|item|option|result|pick|choice|product|dress|gown|shirt|top|blouse|skirt|jacket|coat|pair|bag|shoe|sweater|tee|"
    r"hoodie|picture)"
)
_STOP = (
    r"(?=$| (?:but|in|with|without|and|is|please|has|looks|for|,|\.|\?|!|though|only|from|or|to|so|because|too|as|though|of|"
    r"more|come|available)\b| [,.?!;])"
)
_PATTERNS = tuple(
    re.compile(p)
    for p in (
        rf"\b(?:the |that |your |my )?(?:very )?{_ORDINAL} {_NOUNS}\b",
        rf"\b(?:and|or) {_ORDINAL}{_STOP}",
        rf"\bthe (?:very )?{_ORDINAL}{_STOP}",
        r"(?:# ?|\b(?:number|no\.?|nr\.?|item|option|result|picture|nº) ?#? ?)(?P<o>\d{1,2}|one|two|three|four|five|six|seven|"
        r"eight|nine|ten)(?!\w| ?%)",
    )
)
_PHOTO = re.compile(
    r"\b(?P<how>(?:like|similar to|as in|from|same as|of) )?(?:in |on )?(?P<det>the|this|that|my) "
    r"(?:(?P<sure>photo|photograph|pic|upload|screenshot)|picture|image)s?\b(?! (?:of|is of|on (?:it|the)))"
)
"""A picture may also be one on a T-shirt: it is the shopper's where it is "my" or "like the", or where there is one."""
_THIS = re.compile(
    r"\b(?:like|similar to|same as|love|as|is|does|about|with|take|want|prefer|buy|not|come) (?P<it>this|"
    r"that|it|these|those|this one|that one)(?= (?:but|one|in|with|come|have|available|,|\.|\?|!|except|only|"
    r"though|please|just|made|a)\b|$| [,.?!])"
)
_THAT_ONE = re.compile(r"\b(?P<det>that|this|the) (?P<what>(?:\w+ ){1,4}?)ones?\b")
_EXTREME = re.compile(
    r"\b(?:the|which (?:one )?is(?: the)?) (?P<what>cheaper|cheapest|least expensive|most expensive|"
    r"priciest|more expensive|longer|longest|shorter|shortest|darker|darkest|lighter|lightest|brighter|"
    r"brightest|tighter|tightest|looser|loosest)"
    r"(?: (?:one|option|item))?(?: of (?:the|these|those) ?(?P<n>two|three|four|five|last two|first two|"
    r"last three|first three|last|first)?)?"
)
_EXTREMES = {
    "cheap": ("price", "less", "price"),
    "least": ("price", "less", "price"),
    "most": ("price", "more", "price"),
    "pric": ("price", "more", "price"),
    "more": ("price", "more", "price"),
    "long": ("length", "more", "length"),
    "short": ("length", "less", "length"),
    "dark": ("color", "more", "dark"),
    "light": ("color", "more", "light"),
    "brig": ("color", "more", "bright"),
    "tigh": ("fit", "more", "slim"),
    "loos": ("fit", "more", "loose"),
}
_AMONG = {"two": 2, "three": 3, "four": 4, "five": 5}

ReadConstraints = Callable[[str], tuple[Constraint, ...]]


def read_mentions(
    sentence: Sentence, context: Context | None, attributes: ReadConstraints
) -> tuple[Mention, ...]:
    """Reads and takes pointers. `attributes` reads the constraints of a phrase ("blue" of "that blue one")."""
    shown = context.shown if context else ()
    found = [
        *_extremes(sentence, shown),
        *_ordinals(sentence, shown),
        *_described(sentence, context, attributes),
        *_photos(sentence, context),
        *_pronouns(sentence, context),
    ]
    return tuple(mention for _, mention in sorted(found, key=lambda pair: pair[0]))


def _ordinals(sentence: Sentence, shown: tuple[Shown, ...]) -> list[tuple[int, Mention]]:
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match)
            if not sentence.free(span):
                continue
            sentence.take(span)
            said = match.group("o").replace(" ", "")
            ordinal = (
                int(said)
                if said.isdigit()
                else _ORDINALS[said]
                if said in _ORDINALS
                else int(re.sub(r"\D", "", said))
            )
            kind = (
                "photo" if match.group().endswith(("picture", "photo")) and not shown else "shown"
            )
            found.append(
                (
                    span.start,
                    Mention(
                        kind=kind, ordinal=ordinal, item_id=_at(shown, ordinal), text=match.group()
                    ),
                )
            )
    return found


def _at(shown: tuple[Shown, ...], ordinal: int) -> str | None:
    place = ordinal if ordinal < 0 else ordinal - 1
    return shown[place].id if ordinal and -len(shown) <= place < len(shown) else None


def _extremes(sentence: Sentence, shown: tuple[Shown, ...]) -> list[tuple[int, Mention]]:
    found = []
    for match in _EXTREME.finditer(sentence.text):
        of, what = match.group("n"), match.group("what")
        tail = match.group()
        alone = what.endswith("est") and sentence.text.endswith(tail)
        if not (alone or " of " in tail or tail.endswith(("one", "option", "item"))):
            continue
        span = sentence.span(match)
        if not sentence.free(span):
            continue
        sentence.take(span)
        facet, op, value = next(
            meaning for start, meaning in _EXTREMES.items() if what.startswith(start)
        )
        among = next((n for word, n in _AMONG.items() if of and word in of), None)
        extreme = Constraint(facet=facet, op=op, value=value)
        found.append(
            (
                span.start,
                Mention(
                    extreme=extreme, among=among, item_id=_most(shown[:among], extreme), text=tail
                ),
            )
        )
    return found


def _most(shown: tuple[Shown, ...], extreme: Constraint) -> str | None:
    """The item with the extreme price; other facets are for whoever sees the pictures."""
    priced = [item for item in shown if item.price is not None]
    if extreme.facet != "price" or not priced:
        return None
    pick = min if extreme.op == "less" else max
    return pick(priced, key=lambda item: item.price or 0.0).id


def _described(
    sentence: Sentence, context: Context | None, attributes: ReadConstraints
) -> list[tuple[int, Mention]]:
    """ "that blue one"; "the blue one" points only where something is shown."""
    found = []
    for match in _THAT_ONE.finditer(sentence.text):
        span = sentence.span(match)
        if not sentence.free(span) or (
            match.group("det") == "the" and not (context and context.shown)
        ):
            continue
        wanted = attributes(match.group("what"))
        if not wanted or any(c.op != "require" for c in wanted):
            continue
        sentence.take(span)
        shown = context.shown if context else ()
        fitting = [item for item in shown if all(_shows(item, c) for c in wanted)]
        item_id = fitting[0].id if fitting else None
        found.append((span.start, Mention(constraints=wanted, item_id=item_id, text=match.group())))
    return found


def _shows(item: Shown, c: Constraint) -> bool:
    stated = item.attributes.get(c.facet, ())
    return (
        any(covers(c.facet, str(c.value), have) for have in stated)
        or str(c.value) in item.title.lower().split()
    )


def _photos(sentence: Sentence, context: Context | None) -> list[tuple[int, Mention]]:
    found = []
    for match in _PHOTO.finditer(sentence.text):
        span = sentence.span(match)
        theirs = (
            match.group("how")
            or match.group("sure")
            or match.group("det") == "my"
            or (context and context.has_photo)
        )
        if theirs and sentence.free(span):
            sentence.take(span)
            found.append((span.start, Mention(kind="photo", text=match.group())))
    return found


def _pronouns(sentence: Sentence, context: Context | None) -> list[tuple[int, Mention]]:
    """ "like this", "does it": the item on the page, else the photo."""
    found = []
    for match in _THIS.finditer(sentence.text):
        span = sentence.span(match, "it")
        if not sentence.free(span):
            continue
        said = match.group("it")
        kind = "photo" if context and context.has_photo and not context.shown else "shown"
        many = said in ("these", "those")
        item_id = (
            context.shown[0].id
            if context and context.shown and not many and kind == "shown"
            else None
        )
        found.append((span.start, Mention(kind=kind, ordinal=None, item_id=item_id, text=said)))
    return found
