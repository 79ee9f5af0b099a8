"""The questions that the stylist asks back."""

from __future__ import annotations

from collections.abc import Sequence

from agent.wording.money import money
from agent.wording.phrases import listing
from vocabulary import plural


def nearest_price(price: float, currency: str) -> str:
    """Ask whether to look at the nearest price outside the budget."""
    return f"The nearest price is {money(price, currency)}; shall I look there?"


def look_beyond(constraint: str) -> str:
    """Ask whether a size or an audience may be given up."""
    return f"Shall I look beyond “{constraint}”?"


def go_without(constraints: str) -> str:
    """Ask whether what could not be confirmed may be given up."""
    return f"Shall I go without “{constraints}”?"


def one_of_these(kinds: Sequence[str]) -> str:
    """Ask whether it may be one of the kinds that the shop has."""
    names = listing([plural(kind) for kind in kinds])
    return f"I have {names}, for instance; shall it be one of these?"


def leave_out(several: bool) -> str:
    """Ask what may be given up; several: the wish has more than one hard constraint."""
    return "What may I leave out?" if several else "What else may it be?"


def meaning_of(vibe: str) -> str:
    """Ask what an unknown vibe means."""
    return f"What would “{vibe}” be for you: which colours, which kind of piece?"


def which_kind(kinds: Sequence[str]) -> str:
    """Ask for the kind of piece, with some that the shop has."""
    names = listing([plural(kind) for kind in kinds], "or")
    return f"What kind of piece shall it be: {names}?"
