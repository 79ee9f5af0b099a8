"""What stands around the conversation: masthead, welcome, wish, notices, preparation, dialog."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ui.photos import EXAMPLES
from ui.rendering import render

if TYPE_CHECKING:
    from vocabulary.wish import Constraint

NAME = "Stylist"
MAX_PROGRESS_LINES = 5
_CHIP_ORDER = ("require", "exclude", "more", "less", "prefer")
_COUNTED = re.compile(r"(.+): (\d+) of ([1-9]\d*)")


class Progress(NamedTuple):
    """A step of the preparation; `total` is 0 where there is nothing to count."""

    name: str
    done: int = 0
    total: int = 0

    @classmethod
    def read(cls, line: str) -> Progress:
        """Read a line such as "pictures: 200 of 500"."""
        counts = _COUNTED.fullmatch(line)
        return cls(counts[1], int(counts[2]), int(counts[3])) if counts else cls(line)


def masthead(saved: int = 0) -> str:
    """Return the page's head: name, saved pieces, start over, forget me, light or dark."""
    return render("panels", "masthead", name=NAME, saved=saved)


def welcome(pieces: int) -> str:
    """Return the first screen: an invitation and examples to tap."""
    return render("panels", "welcome", pieces=pieces, examples=EXAMPLES)


def wish(constraints: Sequence[Constraint], currency: str = "EUR") -> str:
    """Return the wish as chips, each a button that removes its constraint; "" without any.

    Requirements come first, preferences last.
    """
    ordered = sorted(constraints, key=lambda constraint: _CHIP_ORDER.index(constraint.op))
    return render("panels", "wish", chips=list(_with_leads(ordered)), currency=currency)


def _with_leads(constraints: Sequence[Constraint]) -> Iterator[tuple[str, Constraint]]:
    """Pair each constraint with the word before it: "or" inside a group, "ideally" once, or ""."""
    group, preferring = None, False
    for constraint in constraints:
        lead = ""
        if constraint.any is not None and constraint.any == group:
            lead = "or"
        elif constraint.op == "prefer" and not preferring:
            lead, preferring = "ideally", True
        group = constraint.any
        yield lead, constraint


def notice(words: str, kind: str = "error") -> str:
    """Return a message to the shopper, "" for no words.

    kind: "error" (nothing typed is lost), "busy", "hint" or "done".
    """
    return render("panels", "notice", words=words, kind=kind)


def preparing(lines: Sequence[str], failure: str = "") -> str:
    """Return the page while the collection is being opened, or the reason why it cannot be."""
    if failure:
        return render("panels", "closed", reason=failure)
    steps = [Progress.read(line) for line in lines[-MAX_PROGRESS_LINES:]]
    return render("panels", "preparing", steps=steps)


def dialog() -> str:
    """Return the question that comes before everything is forgotten."""
    return render("panels", "dialog")
