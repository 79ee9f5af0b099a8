"""A turn's budget for the model: rounds, tokens, seconds and dollars."""

from __future__ import annotations

from dataclasses import dataclass

from agent.state import Clock
from settings import Settings

MIN_CALL_S = 0.2
"""Minimum time left for a call to begin."""


class ModelFailureError(Exception):
    """Raised if the model gives no usable answer; the message is a clause for the shopper."""


@dataclass(frozen=True)
class Limits:
    """Limits of one turn. A round is one request to the model."""

    rounds: int
    tokens: int
    seconds: float
    usd: float

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits that the settings give."""
        return cls(
            settings.model_rounds, settings.model_tokens, settings.model_seconds, settings.model_usd
        )


@dataclass(frozen=True)
class Phase:
    """The part of a budget that one stage may use.

    spare_rounds: rounds reserved for later stages
    share: fraction of the seconds
    """

    spare_rounds: int = 0
    share: float = 1.0


PLAN = Phase(spare_rounds=1, share=0.67)
SPEAK = Phase()


@dataclass
class Budget:
    """One turn's spending, from the first planning call to the last word of the reply."""

    limits: Limits
    clock: Clock
    rounds: int = 0
    cached: int = 0
    tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    def rounds_left(self, phase: Phase) -> int:
        """Return how many requests a stage may still make; at least one of the turn's first."""
        return max(
            self.limits.rounds
            - (phase.spare_rounds if self.limits.rounds > 1 else 0)
            - self.rounds,
            0,
        )

    def seconds_left(self, phase: Phase) -> float:
        """Return the seconds that a stage may take, within the turn's deadline; may be negative."""
        return min(self.limits.seconds * phase.share - self.seconds, self.clock.left)

    def tokens_left(self) -> int:
        """Return the tokens, in and out, that may still be spent."""
        return max(self.limits.tokens - self.tokens, 0)

    def open(self, phase: Phase, tokens_in: int, usd: float) -> float:
        """Begin a round and return the seconds that it may take.

        Raises ModelFailureError if a limit is reached.

        tokens_in, usd: the minimum cost of the round
        """
        if self.rounds_left(phase) <= 0:
            raise ModelFailureError("the language model used up its rounds for this turn")
        if self.seconds_left(phase) < MIN_CALL_S:
            raise ModelFailureError("the language model used up its time for this turn")
        if tokens_in >= self.tokens_left():
            raise ModelFailureError("the language model used up its tokens for this turn")
        if self.usd + usd > self.limits.usd:
            raise ModelFailureError("the language model used up its money for this turn")
        self.rounds += 1
        return self.seconds_left(phase)

    def line(self) -> str:
        """Describe what has been spent of what is allowed, for the trace."""
        cache = f" ({self.cached} from the cache)" if self.cached else ""
        return (
            f"model: {self.rounds} of {self.limits.rounds} rounds{cache}, "
            f"{_thousands(self.tokens)} of {_thousands(self.limits.tokens)} tokens, "
            f"{self.seconds:.1f} of {self.limits.seconds:g} s, "
            f"{dollars(self.usd)} of {dollars(self.limits.usd)}"
        )


def _thousands(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.1f}k".replace(".0k", "k")


def dollars(usd: float) -> str:
    """Format an amount: "$0.004", "$0.05", "$5"."""
    if usd and usd < 0.01:
        return f"${usd:.4f}".rstrip("0")
    return f"${usd:.2f}".removesuffix(".00")
