"""Turns as JSON lines: one turn per input line, one reply per output line, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import InputError

if TYPE_CHECKING:
    from agent.service import ChatService


class TurnLine(BaseModel):
    """One turn, as read from a line.

    Unknown fields are ignored, because later versions may add some.
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


def answers(stylist: ChatService, lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield (reply or error as a JSON line, whether the turn was accepted), in order.

    Blank lines are skipped. An unusable line yields `{"session", "line", "error"}`, and the lines
    after it are still answered.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            record, usable = _answer(stylist, number, line)
            yield json.dumps(record, ensure_ascii=False), usable


def asks(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the turns of one conversation for a transcript.

    A turn is what a shopper says (`text`, `image`, `like`, `k`), or one button. Raises InputError,
    naming the line, if a line is not such an object.
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


def _answer(stylist: ChatService, number: int, line: str) -> tuple[dict[str, Any], bool]:
    session = None
    try:
        record = _parsed(line)
        session = record.get("session")
        turn = TurnLine.model_validate(record)
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


def _parsed(line: str) -> dict[str, Any]:
    try:
        record: object = json.loads(line)
    except ValueError as error:
        raise InputError(
            f'not JSON ({error}); a turn is {{"session": "s1", "text": "a red dress"}}'
        ) from None
    if not isinstance(record, dict):
        raise InputError(
            f"a turn is an object, not {type(record).__name__}: "
            '{"session": "s1", "text": "a red dress"}'
        )
    return record
