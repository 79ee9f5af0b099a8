"""A wish: what the shopper wants now, as constraints over the vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Op = Literal["require", "exclude", "prefer", "more", "less"]
Source = Literal["words", "photo", "vibe", "memory", "button"]
HARD: frozenset[str] = frozenset({"require", "exclude"})
"""Operators that rule items out; the others only rank."""


class PriceRange(BaseModel):
    """A price interval in the catalogue's currency, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = Field(default=None, ge=0)
    max: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _require_a_bound(self) -> PriceRange:
        if self.min is None and self.max is None:
            raise ValueError("a price range needs min, max or both")
        return self

    def holds(self, price: float) -> bool:
        """Return whether `price` lies within the interval."""
        return (self.min is None or price >= self.min) and (self.max is None or price <= self.max)

    def __str__(self) -> str:
        if self.min is None:
            return f"at most {self.max:g}"
        return f"at least {self.min:g}" if self.max is None else f"{self.min:g} to {self.max:g}"


class Constraint(BaseModel):
    """One condition on one facet.

    `require` and `exclude` are hard; `prefer`, `more` and `less` only rank. Constraints that share
    a number under `any` are alternatives: one of them suffices. `weight` scales the ranking,
    `confidence` is that of whoever read the constraint (words, photo, mood).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    facet: str
    op: Op
    value: str | PriceRange
    source: Source = "words"
    confidence: float = Field(default=1.0, ge=0, le=1)
    any: int | None = None
    weight: float = Field(default=1.0, ge=0)
    reason: str = ""

    @property
    def hard(self) -> bool:
        """Whether an item that breaks it may not be shown."""
        return self.op in HARD

    @property
    def key(self) -> tuple[str, str, str]:
        """Facet, operator and value: what makes two constraints the same wish."""
        return self.facet, self.op, str(self.value)

    def public(self) -> dict[str, Any]:
        """Return the form that replies carry."""
        record = {
            "facet": self.facet,
            "op": self.op,
            "value": public_value(self.value),
            "source": self.source,
            "confidence": round(self.confidence, 4),
        }
        return record if self.any is None else {**record, "any": self.any}


class Wish(BaseModel):
    """All that holds after a turn: constraints, free words, what `more` and `less` compare with.

    reference_id: the item that was named or, failing that, the first one shown; reference_photo:
    name of an uploaded picture of the session. Both None: words alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    constraints: tuple[Constraint, ...] = ()
    words: str = ""
    reference_id: str | None = None
    reference_photo: str | None = None

    # -- questions

    def of(self, *ops: str) -> tuple[Constraint, ...]:
        """Return the constraints with one of these operators, in order."""
        return tuple(c for c in self.constraints if c.op in ops)

    def on(self, facet: str) -> tuple[Constraint, ...]:
        """Return the constraints on one facet, in order."""
        return tuple(c for c in self.constraints if c.facet == facet)

    @property
    def hard(self) -> tuple[Constraint, ...]:
        """The constraints that an item must meet to be shown as fitting."""
        return tuple(c for c in self.constraints if c.hard)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The categories that are required, alternatives included."""
        return required_kinds(self.constraints)

    @property
    def next_group(self) -> int:
        """A number under `any` that no constraint has yet."""
        return next_group(self.constraints)

    def groups(self) -> list[tuple[Constraint, ...]]:
        """Return the hard constraints, alternatives together: a group is met when one member is."""
        return alternatives(self.hard)

    def alternatives_to(self, constraint: Constraint) -> tuple[Constraint, ...]:
        """Return a constraint of this wish with the alternatives that share its group."""
        return tuple(
            c
            for c in self.constraints
            if c == constraint or (constraint.any is not None and c.any == constraint.any)
        )

    # -- changed copies

    def with_constraints(self, constraints: Iterable[Constraint]) -> Wish:
        """Return a copy with these constraints instead of its own."""
        return self.model_copy(update={"constraints": tuple(constraints)})

    def adding(self, *constraints: Constraint) -> Wish:
        """Return a copy with further constraints at the end."""
        return self.with_constraints((*self.constraints, *constraints))

    def without(self, unwanted: Collection[Constraint]) -> Wish:
        """Return a copy without these constraints."""
        return self.with_constraints(c for c in self.constraints if c not in unwanted)


class _Grouped(Protocol):
    @property
    def any(self) -> int | None: ...


G = TypeVar("G", bound=_Grouped)


def alternatives(constraints: Iterable[G]) -> list[tuple[G, ...]]:
    """Group what shares a number under `any`; whatever has none is a group by itself.

    Takes constraints or verdicts on them. Groups stand in the order of their first members.
    """
    grouped: dict[Hashable, list[G]] = {}
    for position, constraint in enumerate(constraints):
        key = ("alone", position) if constraint.any is None else ("any", constraint.any)
        grouped.setdefault(key, []).append(constraint)
    return [tuple(group) for group in grouped.values()]


def next_group(constraints: Iterable[Constraint]) -> int:
    """Return a number under `any` that none of the constraints has."""
    return 1 + max((c.any for c in constraints if c.any is not None), default=0)


def required_kinds(constraints: Iterable[Constraint]) -> tuple[str, ...]:
    """Return the categories that are required, alternatives included, in order."""
    return tuple(str(c.value) for c in constraints if c.facet == "category" and c.op == "require")


def public_value(value: str | PriceRange) -> str | dict[str, float]:
    """Return a constraint's value as replies carry it: a range without its open end."""
    return value.model_dump(exclude_none=True) if isinstance(value, PriceRange) else value
