"""Faults of a model's service: plain words for the shopper, and which faults to retry."""

from __future__ import annotations

import openai

MAX_RETRY_AFTER_S = 3.0


def explain(error: Exception) -> str:
    """Return a clause that explains a service fault to the shopper, without secrets."""
    clauses: tuple[tuple[type[Exception], str], ...] = (
        (openai.AuthenticationError, "the language model refused the key (401)"),
        (openai.PermissionDeniedError, "the key may not use this language model (403)"),
        (openai.NotFoundError, "the language model is not known to its server (404)"),
        (openai.RateLimitError, "the language model is busy (429)"),
        (openai.APITimeoutError, "the language model took too long"),
        (openai.APIConnectionError, "the language model cannot be reached"),
    )
    for kind, clause in clauses:
        if isinstance(error, kind):
            return clause
    if isinstance(error, openai.APIStatusError):
        return f"the language model's server failed ({error.status_code})"
    return "the language model's answer could not be read"


def retry_after(error: Exception) -> float | None:
    """Return the seconds that a 429 asks to wait, or None if it names none or too many."""
    if not isinstance(error, openai.RateLimitError):
        return None
    try:
        wait = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return wait if 0 <= wait <= MAX_RETRY_AFTER_S else None


def may_have_cost(error: Exception) -> bool:
    """Return whether the service may bill the call although it reported no usage.

    This applies to time-outs and to answers that were cut off or cannot be read.
    """
    return not isinstance(error, openai.APIStatusError)
