"""A client for one chat model, called through langchain-openai and within a budget.

Faults of the service are reported in plain words.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from agent.llm.budget import PLAN, SPEAK, Budget, ModelFailureError, Phase
from agent.llm.cache import Cache
from agent.llm.faults import explain, may_have_cost, retry_after
from agent.llm.ledger import Ledger, price_of
from settings import Settings

MAX_TOKENS_OUT = 800
MIN_TOKENS_OUT = 100
"""Minimum number of tokens left for the answer for a call to begin."""
CHARS_PER_TOKEN = 4
"""Used for estimates before a call; after it, the service's own count is charged."""
TOKENS_PER_PICTURE = 300
"""Estimate for a picture; OpenAI counts 85 + 170 tokens for one of 512 pixels."""


@dataclass(frozen=True)
class Call:
    """A tool call by the model.

    args: None if they were not a JSON object
    """

    id: str
    name: str
    args: dict[str, Any] | None


@dataclass(frozen=True)
class Answer:
    """The model's answer: tool calls, or text.

    parsed: the text, parsed into the agreed form
    problem: why the text does not have that form
    """

    text: str
    calls: tuple[Call, ...] = ()
    parsed: BaseModel | None = None
    problem: str = ""


def response_format(schema: type[BaseModel]) -> dict[str, Any]:
    """Return the request field that asks for strict structured output.

    `schema` must forbid extra fields and have no defaults.
    """
    return {
        "type": "json_schema",
        "json_schema": {
            "name": schema.__name__,
            "strict": True,
            "schema": schema.model_json_schema(),
        },
    }


def estimated(messages: Sequence[dict[str, Any]], *more: object) -> int:
    """Estimate the number of tokens of a request."""
    parts = [part for m in messages if isinstance(m["content"], list) for part in m["content"]]
    pictures = [part for part in parts if part["type"] == "image_url"]
    chars = len(json.dumps([messages, more])) - sum(len(json.dumps(part)) for part in pictures)
    return chars // CHARS_PER_TOKEN + TOKENS_PER_PICTURE * len(pictures)


