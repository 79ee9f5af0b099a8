"""The offline reader of messages.

It reads orders, pointers and amounts first, then vibes, then attributes in their scopes. Each step
marks the words that it has understood, so that none is read twice.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

from agent.language.alternatives import to_constraints
from agent.language.amounts import read_amounts
from agent.language.dropping import read_drops, read_kept, read_replaced
from agent.language.intents import read_intents, read_question
from agent.language.marks import read_marks
from agent.language.parts import read_garment, read_parts
from agent.language.people import read_audience, read_brands
from agent.language.pointing import read_mentions
from agent.language.reading import Context, Intent, Mention, Reading
from agent.language.scope import read_scopes
from agent.language.senses import settle
from agent.language.tokens import Sentence, words_of
from agent.language.vibes import give_way, read_vibes
from vocabulary.wish import Constraint

_ASKS = frozenset({"question", "compare"})


def read(text: str, context: Context | None = None) -> Reading:
    """Read a message as constraints, orders and pointers.

    The reader is deterministic and uses neither a model nor a catalogue.

    context: what is shown and known; without it, pointers stay unresolved and brands are not
        recognised
    """
    sentence = Sentence(words_of(text))
    garment, parts = (
        read_garment(sentence, read_attributes),
        read_parts(sentence, context, read_attributes),
    )
    mentions = read_mentions(sentence, context, read_attributes)
    intents = read_intents(sentence)
    drops, kept_facets = read_drops(sentence), read_kept(sentence)
    amounts = read_amounts(sentence)
    people = (*read_brands(sentence, context), *read_audience(sentence))
    vibes = read_vibes(sentence)
    attributes, unknown, refused = _attributes(sentence)
    stated = _renumbered((*attributes, *people, *amounts.constraints))
    question = read_question(sentence, mentions, bool(context and context.shown))
    wanted = (*stated, *give_way(stated, vibes.constraints))
    if question is not None:
        intents.append(question)
    if any(
        intent.kind in _ASKS for intent in intents
    ):  # a question about an attribute is not a wish for it
        intents = [
            i.model_copy(update={"constraints": stated}) if i.kind in _ASKS else i for i in intents
        ]
        wanted = ()
    return Reading(
        text=text,
        constraints=wanted,
        intents=tuple(_with_pick(intents, mentions, wanted)),
        drop=drops,
        keep=kept_facets,
        replaced=read_replaced(sentence, tuple(c.facet for c in attributes)),
        mentions=mentions,
        parts=parts,
        garment=garment,
        count=amounts.count,
        currency=amounts.currency,
        vibes=vibes.vibes,
        unknown=unknown,
        refused=refused,
        unknown_vibes=vibes.unknown,
    )


@cache
def _idle() -> frozenset[str]:
    """Return everyday words that need no remark if they mean nothing to the reader."""
    return frozenset(Path(__file__).with_name("idle.txt").read_text(encoding="utf-8").split())


def read_attributes(phrase: str) -> tuple[Constraint, ...]:
    """Return the attributes of a phrase, without orders, amounts or vibes."""
    return _attributes(Sentence(words_of(phrase)))[0]


def _attributes(
    sentence: Sentence,
) -> tuple[tuple[Constraint, ...], tuple[str, ...], tuple[str, ...]]:
    """Return constraints, unknown words, and the unwanted ones among them ("without laces")."""
    marks = settle(read_marks(sentence))
    telling = [
        mark
        for mark in marks
        if mark.kind != "determiner"  # "without any laces"
        and (mark.kind != "word" or (mark.text.isalpha() and mark.text not in _idle()))
    ]
    unknown = tuple(dict.fromkeys(mark.text for mark in telling if mark.kind == "word"))
    refused = tuple(
        dict.fromkeys(
            mark.text
            for before, mark in pairwise(telling)
            if mark.kind == "word" and before.kind == "negation"
        )
    )
    return to_constraints(read_scopes(marks)), unknown, refused


def _renumbered(constraints: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
    """Return the constraints with `any` numbers from 1 up, in order of appearance."""
    numbers = {
        n: i
        for i, n in enumerate(
            dict.fromkeys(c.any for c in constraints if c.any is not None), start=1
        )
    }
    return tuple(
        c if c.any is None else c.model_copy(update={"any": numbers[c.any]}) for c in constraints
    )


def _with_pick(
    intents: list[Intent], mentions: tuple[Mention, ...], wanted: tuple[Constraint, ...]
) -> list[Intent]:
    """Add the order that a pointer implies.

    A bare pointer ("the second one") is a pick. With changes ("... but longer") it asks for similar
    items.
    """
    if not mentions or any(i.kind not in ("greet", "thanks") for i in intents):
        return intents
    pointed = mentions[0]
    if pointed.kind == "photo" or wanted:
        return [*intents, Intent(kind="more_like", text=pointed.text)]
    return [*intents, Intent(kind="pick", text=pointed.text)]
