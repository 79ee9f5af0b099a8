"""What a turn may spend on the model: rounds, tokens, seconds and dollars, and what of it is spent."""

from __future__ import annotations

from dataclasses import dataclass

from agent.state import Clock
from settings import Settings

SHORTEST_S = 0.2
"""No call is begun with less time than this."""


class ModelFailure(Exception):
    """The model did not give a usable answer; the message is a clause fit for the shopper."""


@dataclass(frozen=True)
class Limits:
    """The most that one turn may spend. A round is one request to the model."""

    rounds: int
    tokens: int
    seconds: float
    usd: float

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """As the settings have them."""
        return cls(
            settings.model_rounds, settings.model_tokens, settings.model_seconds, settings.model_usd
        )


@dataclass(frozen=True)
class Phase:
    """The part of a budget that one stage may use: rounds left for later stages, and its share of the seconds."""

    spare_rounds: int = 0
    share: float = 1.0


PLAN = Phase(spare_rounds=1, share=0.67)
SPEAK = Phase()


@dataclass
class Budget:
    """One turn's spending, from the first planning call to the last word."""

    limits: Limits
    clock: Clock
    rounds: int = 0
    cached: int = 0
    tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    def rounds_left(self, phase: Phase) -> int:
        """Requests that a stage may still make. The first is never spared away."""
        return max(
            self.limits.rounds
            - (phase.spare_rounds if self.limits.rounds > 1 else 0)
            - self.rounds,
            0,
        )

    def seconds_left(self, phase: Phase) -> float:
        """Seconds that a stage may still take, also within the turn's deadline; may be negative."""
        return min(self.limits.seconds * phase.share - self.seconds, self.clock.left)

    def tokens_left(self) -> int:
        """Tokens, in and out, that may still be spent."""
        return max(self.limits.tokens - self.tokens, 0)

    def open(self, phase: Phase, tokens_in: int, usd: float) -> float:
        """Begin a round of so many tokens at least; returns the seconds it may take. Raises ModelFailure, in words."""
        if self.rounds_left(phase) <= 0:
            raise ModelFailure("the language model used up its rounds for this turn")
        if self.seconds_left(phase) < SHORTEST_S:
            raise ModelFailure("the language model used up its time for this turn")
        if tokens_in >= self.tokens_left():
            raise ModelFailure("the language model used up its tokens for this turn")
        if self.usd + usd > self.limits.usd:
            raise ModelFailure("the language model used up its money for this turn")
        self.rounds += 1
        return self.seconds_left(phase)

    def line(self) -> str:
        """What is spent of what is allowed, for the trace."""
        cache = f" ({self.cached} from the cache)" if self.cached else ""
        return (
            f"model: {self.rounds} of {self.limits.rounds} rounds{cache}, {_thousands(self.tokens)} of "
            f"{_thousands(self.limits.tokens)} tokens, {self.seconds:.1f} of {self.limits.seconds:g} s, "
            f"{dollars(self.usd)} of {dollars(self.limits.usd)}"
        )


def _thousands(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.1f}k".replace(".0k", "k")


def dollars(usd: float) -> str:
    """ "$0.004", "$0.05", "$5"."""
    if usd and usd < 0.01:
        return f"${usd:.4f}".rstrip("0")
    return f"${usd:.2f}".removesuffix(".00")
