"""Listings, the common form of the rows of every feed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from catalog.entries import Ledger
from catalog.feeds.lines import Row
from catalog.item import Item


class RejectedRowError(Exception):
    """A row that cannot be sold; the message says why."""


@dataclass(frozen=True)
class Listing:
    """An item whose picture has not been fetched yet.

    Attributes:
        line: The line of its row in the feed.
        item: The validated item.
        pictures: Links or file names; the first usable one is used.
    """

    line: int
    item: Item
    pictures: tuple[str, ...]


def reject(ledger: Ledger, line: int, id_: str, reason: str) -> None:
    """Record a row that is left out."""
    ledger.rejected.append({"line": line, "id": id_, "reason": reason})


def reasons(error: ValidationError) -> str:
    """Return a validation error as one line: the field, the problem and the value."""
    parts = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"]) or "row"
        message = problem["msg"].removeprefix("Value error, ")
        has_value = problem["type"] != "missing" and problem["input"]
        value = f" (given: {str(problem['input'])[:60]!r})" if has_value else ""
        parts.append(f"{name}: {message}{value}")
    return "; ".join(parts)


def plain(text: str) -> str:
    """Return text without markup, entities or control characters, with words single-spaced."""
    bare = html.unescape(re.sub(r"<[^<>]{0,500}>", " ", text))
    return re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f]", " ", bare)).strip()


def readable_rows(rows: Iterable[Row], ledger: Ledger) -> list[Row]:
    """Return the rows that could be split into fields and reject the others."""
    readable = []
    for row in rows:
        if row.problem:
            reject(ledger, row.line, "", row.problem)
        else:
            readable.append(row)
    return readable