class ModelClient:
    """Client of the configured model. Thread-safe; caches the answers to identical requests."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        # takes seconds to import: only if a model is configured, and before the first turn
        from langchain_openai import ChatOpenAI

        self.model = settings.openai_model
        self.ledger, self.cache = ledger, Cache()
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        self._chat = ChatOpenAI(
            model=self.model,
            api_key=key,
            base_url=settings.openai_base_url,
            max_retries=0,
            temperature=0,
            stream_usage=True,
            use_responses_api=False,
        )

    def ask(
        self,
        messages: Sequence[dict[str, Any]],
        schema: type[BaseModel],
        budget: Budget,
        phase: Phase = PLAN,
        tools: Sequence[type[BaseModel]] = (),
        may_call: bool = True,
    ) -> Answer:
        """Return one answer: tool calls, or text that should be JSON for `schema`.

        Only usable answers are cached. Raises ModelFailureError if there is no answer.

        may_call: False sends the tools for reference only, so that the model must answer
        """
        form = response_format(schema)
        key = self.cache.key(
            [self.model, messages, form, [t.model_json_schema() for t in tools], may_call]
        )
        known = self.cache.get(key)
        if isinstance(known, Answer):
            budget.open(phase, 0, 0.0)
            budget.cached += 1
            return known
        # Passed as an argument, `response_format` would make the client parse the answer, and one
        # malformed tool call would lose all of it. Passed in the body, it reaches the server just
        # the same, and the answer is checked here.
        options = {"extra_body": {"response_format": form}}
        if tools:
            chat = self._chat.bind_tools(
                list(tools),
                strict=True,
                parallel_tool_calls=False,
                tool_choice=None if may_call else "none",
                **options,
            )
        else:
            chat = self._chat.bind(**options)
        size = estimated(messages, form, [t.model_json_schema() for t in tools])
        answer = _read(self._send(chat, messages, size, budget, phase), schema)
        if answer.calls or answer.parsed is not None:
            self.cache.put(key, answer)
        return answer

    def _send(
        self, chat: Any, messages: Sequence[dict[str, Any]], size: int, budget: Budget, phase: Phase
    ) -> Any:
        """Return the model's message; a 429 that names a short wait is retried once."""
        start = time.monotonic()
        try:
            for last in (False, True):
                seconds = self._open(budget, phase, size)
                try:
                    message = chat.invoke(
                        list(messages), timeout=seconds, max_tokens=self._room(budget, size)
                    )
                except (
                    Exception
                ) as error:  # an external service: any fault must lead to the fallback
                    wait = retry_after(error)
                    if wait is not None and not last and wait < seconds:
                        time.sleep(wait)
                        continue
                    if may_have_cost(error):
                        self._book(None, size, 0, budget)
                    raise ModelFailureError(explain(error)) from error
                self._book(message, size, len(str(message.content)) // CHARS_PER_TOKEN, budget)
                return message
        finally:
            budget.seconds += time.monotonic() - start
        raise ModelFailureError("the language model is busy (429)")

    def stream(
        self, messages: Sequence[dict[str, Any]], budget: Budget, phase: Phase = SPEAK
    ) -> Iterator[str]:
        """Yield the answer's text in pieces.

        Raises ModelFailureError if the model fails, possibly after some pieces.
        """
        key = self.cache.key([self.model, messages])
        known = self.cache.get(key)
        if isinstance(known, str):
            budget.open(phase, 0, 0.0)
            budget.cached += 1
            yield known
            return
        size = estimated(messages)
        seconds = self._open(budget, phase, size)
        start, pieces, usage, finished = time.monotonic(), list[str](), None, False
        deadline = start + seconds
        try:
            for piece in self._chat.stream(
                list(messages), timeout=seconds, max_tokens=self._room(budget, size)
            ):
                usage = piece if getattr(piece, "usage_metadata", None) else usage
                finished = finished or bool(piece.response_metadata.get("finish_reason"))
                if time.monotonic() > deadline:
                    raise ModelFailureError("the language model took too long")
                if piece.content:
                    pieces.append(str(piece.content))
                    yield pieces[-1]
            if not finished:
                raise ModelFailureError("the language model's answer was cut off")
            self.cache.put(key, "".join(pieces))
        except ModelFailureError:
            raise
        except Exception as error:  # an external service, as above
            if not pieces and not may_have_cost(error):
                size = 0
            raise ModelFailureError(explain(error)) from error
        finally:
            budget.seconds += time.monotonic() - start
            if size or usage is not None:
                self._book(usage, size, len("".join(pieces)) // CHARS_PER_TOKEN, budget)

    def _open(self, budget: Budget, phase: Phase, size: int) -> float:
        """Begin a call of about `size` input tokens and return the seconds that it may take.

        Raises ModelFailureError if the budget or the daily cap is reached.
        """
        if self.ledger.left() <= 0:
            raise ModelFailureError("today's spending cap for the language model is reached")
        return budget.open(phase, size + MIN_TOKENS_OUT, size * price_of(self.model)[0] / 1e6)

    def _room(self, budget: Budget, size: int) -> int:
        """Return the maximum number of tokens of an answer."""
        price = price_of(self.model)[1]
        paid = (
            (budget.limits.usd - budget.usd - size * price_of(self.model)[0] / 1e6) / price * 1e6
            if price
            else MAX_TOKENS_OUT
        )
        return max(1, min(MAX_TOKENS_OUT, budget.tokens_left() - size, int(paid)))

    def _book(self, message: object, tokens_in: int, tokens_out: int, budget: Budget) -> None:
        """Charge a call by the service's count, else by the estimate, so that caps fail closed."""
        usage = getattr(message, "usage_metadata", None) or {}
        tokens_in, tokens_out = (
            usage.get("input_tokens", tokens_in),
            usage.get("output_tokens", tokens_out),
        )
        budget.tokens += tokens_in + tokens_out
        budget.usd += self.ledger.charge(self.model, tokens_in, tokens_out)


def _read(message: Any, schema: type[BaseModel]) -> Answer:
    """Read the model's message. Raises ModelFailureError if it is a refusal."""
    if message.additional_kwargs.get("refusal"):
        raise ModelFailureError("the language model declined to answer")
    calls_made = [
        (c.get("id"), c.get("name"), c.get("args") if isinstance(c.get("args"), dict) else None)
        for c in message.tool_calls
    ]
    calls_made += [(c.get("id"), c.get("name"), None) for c in message.invalid_tool_calls]
    calls = tuple(
        Call(id_ or f"call_{n}", name or "", args) for n, (id_, name, args) in enumerate(calls_made)
    )
    text = str(message.content or "")
    if calls:
        return Answer(text, calls)
    try:
        return Answer(text, parsed=schema.model_validate_json(text))
    except ValidationError as error:
        return Answer(text, problem=validation_problem(error))


def validation_problem(error: ValidationError) -> str:
    """Describe what is wrong with an answer's form, so that the model can correct it."""
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}" for e in error.errors()[:5]
    )[:500]
