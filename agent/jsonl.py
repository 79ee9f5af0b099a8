"""Turns as JSON lines: one a line in, one reply a line out, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import InputError

if TYPE_CHECKING:
    from agent.stylist import Stylist


class TurnLine(BaseModel):
    """A turn as a line gives it.

    Fields that are not known are left alone: later versions may have more.
    """

    model_config = ConfigDict(extra="ignore")

    session: str = Field(min_length=1, max_length=200)
    text: str = ""
    image: str | list[str] | None = None
    like: str | None = None
    k: int = 10
    guard: bool = True
    composer: str | None = None
    planner: Literal["offline", "llm", "auto"] | None = None


def answers(stylist: Stylist, lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """(a reply or an error as a JSON line, whether the turn could be taken), in order; blank lines
    are skipped.

    A line that cannot be used gives `{"session", "line", "error"}`; the lines after it are answered
    all the same.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            record, usable = _answer(stylist, number, line)
            yield json.dumps(record, ensure_ascii=False), usable


def asks(lines: Iterable[str]) -> Iterator[dict]:
    """Turns of one conversation for a transcript: what a shopper says (`text`, `image`, `like`,
    `k`), or one button.

    Raises InputError that names the line where one is not such an object.
    """
    from agent.replay.transcripts import BUTTONS

    allowed = {"text", "image", "like", "k", *BUTTONS}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        ask = _parsed(line)
        if not ask or set(ask) - allowed:
            got = ", ".join(ask) or "nothing"
            raise InputError(
                f"line {number}: a turn holds some of {', '.join(sorted(allowed))}; got {got}"
            )
        yield ask


def _answer(stylist: Stylist, number: int, line: str) -> tuple[dict, bool]:
    session = None
    try:
        given = _parsed(line)
        session = given.get("session")
        turn = TurnLine.model_validate(given)
        return stylist.chat(**turn.model_dump()).public(), True
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        return {
            "session": session,
            "line": number,
            "error": f"{field}: {problem['msg']}; a turn needs session and text",
        }, False
    except InputError as error:
        return {"session": session, "line": number, "error": str(error)}, False


def _parsed(line: str) -> dict:
    try:
        given = json.loads(line)
    except ValueError as error:
        raise InputError(
            f'not JSON ({error}); a turn is {{"session": "s1", "text": "a red dress"}}'
        ) from None
    if not isinstance(given, dict):
        raise InputError(
            f'a turn is an object, not {type(given).__name__}: {{"session": "s1", "text": "a red dress"}}'
        )
    return given
