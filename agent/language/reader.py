"""Reads a message: orders and amounts first, then attributes, then vibes."""

from __future__ import annotations

from .alternatives import to_constraints
from .marks import read_marks
from .reading import Context, Reading
from .scope import read_scopes
from .senses import settle
from .tokens import Sentence, words_of


def read(text: str, context: Context | None = None) -> Reading:
    """The message as constraints, orders and pointers; deterministic, no model, no catalogue.

    context: what is shown and known; without it pointers stay unresolved and no brands are recognised.
    """
    sentence = Sentence(words_of(text))
    marks = settle(read_marks(sentence))
    constraints = to_constraints(read_scopes(marks))
    unknown = tuple(dict.fromkeys(mark.text for mark in marks if mark.kind == "word"))
    return Reading(text=text, constraints=constraints, unknown=unknown)
