"""Delimited text (CSV, TSV) -> rows with line numbers; a broken row costs itself only."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from errors import InputError

MAX_SPAN = 200
"""Lines that one quoted field may run over; a longer one is an unbalanced quote."""


@dataclass(frozen=True)
class Row:
    """One record: {field: its values, in order} (a field may repeat), and the line it starts on (1-based)."""

    line: int
    fields: dict[str, list[str]] = field(default_factory=dict)
    problem: str = ""
    """Why the record could not be read at all; then there are no fields."""

    def first(self, name: str) -> str:
        """The first value that is not blank, or ""."""
        return next((value.strip() for value in self.fields.get(name, ()) if value.strip()), "")

    def all(self, name: str) -> list[str]:
        """All values that are not blank."""
        return [value.strip() for value in self.fields.get(name, ()) if value.strip()]


def field_name(text: str) -> str:
    """A column's or an element's name in one spelling: "g:Image Link" -> "image_link"."""
    return text.strip().lower().removeprefix("g:").replace(" ", "_").replace("-", "_")


def read_text_lines(path: Path) -> list[str | None]:
    """The lines of a text file; None for a line that is not valid text. UTF-8 or, by its mark, UTF-16."""
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
    """(column names as `field_name` spells them, delimiter) of the first line."""
    lines = read_text_lines(path)
    first = (lines[0] or "") if lines else ""
    delimiter = max("\t,;|", key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    return [field_name(name) for name in names], delimiter


def read_rows(path: Path, spill: bool = False) -> Iterator[Row]:
    """The rows of a delimited file with a header line.

    spill: surplus columns belong to the last one (an unquoted delimiter in free text) instead of breaking the row.
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
    line = lines[at]
    if line is None or "\0" in line:
        return Row(at + 1, problem="not valid UTF-8 text"), 1
    if not line.strip():
        return None, 1
    try:
        values, used = _parse(lines, at, delimiter)
    except csv.Error as error:
        return Row(at + 1, problem=f"cannot be split into columns ({error})"), 1
    if (
        len(values) != len(names) and '"' in line
    ):  # perhaps an unbalanced quote that swallowed what follows
        bare = [value.strip('"') for value in line.rstrip("\r\n").split(delimiter)]
        if used > 1 or len(bare) == len(names):
            values, used = bare, 1
    if len(values) > len(names) and not "".join(values[len(names) :]).strip():
        values = values[: len(names)]  # delimiters at the end of the line
    if spill and len(values) > len(names):
        values = [*values[: len(names) - 1], delimiter.join(values[len(names) - 1 :])]
    if len(values) != len(names):
        return Row(at + 1, problem=f"{len(values)} columns, the header has {len(names)}"), used
    return Row(at + 1, {name: [value] for name, value in zip(names, values, strict=True)}), used


def _parse(lines: list[str | None], at: int, delimiter: str) -> tuple[list[str], int]:
    span = lines[at : at + MAX_SPAN]
    usable = span[: span.index(None)] if None in span else span
    reader = csv.reader(iter(usable), delimiter=delimiter)
    values = next(reader)
    return values, reader.line_num
