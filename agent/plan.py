"""The offline planner as a filter: one `{"id", "text"}` a line in, one `{"id", "constraints"}` a
line out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from agent.language import read
from errors import InputError


def plan(text: str) -> list[dict]:
    """A message's constraints in the form that replies carry."""
    return [constraint.public() for constraint in read(text).constraints]


def plan_lines(lines: Iterable[str]) -> Iterator[str]:
    """JSON lines in, JSON lines out, in order; blank lines are skipped.

    Raises InputError that names the line where one is not an object with a text.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record = _record(number, line)
        yield json.dumps(
            {"id": record.get("id"), "constraints": plan(record["text"])}, ensure_ascii=False
        )


def _record(number: int, line: str) -> dict:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(
            f"line {number} is not JSON ({error.msg} at column {error.colno}); "
            'expected {"id": ..., "text": "..."}'
        ) from None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise InputError(
            f'line {number}: expected an object with a string "text", as {{"id": "1", "text": "red, no stripes"}}'
        )
    return record
