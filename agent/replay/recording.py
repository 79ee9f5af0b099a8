"""Recording of a conversation with the real agent, and of its model through a proxy.

The proxy listens on the loopback address, between langchain and the configured server. It forwards
the key and never stores it. It stores requests in canonical form, and answers in the form that
`loopback.ScriptedServer` takes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from agent.replay import Json
from agent.replay.pictures import pictures_of
from agent.replay.player import take_turn
from agent.replay.records import canonical, expectation
from agent.replay.transcripts import Transcript, new_header, write
from agent.stylist import Stylist
from errors import InputError
from settings import Settings

FORWARDED = ("authorization", "content-type", "openai-organization", "openai-project")


class RecordingProxy:
    """Forwards requests to a server and records them with their answers. A context manager.

    target: a base URL that ends before /chat/completions
    """

    def __init__(self, target: str, timeout_s: float = 120.0) -> None:
        self.target = target.rstrip("/")
        self.calls: list[Json] = []
        self._lock = threading.Lock()
        self._client = httpx.Client(timeout=timeout_s)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def url(self) -> str:
        """The base URL to configure instead of the target's."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> RecordingProxy:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
        self._client.close()

    def forward(self, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> httpx.Response:
        """Send one request to the target, record both sides and return the whole answer."""
        forwarded = {name: value for name, value in headers if name.lower() in FORWARDED}
        answer = self._client.post(
            self.target + path.removeprefix("/v1"), content=body, headers=forwarded
        )
        request = json.loads(body)
        with self._lock:
            self.calls.append({"request": canonical(request), "answer": scripted(request, answer)})
        return answer


def _handler(proxy: RecordingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            """Log nothing: stderr belongs to the caller."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                answer = proxy.forward(self.path, self.headers.items(), body)
            except httpx.HTTPError as error:
                answer = httpx.Response(502, json={"error": {"message": str(error)}})
            status, content = answer.status_code, answer.content
            kind = answer.headers.get("content-type", "application/json")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def scripted(request: Json, answer: httpx.Response) -> Json:
    """Return a server's answer in the form that a scripted server takes."""
    if answer.status_code != 200:
        return {"status": answer.status_code}
    try:
        if request.get("stream"):
            return {"content": "".join(_pieces(answer.text))}
        message = answer.json()["choices"][0]["message"]
    except (ValueError, LookupError, TypeError):
        return {"raw": answer.text}
    calls = [
        {"name": call["function"]["name"], "arguments": call["function"]["arguments"]}
        for call in message.get("tool_calls") or ()
    ]
    content = {"content": message["content"]} if message.get("content") else {}
    return {**content, **({"tool_calls": calls} if calls else {})} or {"content": ""}


def _pieces(events: str) -> Iterator[str]:
    for line in events.splitlines():
        if line.startswith("data:") and "[DONE]" not in line:
            for choice in json.loads(line[5:]).get("choices", ()):
                yield choice.get("delta", {}).get("content") or ""


def record(folder: Path, out: Path, asks: Iterable[Json], settings: Settings) -> Iterator[Json]:
    """Play `asks` on the catalogue in `folder`, write the transcript, yield each turn's record.

    Raises InputError if `out` exists, or for an ask that is no turn.
    """
    if out.exists():
        raise InputError(f"{out} exists; name a new file, or remove it")
    model = settings.has_model and settings.planner != "offline"
    target = settings.openai_base_url or "https://api.openai.com/v1"
    with RecordingProxy(target) as proxy:
        backend = {"openai_base_url": proxy.url} if model else {"planner": "offline"}
        recorded = settings.model_copy(update={**backend, "memory": ":memory:"})
        stylist = Stylist.open(folder, settings=recorded)
        yield from _record_turns(stylist, out, asks, recorded, proxy)


def _record_turns(
    stylist: Stylist, out: Path, asks: Iterable[Json], settings: Settings, proxy: RecordingProxy
) -> Iterator[Json]:
    planner = settings.planner if settings.has_model else "offline"
    header = new_header(out.stem, stylist, planner)
    turns: list[Json] = []
    shown: tuple[str, ...] = ()
    session = stylist.new_session()
    for ask in asks:
        call_count = len(proxy.calls)
        reply = take_turn(stylist, session, ask, out.parent, shown)
        if reply is not None and reply.cards:
            shown = tuple(card.id for card in reply.cards)
        turn = {
            "ask": ask,
            **pictures_of(ask, out.parent),
            "expect": expectation(reply),
        }
        if calls := proxy.calls[call_count:]:
            turn["model"] = calls
        turns.append(turn)
        # rewritten after every turn, so that a conversation that breaks off is kept up to there
        out.parent.mkdir(parents=True, exist_ok=True)
        write(Transcript(out, header, tuple(turns)), turns)
        yield turn
