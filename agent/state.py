"""The state that travels through the graph. Nodes return only what they change."""

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
"""Reason of constraints with which the critic replaced a kind that the shop does not have."""

LEANING = "leaning"
"""Reason of kinds that are searched first though only preferred.

Nobody who says "a scarf, maybe" wants shoes.
"""

Update = dict[str, Any]
"""What a node returns: the fields of `State` that it changes."""


class Clock:
    """Milliseconds by stage, and the time left until the turn's deadline.

    seconds: the deadline, from now.
    """

    def __init__(self, seconds: float) -> None:
        self._start, self._seconds = time.perf_counter(), seconds
        self.ms: dict[str, float] = {}
        self._within = 0.0
        self.spending: Any = None
        """The turn's `Budget` for a language model, from its planner to its speaker; None without
        one.
        """

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage.

        Stages within it do not count twice: all stages sum to at most the total.
        """
        start, before, self._within = time.perf_counter(), self._within, 0.0
        try:
            yield
        finally:
            spent = (time.perf_counter() - start) * 1000
            self.ms[name] = self.ms.get(name, 0.0) + spent - self._within
            self._within = before + spent

    @property
    def left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self._seconds - (time.perf_counter() - self._start))

    @property
    def short(self) -> bool:
        """Whether more than half of the time is gone, so that no new round begins."""
        return self.left <= self._seconds / 2

    def total(self) -> dict[str, float]:
        """Return all stages, and the whole turn as `total`."""
        return {"total": (time.perf_counter() - self._start) * 1000, **self.ms}


@dataclass(frozen=True)
class Request:
    """One turn as it came in.

    images: paths, bytes or PIL pictures
    like: id of an item that results should resemble
    composer: None for the best one that is fitted to the encoder
    button: what a button changed ("removed: no stripes"); such a turn has no words
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
    """What was seen in a photo.

    hash: names the photo, or a combination of several (see `agent.wish.references`)
    vector: (dim,)
    attributes: {facet: {value: probability}}
    corrections: {facet: value or None} by the shopper
    """

    hash: str
    vector: np.ndarray
    attributes: dict[str, dict[str, float]]
    corrections: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """What the search starts from and comparatives compare with.

    vector: (dim,), or None if the turn has words alone
    item: what comparatives of attributes compare with, unless that is a photo
    priced: what "cheaper" compares with
    """

    vector: np.ndarray | None = None
    item: Item | None = None
    priced: Item | None = None
    photo: Seen | None = None
    name: str = ""


@dataclass(frozen=True)
class Talk:
    """A turn that is answered without a search.

    ids: the items that it is about
    constraints, text: what a question asks about them
    """

    kind: str
    ids: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Found:
    """The outcome of one round: what fits, what is unconfirmed, and how the round went.

    allowed: number of rows whose listing does not contradict the wish
    judged, broken: number of hits that the guard judged, and of those that it refused
    fidelity: likeness to the reference over the slices that the wish leaves alone; None without one
    narrowed: only what is cheaper (or dearer) than the reference was searched
    failed: why the check failed, or ""
    blame: {constraint key: refused items that broke it}; an item that broke several counts in parts
    query: the ranking query, packed
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
    """Has the wish of this turn in force once Thought is done."""
    planner: str
    goal: Literal["search", "talk"]
    talk: Talk | None
    reference: Reference
    avoid: frozenset[int]
    """Rows that must not be shown."""
    photos: tuple[str, ...]
    """Hashes of the pictures that came with the turn."""
    unknown: tuple[str, ...]
    """Words of the shopper that are not in the vocabulary."""
    refused: tuple[str, ...]
    """Those of them that the shopper does not want; they cannot be checked."""
    unlisted: tuple[str, ...]
    """Those of them that occur in no listing."""
    wish: Wish
    """The wish that is searched: the session's, less what the critic gave up."""
    narrow: bool
    """Search only what is cheaper (dearer) than the reference, if the wish says so."""
    more: bool
    """The shopper asked for more of the same."""
    compared: bool
    """This very turn asked for something cheaper or dearer."""
    again: bool
    """The critic asks for another round."""
    found: Found
    tried: Annotated[tuple[str, ...], operator.add]
    """Fingerprints of the searches so far; none is made twice."""
    relaxed: tuple[Constraint, ...]
    remarks: tuple[str, ...]
    """The critic's remarks for the shopper, as keys of Speak's templates."""
    question: str | None
    offer: tuple[Constraint, ...] | None
    """The constraints that a "yes" to the question would put in force."""
    reply: Reply
    steps: Annotated[tuple[str, ...], operator.add]
    trace: Annotated[tuple[str, ...], operator.add]
    notes: Annotated[tuple[str, ...], operator.add]
