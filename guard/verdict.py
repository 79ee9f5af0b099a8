"""Verdicts on constraints, and what they decide together about showing an item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from vocabulary.wish import HARD, Constraint, PriceRange, alternatives, public_value

Outcome = Literal["met", "broken", "unknown"]
VerdictSource = Literal["listing", "text", "picture", "none"]
Status = Literal["ok", "unconfirmed", "broken"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one item meets one constraint, by which source, and how sure that is (0 to 1).

    confidence: where the verdict is unknown, how probable the picture makes it that the constraint
    is met; 0 with source "none", where there is no evidence. any: the constraint's group of
    alternatives. failed: the guard could not judge, so the item must not be shown.
    """

    facet: str
    op: str
    value: str | PriceRange
    verdict: Outcome
    source: VerdictSource
    confidence: float
    any: int | None = None
    failed: bool = False

    @classmethod
    def on(
        cls,
        constraint: Constraint,
        verdict: Outcome,
        source: VerdictSource,
        confidence: float,
        failed: bool = False,
    ) -> Verdict:
        """Return a verdict on a constraint."""
        return cls(
            constraint.facet,
            constraint.op,
            constraint.value,
            verdict,
            source,
            confidence,
            constraint.any,
            failed,
        )

    def public(self) -> dict[str, Any]:
        """Return the form that replies carry."""
        return {
            "facet": self.facet,
            "op": self.op,
            "value": public_value(self.value),
            "verdict": self.verdict,
            "source": self.source,
            "confidence": round(self.confidence, 4),
        }


def _best(group: Iterable[Verdict]) -> Outcome:
    """Return the outcome of a group of alternatives: that of the best of them."""
    outcomes = {verdict.verdict for verdict in group}
    return "met" if "met" in outcomes else "unknown" if "unknown" in outcomes else "broken"


def status(verdicts: Iterable[Verdict]) -> Status:
    """Return what the verdicts on one item decide together.

    "ok": all hard constraints are met; "broken": one is broken or the guard failed; else
    "unconfirmed". Alternatives (a shared `any`) are met when one of them is, broken when all are.
    `prefer`, `more` and `less` only rank and do not count here.
    """
    verdicts = tuple(verdicts)
    if any(verdict.failed for verdict in verdicts):
        return "broken"
    hard = (verdict for verdict in verdicts if verdict.op in HARD)
    outcomes = {_best(group) for group in alternatives(hard)}
    if "broken" in outcomes:
        return "broken"
    return "unconfirmed" if "unknown" in outcomes else "ok"


@dataclass(frozen=True)
class Judgement(Sequence[tuple[Verdict, ...]]):
    """The verdicts on a list of items: a sequence with one tuple per item, in the order given.

    failed: why the guard could not judge, or None. On failure every verdict is unknown and nothing
    may be shown.
    """

    verdicts: tuple[tuple[Verdict, ...], ...]
    failed: str | None = None

    def __len__(self) -> int:
        return len(self.verdicts)

    @overload
    def __getitem__(self, index: int) -> tuple[Verdict, ...]: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[Verdict, ...], ...]: ...

    def __getitem__(
        self, index: int | slice
    ) -> tuple[Verdict, ...] | tuple[tuple[Verdict, ...], ...]:
        return self.verdicts[index]

    def __iter__(self) -> Iterator[tuple[Verdict, ...]]:
        return iter(self.verdicts)

    def status(self, index: int) -> Status:
        """Return whether item `index` may be shown as fitting, as unconfirmed, or not at all."""
        return "broken" if self.failed is not None else status(self.verdicts[index])
