"""A client for Gradio's queue protocol over HTTP that acts as the page in a browser does.

It is hand-written on purpose. A load test needs 64 tabs at once with a session each, and needs the
size and number of the pieces that the server sends. A real browser costs a core per tab, and
`gradio_client` neither triggers the page's own events nor reads the stream as the page's script
does.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from errors import WorkError
from evaluation.report.show import Figures

PARTS = ("token", "masthead", "feed", "live", "wish", "drawer", "box", "dock", "clock")
"""What a handler may change, in the order of the page's outputs."""
ANSWER_TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Answer:
    """What the page showed at the end of an event.

    parts: {part: value} of the parts that changed; bytes: size of the server's answer; messages:
    number of its pieces.
    """

    parts: dict[str, Any]
    bytes: int
    messages: int


@dataclass
class Page:
    """An open tab, which handles one event at a time, as the page's own script does."""

    client: httpx.AsyncClient
    config: Figures
    tab: str = field(default_factory=lambda: secrets.token_hex(6))
    token: str | None = None

    async def open(self) -> Answer:
        """Load the page, which starts a session or resumes that of the token."""
        answer = await self._event(self._dependency(None, "load"), [self.token])
        self.token = answer.parts.get("token", self.token)
        return answer

    async def say(self, text: str, photos: list[Path]) -> Answer:
        """Send a message from the text box, after uploading any photos."""
        files = [await self._upload(photo) for photo in photos]
        return await self._event(
            self._dependency("box", "submit"), [self.token, {"text": text, "files": files}]
        )

    def _dependency(self, elem_id: str | None, event: str) -> tuple[int, int]:
        """Return (function, component) for an event of a part; None stands for the page itself."""
        ids = {
            part["id"]
            for part in self.config["components"]
            if elem_id and part["props"].get("elem_id") == elem_id
        }
        for dependency in self.config["dependencies"]:
            for component, name in dependency["targets"]:
                if name == event and (component in ids or not elem_id):
                    return dependency["id"], component
        raise WorkError(
            f"the page answers no {event} of {elem_id or 'itself'}; is this the stylist's page?"
        )

    async def _upload(self, photo: Path) -> Figures:
        response = await self.client.post(
            "/gradio_api/upload", files={"files": (photo.name, photo.read_bytes(), "image/jpeg")}
        )
        response.raise_for_status()
        return {
            "path": response.json()[0],
            "orig_name": photo.name,
            "meta": {"_type": "gradio.FileData"},
        }

    async def _event(self, dependency: tuple[int, int], data: list[Any]) -> Answer:
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
        """Read the event's stream to its end."""
        size = pieces = 0
        answer = None
        shown: dict[str, Any] = {}
        async with self.client.stream(
            "GET",
            "/gradio_api/queue/data",
            params={"session_hash": self.tab},
            timeout=httpx.Timeout(30.0, read=ANSWER_TIMEOUT_S),
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


def _changed(data: list[Any]) -> dict[str, Any]:
    """Return the parts that a message replaces.

    In later pieces of a stream, a part's value is a list of edits.
    """
    changed = {}
    for name, value in zip(PARTS, data, strict=True):
        if isinstance(value, list):
            whole = [edit[2] for edit in value if edit[0] == "replace" and not edit[1]]
            value = whole[-1] if whole else {"__type__": "update"}
        if not (isinstance(value, dict) and value.get("__type__") == "update"):
            changed[name] = value
    return changed
