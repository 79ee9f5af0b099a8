"""Facets that no longer matter ("any colour"), stay ("same colour") or change ("red instead")."""

from __future__ import annotations

import re

import vocabulary
from agent.language.lexicon import phrases
from agent.language.reading import Drop
from agent.language.tokens import Sentence

FACET_NOUNS = {
    "price": "price|prices|budget|cost|costs|money|price limit|price range|price tag|limit",
    "color": "colou?rs?|colou?ring|shades?",
    "pattern": "patterns?|prints?|design",
    "size": "sizes?",
    "sleeve_length": "sleeves?(?: length)?",
    "length": "lengths?|hemline",
    "neckline": "necks?|necklines?",
    "fit": "fit|cut|silhouette|shape",
    "material": "materials?|fabrics?|textile",
    "style": "styles?|vibe|look",
    "brand": "brands?|label|make",
    "gender": "gender|sex",
    "category": "kind|type|category|garment|kind of item|item type",
}
_FACET = "|".join(f"(?P<{facet}>{nouns})" for facet, nouns in FACET_NOUNS.items())
_DROP_FACET = tuple(
    re.compile(p)
    for p in (
        r"(?<!without )(?<!not )(?<!have )(?<!has )(?<!no )"
        rf"\b(?:any|whatever|whichever|no matter the|regardless of(?: the)?|no matter what|all|"
        rf"every) (?:{_FACET})\b(?: (?:is|"
        rf"are|works?|will do|goes|would be|will be))?(?: (?:fine|ok|okay|good|great|do|fine by "
        rf"me))?(?! (?:but|except|other "
        rf"than|apart|besides|of))",
        rf"\b(?:forget|forget about|never mind|nevermind|ignore|do not care about|do not mind|do "
        rf"not worry about|not care about|"
        rf"no preference (?:on|for|about)|remove|drop|scrap|clear|lift|skip|reset|disregard|not "
        rf"bothered about|not fussy about|"
        rf"not picky about|relax)(?: the| my| that| about| about the| about my)*(?: "
        rf"(?P<adj>\w+))? (?:{_FACET})\b",
        rf"\b(?:the |my )?(?:{_FACET}) (?:does not matter|is not important|do not matter|is "
        rf"irrelevant|is no issue|is no object|"
        rf"is not an issue|is no problem|is no concern|is flexible|is open|does not really "
        rf"matter|is up to you)\b",
        r"\bno (?P<budget>budget|price limit|budget limit|price cap)\b|\b(?P<object>money is no "
        r"object)\b",
        rf"\bdo not care (?:what|which|about what|about which) (?:{_FACET})\b(?: it is| they are)?",
    )
)
_DROP_VALUE = tuple(
    re.compile(p)
    for p in (
        r"\b(?:forget|forget about|never mind|nevermind|ignore|not care about|do not care about|"
        r"do not mind|scrap)(?: the| "
        r"about the| about| my| that| those)* (?P<what>\w+(?: \w+){0,2})",
        r"\b(?:does|do|need) not (?:have|need) to (?:be|have)(?: a| an| the| any)? "
        r"(?P<what>\w+(?: \w+){0,2})",
        r"\b(?:does|do) not need(?: a| an| the| any)? (?P<what>(?!to\b)\w+(?: \w+){0,2})",
        r"\bchanged my mind about(?: the| having)? (?P<what>\w+(?: \w+){0,2})",
        r"\bneed not (?:be|have)(?: a| an| the)? (?P<what>\w+(?: \w+){0,2})",
        r"\b(?P<what>\w+(?: \w+)?) (?:does|do) not matter(?: any ?more)?\b",
        r"\b(?P<what>\w+(?: \w+)?) (?:is|are) (?:optional|not a must|not necessary|not needed)\b",
        r"\b(?P<what>\w+(?: \w+)?) (?:is|are) (?:fine|ok|okay|alright|all right|allowed|welcome|"
        r"good) (?:after all|again|now)\b",
        r"\bno longer (?:needs?|wants?|has) (?:to (?:be|have))?(?: a| an| the)? ?(?P<what>\w+(?: "
        r"\w+)?)",
    )
)
_KEEP = re.compile(
    rf"\b(?:keep|same|keep the same|leave|keeping|retain|like|love|happy with|okay with)(?: the| "
    rf"its| that| "
    rf"this| same)+ (?:{_FACET})\b|\bsame (?:{_FACET.replace('P<', 'P<same_')})\b"
)
_REPLACED_NOUN = re.compile(
    rf"\b(?:change|switch|make|turn|swap)(?: the| its)* (?:{_FACET})\b(?: (?:to|into|for))?"
)
_INSTEAD = re.compile(
    r"\binstead\b(?! of)|\bactually\b|\brather\b(?! than)|\bmake (?:it|that|them) (?!a bit|a "
    r"little|more|"
    r"less|much|slightly)"
)


