"""Orders to the chat, small talk and questions."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from agent.language.reading import Intent, Mention
from agent.language.tokens import Sentence

_ASKS_ABOUT = re.compile(
    r"^(?:so |and |but |ok |okay |hey |hi |, )*(?:(?:is|are|does|do|can|could|will|would|has|"
    r"have|was|did) (?:it|this|that|"
    r"these|those|they|the|number|# ?\d|there)\b"
    r"|which (?:ones?|of (?:these|those|them)) (?:is|are|has|have|comes?)\b"
    r"|what (?:goes|would go|can i wear|should i wear|could i wear|do i wear)|how (?:do|can|"
    r"should|would) i (?:style|wear|"
    r"wash)|(?:how (?:much|long|warm|thick|heavy|expensive|tall|big|many)|what (?:size|sizes|"
    r"colou?rs?|material|fabric|"
    r"brand|price|is (?:it|this|that|the)|are|does|do|kind of|is made)|which (?:size|sizes|brand|"
    r"colou?rs?|fabric|material)|"
    r"where (?:is|can|does)|who makes|when))"
)
_REQUEST = re.compile(
    r"\b(?:do you (?:have|sell|carry|stock|offer)|have you got|got any|can (?:you|i|we)|could "
    r"(?:you|i|"
    r"we)|will you|is there (?:any|a|something|anything)|are there (?:any|some|other)|would you "
    r"(?:show|"
    r"find)|(?:can|could) (?:it|they|that|this) (?:be|have|come)|how about|what about|"
    r"(?:have|get|come|available|find|show) (?:it|this|that)? ?(?:\w+ )?in (?!stock|cotton|wool))\b"
)
_CARE = re.compile(
    r"\b(?:machine wash(?:able)?|wash (?:it|this)|iron|dry clean|shrink|stretch(?:y)?|true to "
    r"size|runs? "
    r"(?:small|large|big)|in stock|sold out|available)\b"
)

_NEVER = r"(?!)"


@cache
def _table() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """Return (kind, pattern for a whole message, pattern for part of one), in the file's order."""
    rows = tomllib.loads(Path(__file__).with_name("intents.toml").read_text(encoding="utf-8"))
    return tuple(
        (
            kind,
            re.compile(
                rf"(?:please )?(?:{'|'.join(row.get('whole', [_NEVER]))})(?: please| now| "
                rf"thanks?)?(?: "
                rf"[.!?])*"
            ),
            re.compile(rf"(?<!\w)(?:{'|'.join(row.get('part', [_NEVER]))})(?!\w)"),
        )
        for kind, row in rows.items()
    )


def read_intents(sentence: Sentence) -> list[Intent]:
    """Read orders, thanks, greetings and out-of-scope requests, and mark their words as read.

    Words of a pointer may also belong to an order.
    """
    intents: list[Intent] = []
    used: set[int] = set()
    for kind, whole, part in _table():
        if whole.fullmatch(sentence.text):
            sentence.take(range(len(sentence.words)))
            return [Intent(kind=kind, text=sentence.text)]
        match = part.search(sentence.text)
        if match is not None and not used & set(sentence.span(match)):
            sentence.take(_taken(kind, sentence, match))
            used.update(sentence.span(match))
            intents.append(Intent(kind=kind, text=match.group()))
    return intents


def _taken(kind: str, sentence: Sentence, match: re.Match[str]) -> range:
    """Return the words that an order consumes.

    An out-of-scope request consumes its whole clause; "compare" and "why" consume only themselves.
    """
    span = sentence.span(match)
    if kind == "out_of_scope":
        ends = [
            i
            for i in range(span.stop, len(sentence.words))
            if sentence.words[i] in (".", "!", "?", ";")
        ]
        return range(span.start, ends[0] if ends else len(sentence.words))
    return span


def read_question(
    sentence: Sentence, mentions: tuple[Mention, ...], has_page: bool
) -> Intent | None:
    """Return the question about something shown ("is the second one striped?"), or None."""
    text = sentence.text
    asks = _ASKS_ABOUT.search(text)
    if (
        _REQUEST.search(text)
        or not asks
        or (not has_page and re.search(r"\bis there (?:one|another)\b", text))
    ):
        return None
    points = (
        bool(mentions)
        or bool(re.search(r"\b(?:it|this|that|these|those|they|them)\b", text))
        or has_page
    )
    if text.rstrip(" !.").endswith("?") or re.match(
        r"(?:so |and |but )?(?:how|what|which|where|who|when)\b", text
    ):
        return Intent(kind="question", text=text) if points or _CARE.search(text) else None
    return None
