"""Faults of a model's service: in plain words for the shopper, and which of them are worth a wait."""

from __future__ import annotations

RETRY_AFTER_MAX_S = 3.0


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


def retry_after(error: Exception) -> float | None:
    """Seconds that a 429 asks to wait, when it says so and it is short enough to obey."""
    import openai

    if not isinstance(error, openai.RateLimitError):
        return None
    try:
        wait = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return wait if 0 <= wait <= RETRY_AFTER_MAX_S else None


def may_have_cost(error: Exception) -> bool:
    """Whether the service may have worked, and bill, though no usage came back: a time-out, a cut or unreadable answer."""
    import openai

    return not isinstance(error, openai.APIStatusError)
