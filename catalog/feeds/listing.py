"""What all feeds become: listings, a validated item each with the places where its picture may be."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from pydantic import ValidationError

from catalog.entries import Ledger
from catalog.feeds.lines import Row
from catalog.item import Item


class Reject(Exception):
    """A row that cannot be sold, and why."""


@dataclass(frozen=True)
class Listing:
    """An item without its picture yet; `pictures` are links or file names, the first usable one is taken."""

    line: int
    item: Item
    pictures: tuple[str, ...]


def reject(ledger: Ledger, line: int, id_: str, reason: str) -> None:
    """Notes a row that is left out."""
    ledger.rejected.append({"line": line, "id": id_, "reason": reason})


def reasons(error: ValidationError) -> str:
    """A validation error in one line: field, what is wrong, what was given."""
    parts = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"]) or "row"
        message = problem["msg"].removeprefix("Value error, ")
        given = (
            ""
            if problem["type"] == "missing" or not problem["input"]
            else f" (given: {str(problem['input'])[:60]!r})"
        )
        parts.append(f"{name}: {message}{given}")
    return "; ".join(parts)


def plain(text: str) -> str:
    """Text without markup, entities and control characters, one space between words."""
    bare = html.unescape(re.sub(r"<[^<>]{0,500}>", " ", text))
    return re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f]", " ", bare)).strip()


def unreadable(rows: list[Row], ledger: Ledger) -> list[Row]:
    """The rows that could be split into fields; the others are rejected."""
    for row in rows:
        if row.problem:
            reject(ledger, row.line, "", row.problem)
    return [row for row in rows if not row.problem]
