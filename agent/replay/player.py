"""Replay of a transcript through the real graph, with the model's recorded answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.replay import Json, transcripts
from agent.replay.comparison import in_recorded_order, turn_differences, version_changes
from agent.replay.loopback import MODEL, ScriptedServer
from agent.replay.pictures import pictures_of, uploads
from agent.replay.records import canonical, expectation
from agent.replay.transcripts import BUTTONS, Transcript
from errors import InputError
from settings import Settings, load_settings

if TYPE_CHECKING:
    from agent.replies import Reply
    from agent.stylist import Stylist

_ITEM_SHOWN = re.compile(r"\$\d+")


@dataclass
class Outcome:
    """How a replay went.

    turns: as they would be recorded now. remarks: versions that have changed since the recording.
    """

    name: str
    differences: list[str] = field(default_factory=list)
    turns: list[Json] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def replay(transcript: Transcript, open_stylist: Callable[[Settings], Stylist]) -> Outcome:
    """Replay a transcript and compare.

    open_stylist: opens a stylist with an empty memory on the transcript's catalogue.
    """
    outcome = Outcome(transcript.name)
    folder = transcript.path.parent
    answers = [call["answer"] for turn in transcript.turns for call in turn.get("model", [])]
    with ScriptedServer(answers) as server:
        stylist = open_stylist(_settings(transcript, server))
        outcome.remarks = version_changes(
            transcript.header.get("versions", {}), transcripts.versions(stylist)
        )
        shown: tuple[str, ...] = ()
        for number, turn in enumerate(transcript.turns, 1):
            request_count = len(server.requests)
            reply = take_turn(stylist, transcript.name, turn["ask"], folder, shown)
            requests = [canonical(request) for request in server.requests[request_count:]]
            record = {**pictures_of(turn["ask"], folder), "expect": expectation(reply)}
            if reply is not None and reply.cards:
                shown = _ids_shown(turn, record["expect"])
            outcome.differences += [
                f"turn {number}: {line}"
                for line in turn_differences(turn, {**record, "requests": requests})
            ]
            outcome.turns.append({"ask": turn["ask"], **record, **_model_calls(turn, requests)})
    return outcome


def take_turn(
    stylist: Stylist, session: str, ask: Json, folder: Path, shown: tuple[str, ...] = ()
) -> Reply | None:
    """Send one message, or press one button.

    folder: where the transcript is. shown: ids of the reply before, for `$N`. Raises InputError for
    a `$N` beyond them.
    """
    reply: Reply | None
    for button in BUTTONS:
        if button in ask:
            arguments = [_with_id(argument, shown) for argument in ask[button]]
            reply = getattr(stylist, button)(session, *arguments)
            return reply
    return stylist.chat(
        session,
        ask.get("text", ""),
        image=uploads(ask, folder) or None,
        like=_with_id(ask.get("like"), shown),
        k=ask.get("k", 10),
    )


def _settings(transcript: Transcript, server: ScriptedServer) -> Settings:
    """Return settings that depend on the transcript alone, not on this machine's environment."""
    explicit: Json = {"planner": "offline", "memory": ":memory:"}
    if transcript.asks_model:
        explicit |= {
            "planner": transcript.planner,
            "openai_base_url": server.url,
            "openai_api_key": "scripted",
            "openai_model": MODEL,
        }
    return load_settings({}, **explicit | transcript.header.get("settings", {}))


def _with_id(value: Any, shown: tuple[str, ...]) -> Any:
    """Return the id that `$2` stands for, any other JSON value as it is."""
    if not isinstance(value, str) or not _ITEM_SHOWN.fullmatch(value):
        return value
    number = int(value[1:])
    if not 1 <= number <= len(shown):
        raise InputError(f"{value}: the reply before showed {len(shown)} items")
    return shown[number - 1]


def _ids_shown(turn: Json, expect: Json) -> tuple[str, ...]:
    """Return the ids that `$N` counts; near-ties keep the place that they had in the recording."""
    recorded = turn.get("expect", {}).get("items", [])
    items = in_recorded_order(recorded, expect["items"])
    return (*(card["id"] for card in items), *expect["unconfirmed"])


def _model_calls(turn: Json, requests: list[Json]) -> Json:
    """Return `{"model": [...]}`, the requests of now with the recorded answers, {} without any."""
    calls = turn.get("model", [])
    if not (requests or calls):
        return {}
    return {
        "model": [
            {"request": request, "answer": call["answer"]}
            for call, request in zip(calls, requests, strict=False)
        ]
    }