def read_drops(sentence: Sentence) -> tuple[Drop, ...]:
    """Read the wishes that the shopper withdraws, and mark their words as read."""
    drops: list[Drop] = []
    for pattern in _DROP_VALUE:
        for match in pattern.finditer(sentence.text):
            drops.extend(_values_named(sentence, match))
    for pattern in _DROP_FACET:
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match)
            if sentence.free(span):
                sentence.take(span)
                drops.extend(_facets_named(match))
    return tuple(dict.fromkeys(drops))


def _facets_named(match: re.Match[str]) -> list[Drop]:
    groups = match.groupdict()
    named = (
        ["price"]
        if groups.get("budget") or groups.get("object")
        else [f for f in FACET_NOUNS if groups.get(f)]
    )
    return [Drop(facet=facet) for facet in named]


def _values_named(sentence: Sentence, match: re.Match[str]) -> list[Drop]:
    """Return the value named by the longest leading run of words, in every facet that has it."""
    span = sentence.span(match)
    if not sentence.free(span):
        return []
    words = match.group("what").split()
    for length in range(len(words), 0, -1):
        named = words[:length]
        senses = [
            s
            for s in (phrases()[tuple(named)].senses if tuple(named) in phrases() else ())
            if s.op is None
        ]
        drops = [Drop(facet=s.facet, value=s.value) for s in senses] or _in_vocabulary(
            " ".join(named)
        )
        if drops:
            extra = len(words) - length
            sentence.take(
                range(span.start, span.stop - extra)
                if match.group().endswith(match.group("what"))
                else span
            )
            return drops
    return []


def _in_vocabulary(text: str) -> list[Drop]:
    values = ((facet, vocabulary.find(facet, text)) for facet in vocabulary.ATTRIBUTE_FACETS)
    return [Drop(facet=facet, value=value) for facet, value in values if value]


def read_kept(sentence: Sentence) -> tuple[str, ...]:
    """Read the facets to keep ("same colour", "keep the length"), and mark their words as read."""
    facets: list[str] = []
    for match in _KEEP.finditer(sentence.text):
        span = sentence.span(match)
        if sentence.free(span):
            sentence.take(span)
            facets.extend(
                name.removeprefix("same_") for name, value in match.groupdict().items() if value
            )
    return tuple(dict.fromkeys(facets))


def read_replaced(sentence: Sentence, facets_said: tuple[str, ...]) -> tuple[str, ...]:
    """Return the facets whose earlier wishes are replaced.

    They are the facets that are named ("change the colour to red"), or all facets that are
    mentioned along with "instead".
    """
    named = [
        facet
        for match in _REPLACED_NOUN.finditer(sentence.text)
        for facet in FACET_NOUNS
        if match.groupdict().get(facet)
    ]
    if _INSTEAD.search(sentence.text):
        named.extend(f for f in facets_said if f != "price")
    return tuple(dict.fromkeys(named))
