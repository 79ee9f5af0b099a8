"""A small OpenAI-compatible server on the loopback address with scripted answers.

Replays and tests talk to it over HTTP, so that protocol, budgets and faults are the real ones. It
tells nothing about a model's quality.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from agent.replay import Json

MODEL = "loopback"
CHARS_PER_TOKEN = 4
WORDS_PER_EVENT = 4
PROMPT_TOKENS = 1000
"""The prompt's size that every answer reports."""


class ScriptedServer:
    """Serves one scripted answer per request and repeats the last one. A context manager.

    answers: a list, or a function that makes the answer from the request. An answer is an object
    with

    - `content`: text, or an object to send as JSON text
    - `tool_calls`: [{"name", "arguments"}], the arguments an object or text
    - or `status`, optionally with `headers` and `body`
    - or `raw`: the whole body

    and optionally

    - `delay`: seconds before the answer
    - `pace`: [seconds to the first token, seconds for each further one]
    - `cut`: close the connection in mid-answer

    requests: what was received so far, oldest first.
    """

    def __init__(self, answers: Iterable[Json] | Callable[[Json], Json]) -> None:
        self.script(answers)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def script(self, answers: Iterable[Json] | Callable[[Json], Json]) -> None:
        """Start over with other answers and no requests."""
        self.answers = answers if callable(answers) else list(answers)
        self.requests: list[Json] = []

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

    def next_answer(self, request: Json) -> Json:
        """Note a request and return its answer."""
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
                """Log nothing: stderr belongs to the caller."""

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = server.next_answer(request)
                time.sleep(answer.get("delay", 0))
                try:
                    _answer(self, request, answer)
                except (BrokenPipeError, ConnectionResetError):
                    # the caller ran into its time limit and left
                    self.close_connection = True

        return Handler


def _answer(handler: BaseHTTPRequestHandler, request: Json, answer: Json) -> None:
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
        time.sleep(first + further * (len(_text(answer)) // CHARS_PER_TOKEN))
        _send(handler, 200, body, {}, bool(answer.get("cut")))


def _text(answer: Json) -> str:
    content = answer.get("content", "")
    return content if isinstance(content, str) else json.dumps(content)


def _usage(text: str) -> Json:
    return {
        "prompt_tokens": PROMPT_TOKENS,
        "completion_tokens": max(1, len(text) // CHARS_PER_TOKEN),
        "total_tokens": PROMPT_TOKENS + len(text) // CHARS_PER_TOKEN,
    }


def _completion(request: Json, answer: Json) -> Json:
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


def _calls(request: Json, answer: Json) -> list[Json]:
    """Return tool calls in the protocol's form.

    An id holds the call's place in the conversation, so that it is the same in every replay.
    """
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
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: Json, cut: bool = False
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
    """Send server-sent events of WORDS_PER_EVENT words.

    cut: close half-way, without the end mark. first, further: seconds per token.
    """
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    words = text.split(" ")
    starts = range(0, len(words), WORDS_PER_EVENT)
    pieces = [" ".join(words[start : start + WORDS_PER_EVENT]) for start in starts]
    pieces[:-1] = [f"{piece} " for piece in pieces[:-1]]
    base = {"id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": MODEL}
    time.sleep(first)
    for piece in pieces[: len(pieces) // 2] if cut else pieces:
        time.sleep(further * (len(piece) // CHARS_PER_TOKEN))
        _event(
            handler,
            {**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]},
        )
    if not cut:
        _event(handler, {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        _event(handler, {**base, "choices": [], "usage": _usage(text)})
        handler.wfile.write(b"data: [DONE]\n\n")


def _event(handler: BaseHTTPRequestHandler, data: Json) -> None:
    handler.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
    handler.wfile.flush()
