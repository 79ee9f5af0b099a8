"""Detection of phrases that are meant as a vibe, and of unknown ones that look like a vibe."""

from __future__ import annotations

import re

from agent.language.lexicon import phrases
from agent.language.tokens import Sentence, contains_phrase, words_of

_ALWAYS = frozenset({"aesthetic", "dress_code"})
"""Kinds whose single words are always vibes; words for occasions or weather need a sign."""
_COMMON = frozenset(
    words_of("""
    army soldier pilot aviator royal princess fairy witch artist desert island paris romance
    neutral neutrals cabin chill sparkle military candy unicorn combat utility spy basics friends
    polished jungle ranch mermaid cocktail cold snow wind wake mass court indian irish sailor
    lounge capri grease diva dubai ballet ballerina explorer western emo medieval
    marine ceo rockstar vegas beyonce madonna nirvana abba disco""")
)
"""Names of vibes that also mean other things."""
_AFTER = re.compile(
    r"(?:vibes?|aesthetics?|outfits?|looks?|style|styled|inspired|theme|themed|core|feels?|"
    r"feeling|energy|moods?|ready|"
    r"appropriate|attire|dress code|wear|clothes|girl|chic|season|event|proof|worthy|moment|era|"
    r"fit)\b"
)
_BEFORE = re.compile(
    r"\b(?:for|to|at|attend|attending|during|vibes? of|like a|like an|as a|as an|it is|it gets|"
    r"going|feels?|giving|into|"
    r"something|suitable in|good in|works in|wear in|meant|on)"
    r"(?: (?:a|an|the|my|our|his|her|their|this|that|some|it|me|out|next|upcoming|very|really|so|"
    r"big|friends?|best|sisters?|"
    r"brothers?|cousins?|in|on|go|is|of|type|cold|outdoor|formal|casual|fancy)){0,4} $"
)
_REFUSED = re.compile(
    r"\b(?:not|no|less|without|nothing|non|avoid|hate|instead of|rather than)"
    r"(?: (?:too|so|very|a|an|the|like|that|any|really|for|overly)){0,3} $"
)
_LIKE_A_VIBE = tuple(
    re.compile(p)
    for p in (
        r"(?P<what>(?:\w+ ){0,2}\w+) (?:vibes?|aesthetics?|core|inspired|energy|theme|themed|era|"
        r"mood)\b",
        r"\b(?:vibes?|aesthetics?|energy|mood) (?:of|like|from) (?:a |an |the )?(?P<what>\w+(?: "
        r"\w+){0,2})",
        r"\b(?:dress(?:ed)?|look|looks|looking) like (?:a |an |the )?(?P<what>\w+(?: \w+){0,2})",
        r"\b(?P<what>\w{3,}core)\b",
        r"\b(?:something|anything|outfit|what to wear|wear|clothes|dress|look|need one|going|"
        r"invited|off) (?:for|to) "
        r"(?:a |an |the |my |our )(?P<what>\w+(?: \w+){0,2})",
        r"\b(?:channel(?:ling|ing)?|giving|think|serving) (?P<what>\w+(?: \w+){0,2})$",
    )
)
_FILLER = frozenset(
    words_of("""
    a an the some i want something with more of my in and for that has need show me give like
    looking dress shirt top is
    very please really kind sort similar this it to be but any total full serious major big find
    style""")
)
_PLAIN = frozenset(
    words_of("""
    wife husband friend friends mother sister daughter son mom dad brother him her someone woman
    man girl boy kid baby day night price size color colour good bad person everyone myself same
    different little lot bit one way model body picture
    photo""")
)
"""Words that are never vibes."""
_PRINTED = frozenset(
    {
        "image",
        "images",
        "logo",
        "graphic",
        "picture",
        "photo",
        "character",
        "symbol",
        "print",
        "face",
    }
)
_TIE_ITSELF = frozenset({"dye", "dyed", "dyes", "waist", "front"})


def meant(sentence: Sentence, span: range, kind: str) -> bool:
    """Return whether a name of the lexicon is a vibe here.

    That is so if it is unambiguous or has a sign beside it ("for a ...", "... vibes").
    """
    words, phrase = sentence.words, sentence.words[span.start : span.stop]
    if phrase == ("black", "tie") and _a_tie(words, span):
        return False
    if set(words[span.stop : span.stop + 1]) & _PRINTED or (
        words[span.start - 1 : span.start] == ("of",) and _PRINTED & set(words)
    ):
        return False  # a picture on a T-shirt
    if _AFTER.match(" ".join(words[span.stop :])):
        return True
    if len(phrase) == 1 and phrase in phrases():
        return False  # the vocabulary knows it: "vintage", "boho"
    distinct = len(phrase) > 1 and phrase[0] not in ("a", "the", "an", "my", "for")
    if (
        distinct
        or (kind in _ALWAYS and not set(phrase) & _COMMON)
        or not set(words) - set(phrase) - _FILLER
    ):
        return True
    if kind == "weather" and (
        _garment_next(words, span) or phrase[-1].endswith(("ery", "like", "proof"))
    ):
        return True  # "a winter coat", "summery"
    return bool(_BEFORE.search(" ".join(words[: span.start]) + " "))


def _a_tie(words: tuple[str, ...], span: range) -> bool:
    """Return whether "black tie" does not mean the dress code: "a black tie", "black tie dye"."""
    before, after = words[span.start - 1 : span.start], words[span.stop : span.stop + 1]
    return bool(_TIE_ITSELF & set(after)) or (
        before == ("a",) and after not in (("event",), ("dinner",), ("gala",))
    )


def _garment_next(words: tuple[str, ...], span: range) -> bool:
    entry = phrases().get(words[span.stop : span.stop + 1])
    return bool(entry and any(sense.facet == "category" for sense in entry.senses))


def with_sign(sentence: Sentence, span: range) -> range:
    """Return the span of the phrase and the sign after it ("vibes")."""
    sign = _AFTER.match(" ".join(sentence.words[span.stop :]))
    return range(span.start, span.stop + (len(sign.group().split()) if sign else 0))


def refused(sentence: Sentence, span: range) -> bool:
    """Return whether the phrase follows a negation: "not too preppy"."""
    return bool(_REFUSED.search(" ".join(sentence.words[: span.start]) + " "))


def look_alikes(sentence: Sentence) -> list[tuple[str, range]]:
    """Return unknown phrases in the position of a vibe ("zorblax vibes"), each with its span."""
    candidates: list[tuple[str, range]] = []
    for pattern in _LIKE_A_VIBE:
        for match in pattern.finditer(sentence.text):
            span = sentence.span(match, "what")
            if not sentence.free(span):
                continue
            words = [sentence.words[i] for i in span]
            while words and words[0] in _FILLER:
                words.pop(0)
            while words and words[-1] in _FILLER:
                words.pop()
            known = all(
                (w,) in phrases() or w in _PLAIN or w in _FILLER or w.isdigit() for w in words
            )
            if (
                words
                and not known
                and not any(contains_phrase(name, " ".join(words)) for name, _ in candidates)
            ):
                candidates.append((" ".join(words), span))
    return candidates
