"""A browser's side of the page, without a browser: Gradio's queue protocol over HTTP, on the page as it is served."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from errors import WorkError

PARTS = ("token", "masthead", "feed", "live", "wish", "drawer", "box", "dock", "clock")
"""What a handler may change, in the order of the page's outputs."""
PATIENCE_S = 300.0


@dataclass(frozen=True)
class Answer:
    """What the page showed at the end of an event: {part: value}; parts that it left as they were are missing.

    bytes: what the server sent for it; messages: in how many pieces.
    """

    parts: dict[str, Any]
    bytes: int
    messages: int


@dataclass
class Page:
    """One open tab. Its events are answered one at a time, as the page's own script sends them."""

    client: httpx.AsyncClient
    config: dict
    tab: str = field(default_factory=lambda: secrets.token_hex(6))
    token: str | None = None

    async def open(self) -> Answer:
        """The page is loaded: a session begins, or the token's goes on."""
        answer = await self._event(self._dependency(None, "load"), [self.token])
        self.token = answer.parts.get("token", self.token)
        return answer

    async def say(self, text: str, photos: list[Path]) -> Answer:
        """A message from the box; photos are uploaded first."""
        files = [await self._upload(photo) for photo in photos]
        return await self._event(
            self._dependency("box", "submit"), [self.token, {"text": text, "files": files}]
        )

    def _dependency(self, elem_id: str | None, event: str) -> tuple[int, int]:
        """(function, component) that answer an event of the part with this id; None: of the page itself."""
        ids = {
            part["id"]
            for part in self.config["components"]
            if elem_id and part["props"].get("elem_id") == elem_id
        }
        for one in self.config["dependencies"]:
            for component, name in one["targets"]:
                if name == event and (component in ids or not elem_id):
                    return one["id"], component
        raise WorkError(
            f"the page answers no {event} of {elem_id or 'itself'}; is this the stylist's page?"
        )

    async def _upload(self, photo: Path) -> dict:
        done = await self.client.post(
            "/gradio_api/upload", files={"files": (photo.name, photo.read_bytes(), "image/jpeg")}
        )
        done.raise_for_status()
        return {
            "path": done.json()[0],
            "orig_name": photo.name,
            "meta": {"_type": "gradio.FileData"},
        }

    async def _event(self, dependency: tuple[int, int], data: list) -> Answer:
        function, component = dependency
        joined = await self.client.post(
            "/gradio_api/queue/join",
            json={
                "data": data,
                "event_data": None,
                "fn_index": function,
                "trigger_id": component,
                "session_hash": self.tab,
            },
        )
        if joined.is_error:
            raise WorkError(f"the page refused an event: {joined.status_code} {joined.text[:200]}")
        return await self._follow(joined.json()["event_id"])

    async def _follow(self, event: str) -> Answer:
        """Reads the event's stream to its end."""
        size = pieces = 0
        answer = None
        shown: dict[str, Any] = {}
        async with self.client.stream(
            "GET",
            "/gradio_api/queue/data",
            params={"session_hash": self.tab},
            timeout=httpx.Timeout(30.0, read=PATIENCE_S),
        ) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                size, pieces = size + len(line), pieces + 1
                message = json.loads(line[5:])
                if message["msg"] == "process_generating":
                    shown |= _changed(message["output"]["data"])
                elif message["msg"] == "process_completed" and message.get("event_id") == event:
                    if not message["success"]:
                        raise WorkError(f"the page failed: {message['output']}")
                    answer = {**shown, **_changed(message["output"]["data"])}
                elif message["msg"] in ("unexpected_error", "server_stopped"):
                    raise WorkError(f"the page ended an event: {message}")
                elif message["msg"] == "close_stream":
                    break
        if answer is None:
            raise WorkError("the page ended an event without an answer")
        return Answer(answer, size, pieces)


def _changed(data: list) -> dict[str, Any]:
    """The parts that a message sets anew; in later pieces of a stream a part is a list of edits to it."""
    found = {}
    for name, value in zip(PARTS, data, strict=True):
        if isinstance(value, list):
            whole = [edit[2] for edit in value if edit[0] == "replace" and not edit[1]]
            value = whole[-1] if whole else {"__type__": "update"}
        if not (isinstance(value, dict) and value.get("__type__") == "update"):
            found[name] = value
    return found
