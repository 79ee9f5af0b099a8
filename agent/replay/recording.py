"""Recording a conversation: the turns through the real agent, the model's side through a proxy that writes down what passed.

The proxy stands on the loopback address between langchain and the configured server. It forwards the key and never keeps
it; what is kept is requests in canonical form and answers in the form that `loopback.ScriptedServer` gives again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from agent.replay import transcripts
from agent.stylist import Stylist
from errors import InputError
from settings import Settings

FORWARDED = ("authorization", "content-type", "openai-organization", "openai-project")


class RecordingProxy:
    """Passes requests on to `target` (a base URL that ends before /chat/completions). Use as a context manager."""

    def __init__(self, target: str, timeout_s: float = 120.0) -> None:
        self.target, self.calls = target.rstrip("/"), []
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
        """One request to the target and its whole answer, both written down."""
        kept = {name: value for name, value in headers if name.lower() in FORWARDED}
        answer = self._client.post(
            self.target + path.removeprefix("/v1"), content=body, headers=kept
        )
        request = json.loads(body)
        with self._lock:
            self.calls.append(
                {"request": transcripts.canonical(request), "answer": scripted(request, answer)}
            )
        return answer


def _handler(proxy: RecordingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            """Silent: stderr belongs to the caller."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                answer = proxy.forward(self.path, self.headers.items(), body)
                status, kind, content = (
                    answer.status_code,
                    answer.headers.get("content-type", "application/json"),
                    answer.content,
                )
            except httpx.HTTPError as error:
                status, kind, content = (
                    502,
                    "application/json",
                    json.dumps({"error": {"message": str(error)}}).encode(),
                )
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def scripted(request: dict, answer: httpx.Response) -> dict:
    """A server's answer in the form that a scripted server gives again."""
    if answer.status_code != 200:
        return {"status": answer.status_code}
    try:
        if request.get("stream"):
            return {"content": "".join(_pieces(answer.text))}
        message = answer.json()["choices"][0]["message"]
    except (ValueError, LookupError, TypeError):
        return {"raw": answer.text}
    calls = [
        {"name": c["function"]["name"], "arguments": c["function"]["arguments"]}
        for c in message.get("tool_calls") or ()
    ]
    content = {"content": message["content"]} if message.get("content") else {}
    return {**content, **({"tool_calls": calls} if calls else {})} or {"content": ""}


def _pieces(events: str) -> Iterator[str]:
    for line in events.splitlines():
        if line.startswith("data:") and "[DONE]" not in line:
            for choice in json.loads(line[5:]).get("choices", ()):
                yield choice.get("delta", {}).get("content") or ""


def record(folder: Path, out: Path, asks: Iterable[dict], settings: Settings) -> Iterator[dict]:
    """Plays `asks` on the catalogue in `folder` and writes the transcript; yields each turn's record as it is done.

    Raises InputError for a file that exists or an ask that is no turn.
    """
    if out.exists():
        raise InputError(f"{out} exists; name a new file, or remove it")
    model = settings.has_model and settings.planner != "offline"
    target = settings.openai_base_url or "https://api.openai.com/v1"
    with RecordingProxy(target) as proxy:
        used = settings.model_copy(
            update={"openai_base_url": proxy.url} if model else {"planner": "offline"}
        )
        used = used.model_copy(update={"memory": ":memory:"})
        stylist = Stylist.open(folder, settings=used)
        yield from _played(stylist, out, asks, used, proxy)


def _played(
    stylist: Stylist, out: Path, asks: Iterable[dict], settings: Settings, proxy: RecordingProxy
) -> Iterator[dict]:
    header = transcripts.header(
        out.stem, stylist, settings.planner if settings.has_model else "offline"
    )
    turns: list[dict] = []
    shown: tuple[str, ...] = ()
    session = stylist.new_session()
    for ask in asks:
        before = len(proxy.calls)
        reply = transcripts.take(stylist, session, ask, out.parent, shown)
        shown = (
            tuple(card.id for card in reply.cards) if reply is not None and reply.cards else shown
        )
        turn = {
            "ask": ask,
            **transcripts.pictures_of(ask, out.parent),
            "expect": transcripts.expectation(reply),
        }
        if proxy.calls[before:]:
            turn["model"] = proxy.calls[before:]
        turns.append(turn)
        # written anew after every turn, so that a conversation that is broken off is kept as far as it went
        out.parent.mkdir(parents=True, exist_ok=True)
        transcripts.write(transcripts.Transcript(out, header, tuple(turns)), turns)
        yield turn
