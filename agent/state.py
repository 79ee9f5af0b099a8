"""What travels through the graph. Nodes return only what they change."""

from __future__ import annotations

import operator
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypedDict

import numpy as np

from agent.memory.session import Session
from agent.replies import Card, Reply
from catalog.item import Item
from vocabulary.wish import Constraint, Wish

NEAREST = "nearest kind"
"""Reason of the constraints that stand in for a kind the shop has not; they are the critic's, not the shopper's."""

LEANING = "leaning"
"""Reason of kinds that are searched first though only preferred: nobody who says "a scarf, maybe" wants shoes."""


class Clock:
    """Milliseconds by stage, and what is left of the turn's deadline."""

    def __init__(self, seconds: float) -> None:
        self._start, self._seconds = time.perf_counter(), seconds
        self.ms: dict[str, float] = {}
        self._within = 0.0
        self.spending: Any = None
        """What the turn spent on a language model, from its planner to its speaker; None where none was asked."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the time of the block to a stage, less what stages within it take: all stages sum to at most the total."""
        start, before, self._within = time.perf_counter(), self._within, 0.0
        try:
            yield
        finally:
            spent = (time.perf_counter() - start) * 1000
            self.ms[name] = self.ms.get(name, 0.0) + spent - self._within
            self._within = before + spent

    @property
    def left(self) -> float:
        """Seconds until the deadline, not below 0."""
        return max(0.0, self._seconds - (time.perf_counter() - self._start))

    @property
    def short(self) -> bool:
        """Whether more than half of the time is gone: no new round then."""
        return self.left <= self._seconds / 2

    def total(self) -> dict[str, float]:
        """All stages, and the whole turn as `total`."""
        return {"total": (time.perf_counter() - self._start) * 1000, **self.ms}


@dataclass(frozen=True)
class Request:
    """One turn as it came in. `images`: paths, bytes or PIL pictures; `like`: an item's id.

    `composer`: None for the best that is fitted to the encoder.
    `button`: what a button changed before the turn ("removed: no stripes"); such a turn has no words.
    """

    text: str = ""
    images: tuple[Any, ...] = ()
    like: str | None = None
    k: int = 10
    guard: bool = True
    composer: str | None = None
    planner: str | None = None
    button: str = ""


@dataclass(frozen=True)
class Seen:
    """A photo as it was seen: its hash, vector (dim,), and {facet: {value: probability}}, corrected by the shopper."""

    hash: str
    vector: np.ndarray
    attributes: dict[str, dict[str, float]]
    corrections: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """What the search starts from and comparatives compare with.

    vector (dim,) or None: words alone. `item`: what comparatives of attributes compare with, if it is an item;
    `priced`: what "cheaper" compares with.
    """

    vector: np.ndarray | None = None
    item: Item | None = None
    priced: Item | None = None
    photo: Seen | None = None
    name: str = ""


@dataclass(frozen=True)
class Talk:
    """A turn that is answered without a search: its kind, the items it is about, and what a question asks of them."""

    kind: str
    ids: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Found:
    """What one round brought: what fits, what is unconfirmed, and how the round went.

    allowed: rows whose listing does not contradict the wish; judged, broken: hits the guard saw and refused;
    fidelity: likeness to the reference over the slices that the wish leaves alone (None without a reference);
    narrowed: only what is cheaper (or pricier) than the reference was searched; blame: {constraint key: how many
    refused items failed it}, an item that failed several being shared out among them; query: what ranked, packed.
    """

    fits: tuple[Card, ...] = ()
    unconfirmed: tuple[Card, ...] = ()
    allowed: int = 0
    judged: int = 0
    broken: int = 0
    fidelity: float | None = None
    narrowed: bool = False
    failed: str = ""
    blame: dict[tuple[str, str, str], float] = field(default_factory=dict)
    query: str = ""


class State(TypedDict, total=False):
    """The state of one turn."""

    request: Request
    clock: Clock
    session: Session
    """With the wish of this turn, once Thought is done."""
    planner: str
    goal: Literal["search", "talk"]
    talk: Talk | None
    reference: Reference
    avoid: frozenset[int]
    """Rows that must not be shown."""
    photos: tuple[str, ...]
    """Hashes of the pictures that came with the turn."""
    unknown: tuple[str, ...]
    """Words of the shopper that nothing is known about."""
    refused: tuple[str, ...]
    """Those of them that are not wanted: nothing can leave out what it does not know."""
    unlisted: tuple[str, ...]
    """Those of them that no listing has either."""
    wish: Wish
    """What is searched: the session's wish, less what the critic gave up."""
    narrow: bool
    """Search only what is cheaper (pricier) than the reference, where the wish says so."""
    more: bool
    """The shopper asked for more of the same."""
    compared: bool
    """This very turn asked for something cheaper or dearer."""
    again: bool
    """The critic wants another round."""
    found: Found
    tried: Annotated[tuple[str, ...], operator.add]
    """Fingerprints of the searches made, so that none is made twice."""
    relaxed: tuple[Constraint, ...]
    remarks: tuple[str, ...]
    """What the critic has to say to the shopper, as keys of Speak's templates."""
    question: str | None
    offer: tuple[Constraint, ...] | None
    """What a "yes" to the question would put in force."""
    reply: Reply
    steps: Annotated[tuple[str, ...], operator.add]
    trace: Annotated[tuple[str, ...], operator.add]
    notes: Annotated[tuple[str, ...], operator.add]
