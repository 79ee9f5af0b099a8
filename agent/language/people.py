"""Audience and brand: who an item is for, and who makes it."""

from __future__ import annotations

import re

from agent.language.lexicon import phrases
from agent.language.reading import Context
from agent.language.tokens import Sentence, words_of
from vocabulary.wish import Constraint

_WOMEN = (
    r"wife|girlfriend|mom|mum|mother|mummy|mommy|grandma|grandmother|aunt|auntie|sister|fiancee|"
    r"bride|herself|her|women|"
    r"woman|lady|ladies|bridesmaids?|mother in law|sister in law|gf|she"
)
_MEN = (
    r"husband|boyfriend|dad|father|daddy|grandpa|grandfather|uncle|brother|fiance|groom|himself|"
    r"him|men|man|gentleman|"
    r"gentlemen|guys?|father in law|brother in law|bf|he"
)
_GIRLS = r"daughter|niece|girls?|granddaughter|little girl|teenage daughter|baby girl"
_BOYS = r"son|nephew|boys?|grandson|little boy|teenage son|baby boy"
_AGE = (
    r"(?:\d{1,2} (?:years? old|yr old|yo|month old) |little |baby |teenage |young |older |younger |"
    r"dear |own |best )*"
)
_PATTERNS = tuple(
    (value, re.compile(pattern))
    for value, pattern in (
        *(
            (
                value,
                rf"\bfor (?:my |a |an |the |our |his |her |some )?{_AGE}(?:{who})\b(?! "
                rf"(?:birthday|wedding|party|graduation|"
                rf"office|dress|shirt|sleeves))",
            )
            for value, who in (("girls", _GIRLS), ("boys", _BOYS), ("women", _WOMEN), ("men", _MEN))
        ),
        *(
            (
                value,
                rf"\b(?:my|our) {_AGE}(?:{who})\b(?= (?:wants|needs|would|is|likes|has|turns|"
                rf"loves|wears|will))",
            )
            for value, who in (("girls", _GIRLS), ("boys", _BOYS), ("women", _WOMEN), ("men", _MEN))
        ),
        ("women", r"\b(?:womens|ladies|womans|womenswear|women only)\b"),
        ("men", r"\b(?:mens|gents|mans|menswear)\b"),
        (
            "girls",
            r"\bgirls (?=dress|shirt|top|skirt|shoes|jacket|coat|clothes|clothing|tee|shorts|"
            r"jeans|leggings|sneakers|"
            r"boots|wear)",
        ),
        (
            "boys",
            r"\bboys (?=shirt|top|shoes|jacket|coat|clothes|clothing|tee|shorts|jeans|sneakers|"
            r"boots|wear|trousers)",
        ),
        ("women", r"\bi am (?:a )?(?:woman|lady|female|girl)\b"),
        ("men", r"\bi am (?:a )?(?:man|guy|male|dude)\b"),
        ("unisex", r"\b(?:unisex|gender neutral|genderless|any gender|all genders)\b"),
        (
            "women",
            r"\b(?:female|womens?|women) (?=dress(?:es)?|shirts?|tops?|skirts?|shoes|jackets?|"
            r"coats?|clothes|clothing|"
            r"tees?|shorts|jeans|leggings|sneakers|boots|wear|watch|bags?|version|fit|cut|style)",
        ),
        (
            "men",
            r"\b(?:male|mens?) (?=shirts?|tops?|shoes|jackets?|coats?|clothes|clothing|tees?|"
            r"shorts|jeans|sneakers|boots|"
            r"wear|watch|bags?|version|fit|cut|style)",
        ),
    )
)
_REFUSES = re.compile(r"(?:\bnot|\bno|\bnothing|\binstead of|\brather than)(?: \w+)? $")


def read_audience(sentence: Sentence) -> tuple[Constraint, ...]:
    """Read who the item is for, and mark the words as read."""
    constraints: dict[str, Constraint] = {}
    for value, pattern in _PATTERNS:
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match)
            if sentence.free(span):
                sentence.take(span)
                op = "exclude" if _REFUSES.search(sentence.text[: match.start()]) else "require"
                constraints.setdefault(value, Constraint(facet="gender", op=op, value=value))
    required = [c for c in constraints.values() if c.op == "require"]
    if len(required) > 1:
        return tuple(
            c.model_copy(update={"any": 901}) if c.op == "require" else c
            for c in constraints.values()
        )
    return tuple(constraints.values())


def read_brands(sentence: Sentence, context: Context | None) -> tuple[Constraint, ...]:
    """Read the catalogue's brands, and mark their words as read.

    A brand that is an everyday word counts only after "by" or "from".
    """
    constraints: list[Constraint] = []
    for brand in context.brands if context else ():
        words = words_of(brand)
        if not words:
            continue
        pattern = re.compile(
            rf"(?P<no>\b(?:no|not|without|except|nothing|avoid|(?:any(?:thing|one)?|"
            rf"all) but|(?:other|another|different)(?: \w+)? (?:than|from)) (?:from |by |the "
            rf"brand )?)?"
            rf"(?P<by>\b(?:by|from|of brand|the brand|brand) "
            rf")?(?<!\w){re.escape(' '.join(words))}(?!\w)"
        )
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match)
            if sentence.free(span) and (match.group("by") or _distinct(words)):
                sentence.take(span)
                constraints.append(
                    Constraint(
                        facet="brand", op="exclude" if match.group("no") else "require", value=brand
                    )
                )
    required = [c for c in constraints if c.op == "require"]
    if len(required) > 1:
        return tuple(
            c.model_copy(update={"any": 902}) if c.op == "require" else c for c in constraints
        )
    return tuple(constraints)


def _distinct(words: tuple[str, ...]) -> bool:
    """Return whether a brand name is neither an attribute nor an everyday word."""
    return (len(words) > 1 and words not in phrases()) or (
        len(words[0]) > 3 and words not in phrases()
    )
