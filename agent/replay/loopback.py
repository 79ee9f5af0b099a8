"""A small OpenAI-compatible server on the loopback address that gives scripted answers.

Replays and tests talk to it over real HTTP, so that the protocol, the budgets and the faults are the real ones. What
it says is scripted: it measures nothing of a model's quality.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "loopback"
CHARS_A_TOKEN = 4


class ScriptedServer:
    """Serves one scripted answer a request, in order; when they run out, the last one again.

    An answer is a dict: `content` (text, or an object sent as JSON text), `tool_calls` ([{"name", "arguments"}], the
    arguments an object or text), or `status` with optional `headers` and `body`; optional `delay` (seconds before
    answering), `pace` ([seconds to the first token, seconds for each further one]), `cut` (the connection is closed in
    mid-answer), `raw` (sent as the whole body). In place of a list, a function may make the answer from the request.
    Requests are kept in `requests`. Use as a context manager.
    """

    def __init__(self, answers: Iterable[dict] | Callable[[dict], dict]) -> None:
        self.script(answers)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def script(self, answers: Iterable[dict] | Callable[[dict], dict]) -> None:
        """Begin anew with other answers."""
        self.answers = answers if callable(answers) else list(answers)
        self.requests: list[dict] = []

    @property
    def url(self) -> str:
        """The base URL to configure."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def next_answer(self, request: dict) -> dict:
        """Keep a request, give its answer."""
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
        if callable(self.answers):
            return self.answers(request)
        if not self.answers:
            return {"status": 500, "body": {"error": {"message": "no answer is scripted"}}}
        return self.answers[min(number, len(self.answers) - 1)]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                """Silent: stderr belongs to the caller."""

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = server.next_answer(request)
                time.sleep(answer.get("delay", 0))
                try:
                    _answer(self, request, answer)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the caller ran into its time limit and left

        return Handler


def _answer(handler: BaseHTTPRequestHandler, request: dict, answer: dict) -> None:
    if "status" in answer:
        body = json.dumps(answer.get("body", {"error": {"message": "scripted fault"}})).encode()
        _send(handler, answer["status"], body, answer.get("headers", {}))
    elif "raw" in answer:
        _send(handler, 200, answer["raw"].encode(), {})
    elif request.get("stream"):
        _stream(handler, _text(answer), bool(answer.get("cut")), *answer.get("pace", (0, 0)))
    else:
        body = json.dumps(_completion(request, answer)).encode()
        first, further = answer.get("pace", (0, 0))
        time.sleep(first + further * (len(_text(answer)) // CHARS_A_TOKEN))
        _send(handler, 200, body, {}, bool(answer.get("cut")))


def _text(answer: dict) -> str:
    content = answer.get("content", "")
    return content if isinstance(content, str) else json.dumps(content)


def _usage(text: str) -> dict:
    return {
        "prompt_tokens": 1000,
        "completion_tokens": max(1, len(text) // 4),
        "total_tokens": 1000 + len(text) // 4,
    }


def _completion(request: dict, answer: dict) -> dict:
    text, calls = _text(answer), _calls(request, answer)
    message = {
        "role": "assistant",
        "content": text or None,
        **({"tool_calls": calls} if calls else {}),
    }
    return {
        "id": "scripted",
        "object": "chat.completion",
        "created": 0,
        "model": request.get("model", MODEL),
        "choices": [
            {"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}
        ],
        "usage": _usage(text),
    }


def _calls(request: dict, answer: dict) -> list[dict]:
    """Tool calls as the protocol has them; their ids tell their place in the conversation, the same in every replay."""
    place = len(request.get("messages", ()))
    return [
        {
            "id": f"call_{place}_{number}",
            "type": "function",
            "function": {
                "name": call["name"],
                "arguments": call["arguments"]
                if isinstance(call["arguments"], str)
                else json.dumps(call["arguments"]),
            },
        }
        for number, call in enumerate(answer.get("tool_calls", ()))
    ]


def _send(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict, cut: bool = False
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, str(value))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2] if cut else body)
    handler.close_connection = handler.close_connection or cut


def _stream(
    handler: BaseHTTPRequestHandler, text: str, cut: bool, first: float, further: float
) -> None:
    """Server-sent events, a few words each; `cut` closes half-way without the end mark; first, further: seconds a token."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    words = text.split(" ")
    pieces = [
        " ".join(words[i : i + 4]) + (" " if i + 4 < len(words) else "")
        for i in range(0, len(words), 4)
    ]
    base = {"id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": MODEL}
    time.sleep(first)
    for piece in pieces[: len(pieces) // 2] if cut else pieces:
        time.sleep(further * (len(piece) // CHARS_A_TOKEN))
        _event(
            handler,
            {**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]},
        )
    if not cut:
        _event(handler, {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        _event(handler, {**base, "choices": [], "usage": _usage(text)})
        handler.wfile.write(b"data: [DONE]\n\n")


def _event(handler: BaseHTTPRequestHandler, data: dict) -> None:
    handler.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
    handler.wfile.flush()
