"""The offline planner as a filter over JSON lines.

In: `{"id", "text"}`, one per line. Out: `{"id", "constraints"}`, one per line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from agent.language import read
from errors import InputError


def plan(text: str) -> list[dict[str, Any]]:
    """Return a message's constraints in the form that replies use."""
    return [constraint.public() for constraint in read(text).constraints]


def plan_lines(lines: Iterable[str]) -> Iterator[str]:
    """Plan JSON lines in order; blank lines are skipped.

    Raises InputError, naming the line, if a line is not an object with a text.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record = _record(number, line)
        yield json.dumps(
            {"id": record.get("id"), "constraints": plan(record["text"])}, ensure_ascii=False
        )


def _record(number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(
            f"line {number} is not JSON ({error.msg} at column {error.colno}); "
            'expected {"id": ..., "text": "..."}'
        ) from None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise InputError(
            f'line {number}: expected an object with a string "text", '
            'as {"id": "1", "text": "red, no stripes"}'
        )
    return record
