"""A wish: what the shopper wants now, as constraints over the vocabulary."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Op = Literal["require", "exclude", "prefer", "more", "less"]
Source = Literal["words", "photo", "vibe", "memory", "button"]
HARD: frozenset[str] = frozenset({"require", "exclude"})


class PriceRange(BaseModel):
    """A price interval in the catalogue's currency, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = Field(default=None, ge=0)
    max: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _an_end(self) -> PriceRange:
        if self.min is None and self.max is None:
            raise ValueError("a price range needs min, max or both")
        return self

    def holds(self, price: float) -> bool:
        """Whether `price` lies within the interval."""
        return (self.min is None or price >= self.min) and (self.max is None or price <= self.max)

    def __str__(self) -> str:
        if self.min is None:
            return f"at most {self.max:g}"
        return f"at least {self.min:g}" if self.max is None else f"{self.min:g} to {self.max:g}"


class Constraint(BaseModel):
    """One condition on one facet.

    `require` and `exclude` are hard, `prefer`, `more` and `less` only rank. Constraints that share a number under
    `any` are alternatives: one of them suffices. `weight` scales what ranks; `confidence` is the reader's.
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
        """What makes two constraints the same wish."""
        return self.facet, self.op, str(self.value)

    def public(self) -> dict:
        """The form that replies carry."""
        value = (
            self.value.model_dump(exclude_none=True)
            if isinstance(self.value, PriceRange)
            else self.value
        )
        record = {
            "facet": self.facet,
            "op": self.op,
            "value": value,
            "source": self.source,
            "confidence": round(self.confidence, 4),
        }
        return record if self.any is None else {**record, "any": self.any}


class Wish(BaseModel):
    """All that holds after a turn: constraints, the words in force and what `more`/`less` compare with.

    reference_id: the item that was named or, failing that, the first one shown; reference_photo: index of an
    uploaded picture of the session. Both None: words alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    constraints: tuple[Constraint, ...] = ()
    words: str = ""
    reference_id: str | None = None
    reference_photo: str | None = None

    def of(self, *ops: str) -> tuple[Constraint, ...]:
        """The constraints with one of these ops, in order."""
        return tuple(c for c in self.constraints if c.op in ops)

    def on(self, facet: str) -> tuple[Constraint, ...]:
        """The constraints on one facet, in order."""
        return tuple(c for c in self.constraints if c.facet == facet)

    @property
    def hard(self) -> tuple[Constraint, ...]:
        """What an item must meet to be shown as fitting."""
        return tuple(c for c in self.constraints if c.hard)

    def groups(self) -> list[tuple[Constraint, ...]]:
        """Hard constraints, alternatives together: each group is met when one member is."""
        grouped: dict[object, list[Constraint]] = {}
        for number, constraint in enumerate(self.hard):
            key = ("one", number) if constraint.any is None else ("any", constraint.any)
            grouped.setdefault(key, []).append(constraint)
        return [tuple(group) for group in grouped.values()]
