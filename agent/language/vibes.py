"""Colloquial intent: "Bridgerton vibes", "first day at a law firm" -> attributes that only rank, each with its reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from catalog.vocabulary import covers
from catalog.wish import Constraint

from .lexicon import phrases
from .reading import Vibe
from .tokens import Sentence, words_of

_ALWAYS = frozenset({"aesthetic", "dress_code"})
"""Kinds whose single words are vibes wherever they stand; an occasion's or a weather's needs a sign beside it."""
_COMMON = frozenset(words_of(
    "army soldier pilot aviator royal princess fairy witch artist desert island paris romance neutral neutrals cabin chill "
    "sparkle "
    "military candy unicorn combat utility spy basics friends polished jungle ranch mermaid cocktail cold snow wind wake "
    "mass court "
    "indian irish sailor lounge capri grease diva dubai ballet ballerina explorer western royal emo medieval marine ceo "
    "rockstar vegas beyonce madonna nirvana abba disco friends unicorn"))
_SIGN_AFTER = (r"(?: (?:vibes?|aesthetics?|outfits?|looks?|style|styled|inspired|theme|themed|core|feels?|feeling|energy|"
               r"moods?|ready|appropriate|attire|"
               r"dress code|wear|clothes|girl|chic|season|event|proof|worthy|moment|era|fit))\b")
_SIGN_BEFORE = re.compile(
    r"\b(?:for|to|at|attend|attending|during|vibes? of|like a|like an|as a|as an|it is|it gets|going|feels?|giving|into|"
    r"something|suitable in|good in|works in|wear in|meant|on)"
    r"(?: (?:a|an|the|my|our|his|her|their|this|that|some|it|me|out|next|upcoming|very|really|so|big|friends?|best|sisters?|"
    r"brothers?|cousins?|in|on|go|is|of|type|cold|outdoor|formal|casual|fancy)){0,4} $")
_UNKNOWN = tuple(re.compile(p) for p in (
    r"(?P<what>(?:\w+ ){0,2}\w+) (?:vibes?|aesthetics?|core|inspired|energy|theme|themed|era|mood)\b",
    r"\b(?:vibes?|aesthetics?|energy|mood) (?:of|like|from) (?:a |an |the )?(?P<what>\w+(?: \w+){0,2})",
    r"\b(?:dress(?:ed)?|look|looks|looking) like (?:a |an |the )?(?P<what>\w+(?: \w+){0,2})",
    r"\b(?P<what>\w{3,}core)\b",
    r"\b(?:something|anything|outfit|what to wear|wear|clothes|dress|look|need one|going|invited|off) (?:for|to) (?:a |an |"
    r"the |my |our )(?P<what>\w+(?: \w+){0,2})",
    r"\b(?:channel(?:ling|ing)?|giving|think|serving) (?P<what>\w+(?: \w+){0,2})$",
))
_FILLER = frozenset(words_of("a an the some i want something with more of my in and for that has need show me give like "
                             "looking dress shirt top is very "
                             "me please really kind sort similar this it to be but any total full serious major big find style"))
_PLAIN = frozenset(words_of("wife husband friend friends mother sister daughter son mom dad brother him her someone woman "
                            "man girl boy kid baby day night "
                            "price size color colour good bad person everyone myself same different little lot bit one way "
                            "model body picture photo"))
_MOST = 7
"""As many attributes as one vibe may bring: each further one only blurs the ranking."""
_REFUSED = re.compile(r"\b(?:not|no|less|without|nothing|non|avoid|hate|instead of|rather than)(?: (?:too|so|very|a|an|the|"
                      r"like|that|any|really|for|overly)){0,3} $")


@dataclass(frozen=True)
class Entry:
    """A vibe of the lexicon: attributes with weights in (0, 1] and the reason in a few words."""

    name: str
    kind: str
    wants: tuple[tuple[str, str, float], ...]
    reason: str


@cache
def lexicon() -> dict[tuple[str, ...], Entry]:
    """The words of every name -> its entry."""
    table: dict[tuple[str, ...], Entry] = {}
    rows = tomllib.loads(Path(__file__).with_name("vibes.toml").read_text(encoding="utf-8"))
    for kind, entries in rows.items():
        for name, row in entries.items():
            entry = Entry(name, kind, tuple(_want(w) for w in row["wants"].split(", ")), row["reason"])
            for words in (name, *row["words"]):
                table.setdefault(words_of(words), entry)
    return table


def _want(text: str) -> tuple[str, str, float]:
    attribute, weight = text.rsplit(" ", 1)
    facet, value = attribute.split(":", 1)
    return facet, value, float(weight)


@cache
def _longest() -> dict[str, int]:
    lengths: dict[str, int] = {}
    for words in lexicon():
        lengths[words[0]] = max(lengths.get(words[0], 0), len(words))
    return lengths


@dataclass(frozen=True)
class VibeReading:
    """What of a message is a vibe: those known, their constraints, and phrases that look like one but are unknown."""

    vibes: tuple[Vibe, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    unknown: tuple[str, ...] = ()


def read_vibes(sentence: Sentence) -> VibeReading:
    """Reads and takes vibes. Attribute words of the vocabulary ("vintage") stay attributes."""
    found: dict[str, tuple[Entry, str, bool]] = {}
    index = 0
    while index < len(sentence.words):
        match = _match(sentence, index)
        if match is None:
            index += 1
            continue
        entry, end = match
        before = " ".join(sentence.words[:index]) + " "
        found.setdefault(entry.name, (entry, " ".join(sentence.words[index:end]), bool(_REFUSED.search(before))))
        sentence.take(_with_sign(sentence, index, end))
        index = end
    unknown = _unknown(sentence, found)
    constraints = tuple(c for entry, _, refused in found.values() for c in _constraints(entry, refused))
    return VibeReading(tuple(Vibe(name=e.name, kind=e.kind, text=t) for e, t, _ in found.values()), constraints, unknown)


def _match(sentence: Sentence, index: int) -> tuple[Entry, int] | None:
    words = sentence.words
    for end in range(min(len(words), index + _longest().get(words[index], 0)), index, -1):
        phrase = words[index:end]
        entry = lexicon().get(phrase)
        if entry and sentence.free(range(index, end)) and _meant(sentence, index, end, entry):
            return entry, end
    return None


def _meant(sentence: Sentence, index: int, end: int, entry: Entry) -> bool:
    """Whether the phrase is a vibe here: unambiguous by itself, or with a sign ("for a ...", "... vibes")."""
    phrase = sentence.words[index:end]
    if phrase == ("black", "tie") and (sentence.words[end:end + 1] in (("dye",), ("dyed",), ("waist",), ("front",), ("dyes",))
                                       or sentence.words[index - 1:index] == ("a",) and sentence.words[end:end + 1] not in (("event",), ("dinner",))):
        return False  # a tie that is black
    rest = " ".join(sentence.words[end:])
    if re.match(_SIGN_AFTER.replace("(?: ", "(?:", 1), rest):
        return True
    known = phrases().get(phrase)
    if known and len(phrase) == 1:
        return False
    if len(phrase) > 1 and phrase[0] not in ("a", "the", "an", "my", "for") or entry.kind in _ALWAYS and not set(phrase) & _COMMON:
        return True
    if not set(words_of(" ".join(sentence.words))) - set(phrase) - _FILLER:
        return True
    garment = phrases().get(sentence.words[end:end + 1])
    if entry.kind == "weather" and garment and any(s.facet == "category" for s in garment.senses):
        return True  # "a winter coat"
    before = " ".join(sentence.words[:index]) + " "
    return bool(_SIGN_BEFORE.search(before)) or phrase[-1].endswith(("ery", "like")) and entry.kind == "weather"


def _with_sign(sentence: Sentence, index: int, end: int) -> range:
    """The phrase and the sign after it ("vibes"), but no garment word."""
    sign = re.match(_SIGN_AFTER.replace("(?: ", "(?:", 1), " ".join(sentence.words[end:]))
    return range(index, end + (len(sign.group().split()) if sign else 0))


def _constraints(entry: Entry, refused: bool) -> Iterable[Constraint]:
    reason = f"{entry.name}: {entry.reason}"
    if refused:
        facet, value, weight = max(entry.wants, key=lambda want: want[2])
        yield Constraint(facet=facet, op="less", value=value, source="vibe", weight=weight, reason=f"not {entry.name}")
        return
    for facet, value, weight in entry.wants[:_MOST]:
        yield Constraint(facet=facet, op="prefer", value=value, source="vibe", weight=weight, confidence=weight, reason=reason)


def _unknown(sentence: Sentence, found: dict[str, tuple[Entry, str, bool]]) -> tuple[str, ...]:
    """Phrases that stand where a vibe would. A near misspelling of a known name is taken for it."""
    names: list[str] = []
    for pattern in _UNKNOWN:
        for match in pattern.finditer(sentence.text):
            words = [w for i, w in zip(sentence.span(match, "what"), match.group("what").split(), strict=False) if i not in sentence.taken]
            while words and words[0] in _FILLER:
                words.pop(0)
            while words and words[-1] in _FILLER:
                words.pop()
            if not words or all((w,) in phrases() or w in _PLAIN or w in _FILLER or w.isdigit() for w in words):
                continue
            near = extractOne(" ".join(words), [" ".join(k) for k in lexicon()], scorer=ratio, score_cutoff=87)
            if near:
                entry = lexicon()[tuple(near[0].split())]
                found.setdefault(entry.name, (entry, " ".join(words), False))
            elif not any(" ".join(words) in name or name in " ".join(words) for name in names):
                names.append(" ".join(words))
            sentence.take(sentence.span(match, "what"))
    return tuple(names)


def give_way(said: Iterable[Constraint], vibes: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """The vibes' constraints that nothing said in so many words decides; the strongest of repeats.

    A facet with a required value is decided, save for style and details, where several go together; an excluded value
    is never preferred, nor a value that contains it.
    """
    said = tuple(said)
    decided = {c.facet for c in said if c.op in ("require", "prefer", "more", "less")} - {"style", "details"}
    kept: dict[tuple[str, str], Constraint] = {}
    for c in sorted(vibes, key=lambda c: -c.weight):
        refused = any(s.op in ("exclude", "less") and s.facet == c.facet and covers(c.facet, str(s.value), str(c.value)) for s in said)
        stated = any(s.facet == c.facet and s.value == c.value for s in said)
        if c.facet not in decided and not refused and not stated:
            kept.setdefault((c.facet, str(c.value)), c)
    return tuple(kept.values())
