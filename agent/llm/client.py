"""One chat model behind langchain-openai: structured answers and streams, within a budget, faults in plain words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from agent.llm.ledger import Ledger
from settings import Settings

Schema = TypeVar("Schema", bound=BaseModel)
MAX_TOKENS_OUT = 800
RETRY_AFTER_MAX_S = 3.0


class ModelFailure(Exception):
    """The model did not give a usable answer; the message is fit for the shopper."""


@dataclass
class Budget:
    """What one turn may still spend on the model: calls and seconds."""

    seconds: float
    calls: int = 3
    started: float = field(default_factory=time.monotonic)

    def remaining(self) -> float:
        """Seconds left, may be negative."""
        return self.seconds - (time.monotonic() - self.started)

    def take(self) -> float:
        """Use one call; returns the seconds it may take. Raises ModelFailure when nothing is left."""
        if self.calls <= 0:
            raise ModelFailure("the language model used up its calls for this turn")
        if self.remaining() < 0.2:
            raise ModelFailure("the language model used up its time for this turn")
        self.calls -= 1
        return self.remaining()


def explain(error: Exception) -> str:
    """A fault of the model's service as one clause for the shopper, without secrets."""
    import openai

    if isinstance(error, openai.AuthenticationError):
        return "the language model refused the key (401)"
    if isinstance(error, openai.PermissionDeniedError):
        return "the key may not use this language model (403)"
    if isinstance(error, openai.NotFoundError):
        return "the language model is not known to its server (404)"
    if isinstance(error, openai.RateLimitError):
        return "the language model is busy (429)"
    if isinstance(error, openai.APITimeoutError):
        return "the language model took too long"
    if isinstance(error, openai.APIConnectionError):
        return "the language model cannot be reached"
    if isinstance(error, openai.APIStatusError):
        return f"the language model's server failed ({error.status_code})"
    return "the language model's answer could not be read"


def _retry_after(error: Exception) -> float | None:
    """Seconds that a 429 asks to wait, when it says so and it is short enough to obey."""
    import openai

    if not isinstance(error, openai.RateLimitError):
        return None
    try:
        wait = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return wait if 0 <= wait <= RETRY_AFTER_MAX_S else None


class ModelClient:
    """Calls the configured model. Thread-safe: it keeps no state of a turn."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        from langchain_openai import ChatOpenAI  # slow to load: now, not in the first shopper's turn

        self.model = settings.openai_model
        self.ledger = ledger
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        self._chat = ChatOpenAI(model=self.model, api_key=key, base_url=settings.openai_base_url, max_retries=0,
                                temperature=0, max_tokens=MAX_TOKENS_OUT, stream_usage=True, use_responses_api=False)

    def _check_cap(self) -> None:
        if self.ledger.left() <= 0:
            raise ModelFailure("today's spending cap for the language model is reached")

    def _book(self, message: object) -> None:
        usage = getattr(message, "usage_metadata", None) or {}
        self.ledger.charge(self.model, usage.get("input_tokens", 0), usage.get("output_tokens", 0))

    def structured(self, messages: list, schema: type[Schema], budget: Budget) -> Schema:
        """One answer as `schema` (strict JSON schema). Raises ModelFailure."""
        self._check_cap()
        for _ in range(2):
            runnable = self._chat.with_structured_output(
                schema, method="json_schema", include_raw=True, strict=True, timeout=budget.take())
            try:
                answer = runnable.invoke(messages)
            except Exception as error:  # the edge to a foreign service: every fault becomes a fallback, in words
                wait = _retry_after(error)
                if wait is not None and wait < budget.remaining():
                    time.sleep(wait)
                    continue
                raise ModelFailure(explain(error)) from error
            self._book(answer["raw"])
            if answer["parsed"] is None:
                raise ModelFailure("the language model's answer did not have the agreed form")
            return answer["parsed"]
        raise ModelFailure("the language model is busy (429)")

    def stream(self, messages: list, budget: Budget) -> Iterator[str]:
        """The answer's text in pieces. Raises ModelFailure, possibly after some pieces."""
        self._check_cap()
        seconds = budget.take()
        usage, finished = None, False
        try:
            for piece in self._chat.stream(messages, timeout=seconds):
                usage = piece if getattr(piece, "usage_metadata", None) else usage
                finished = finished or bool(piece.response_metadata.get("finish_reason"))
                if budget.remaining() < 0:
                    raise ModelFailure("the language model took too long")
                if piece.content:
                    yield str(piece.content)
            if not finished:
                raise ModelFailure("the language model's answer was cut off")
        except ModelFailure:
            raise
        except Exception as error:  # as above
            raise ModelFailure(explain(error)) from error
        finally:
            self._book(usage)
