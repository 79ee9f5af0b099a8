"""Reader of delimited text (CSV, TSV) as rows with line numbers; a broken row affects no other row.

Used instead of `csv.DictReader` or pandas: a rejected row is reported with its line number, and
invalid bytes and unbalanced quotes must not swallow the rows after them. In those cases both of
those readers stop or lose the line number.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from errors import InputError

MAX_LINES_PER_FIELD = 200
"""A quoted field that runs over more lines is an unbalanced quote."""


@dataclass(frozen=True)
class Row:
    """One record of a feed.

    Attributes:
        line: The line that it starts on, counted from 1.
        fields: {field: its values, in order}; a field may repeat.
        problem: Why the record could not be read at all; there are no fields in that case.
    """

    line: int
    fields: dict[str, list[str]] = field(default_factory=dict)
    problem: str = ""

    def first(self, name: str) -> str:
        """Return the first value that is not blank, or ""."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Return all values that are not blank."""
        return [value.strip() for value in self.fields.get(name, ()) if value.strip()]


def field_name(text: str) -> str:
    """Return the normalised name of a column or element: "g:Image Link" -> "image_link"."""
    return text.strip().lower().removeprefix("g:").replace(" ", "_").replace("-", "_")


def read_text_lines(path: Path) -> list[str | None]:
    """Return the lines of a text file; None for a line that is not valid text.

    The text is UTF-8, or UTF-16 if a byte order mark says so. Raises InputError if the file cannot
    be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return list(data.decode("utf-16", errors="replace").splitlines(keepends=True))
    return [_decoded(line) for line in data.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)]


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def header_of(path: Path) -> tuple[list[str], str]:
    """Return (column names as `field_name` spells them, delimiter) of the first line."""
    lines = read_text_lines(path)
    first = (lines[0] or "") if lines else ""
    delimiter = max("\t,;|", key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    return [field_name(name) for name in names], delimiter


def read_rows(path: Path, spill: bool = False) -> Iterator[Row]:
    """Yield the rows of a delimited file with a header line.

    spill: surplus columns belong to the last one (an unquoted delimiter in free text) instead of
    breaking the row.
    """
    names, delimiter = header_of(path)
    lines = read_text_lines(path)
    at = 1
    while at < len(lines):
        row, used = _read_one(lines, at, names, delimiter, spill)
        if row is not None:
            yield row
        at += used


def _read_one(
    lines: list[str | None], at: int, names: list[str], delimiter: str, spill: bool
) -> tuple[Row | None, int]:
    """Return the row that starts at lines[at], None for a blank line, and the lines it takes."""
    line = lines[at]
    if line is None or "\0" in line:
        return Row(at + 1, problem="not valid UTF-8 text"), 1
    if not line.strip():
        return None, 1
    try:
        values, used = _parse(lines, at, delimiter)
    except csv.Error as error:
        return Row(at + 1, problem=f"cannot be split into columns ({error})"), 1
    if len(values) != len(names) and '"' in line:
        # An unbalanced quote may have swallowed what follows: read the line without quoting.
        unquoted = [value.strip('"') for value in line.rstrip("\r\n").split(delimiter)]
        if used > 1 or len(unquoted) == len(names):
            values, used = unquoted, 1
    values = _fitted(values, len(names), delimiter, spill)
    if len(values) != len(names):
        return Row(at + 1, problem=f"{len(values)} columns, the header has {len(names)}"), used
    return Row(at + 1, {name: [value] for name, value in zip(names, values, strict=True)}), used


def _fitted(values: list[str], columns: int, delimiter: str, spill: bool) -> list[str]:
    """Return the values without surplus blank ones; with `spill`, join surplus ones to the last."""
    surplus = values[columns:]
    if surplus and not "".join(surplus).strip():
        return values[:columns]
    if spill and surplus:
        return [*values[: columns - 1], delimiter.join(values[columns - 1 :])]
    return values


def _parse(lines: list[str | None], at: int, delimiter: str) -> tuple[list[str], int]:
    """Return the values of the record that starts at lines[at], and how many lines it takes."""
    usable: list[str] = []
    for line in lines[at : at + MAX_LINES_PER_FIELD]:
        if line is None:
            break
        usable.append(line)
    reader = csv.reader(usable, delimiter=delimiter)
    values = next(reader)
    return values, reader.line_num
