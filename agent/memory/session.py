"""The state that a session keeps between turns."""

from __future__ import annotations

import secrets

from pydantic import BaseModel, ConfigDict

from vocabulary.wish import Constraint, Wish

MAX_UNDO_STEPS = 50
MAX_ROUNDS = 6


def new_session_id() -> str:
    """Return a new session's id; it is secret, because it gives access to the conversation."""
    return secrets.token_urlsafe(24)


class Point(BaseModel):
    """A state of the wish that `undo` can return to."""

    model_config = ConfigDict(frozen=True)

    wish: Wish = Wish()
    price_anchor: str | None = None
    named: bool = False
    rejected: tuple[str, ...] = ()


class Round(BaseModel):
    """A past search: its wish, the items shown, and the query that ranked them.

    query: (dim,) float16 in base64
    """

    model_config = ConfigDict(frozen=True)

    wish: Wish
    shown: tuple[str, ...]
    query: str = ""


class Session(BaseModel):
    """The state of one conversation. Every turn replaces it; it is never changed in place.

    shown: ids shown last, in screen order, so that "the second one" has a meaning
    seen: ids shown for the current wish, which "show more" skips
    rejected: ids that the shopper does not want to see again
    price_anchor: id of the item that "cheaper" compares with
    given_up: facets given up to find anything for the current wish; "show more" may give them up
        again
    offer: the constraints that a "yes" to the last question would apply
    named: whether the shopper named the reference; otherwise it is the first item shown
    notes: what a language model noted about the shopper, oldest first; for the model they are
        data, never instructions
    rounds: the latest searches since the wish was last empty, oldest first
    past: earlier states of the wish, for `undo`, oldest first
    """

    model_config = ConfigDict(frozen=True)

    id: str
    turn: int = 0
    wish: Wish = Wish()
    price_anchor: str | None = None
    named: bool = False
    past: tuple[Point, ...] = ()
    shown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    offer: tuple[Constraint, ...] | None = None
    notes: tuple[str, ...] = ()
    rounds: tuple[Round, ...] = ()

    @property
    def point(self) -> Point:
        """The current state of the wish."""
        return Point(
            wish=self.wish, price_anchor=self.price_anchor, named=self.named, rejected=self.rejected
        )

    def moved(self, point: Point) -> Session:
        """Return the session moved to `point`; `undo` leads back to the current state."""
        if point == self.point:
            return self
        past = (*self.past, self.point)[-MAX_UNDO_STEPS:]
        seen = self.seen if point.wish == self.wish else ()
        return self.model_copy(update={**dict(point), "past": past, "seen": seen})

    def with_constraints(self, constraints: tuple[Constraint, ...]) -> Session:
        """Return the session with these constraints and everything else unchanged."""
        wish = self.wish.with_constraints(constraints)
        return self.moved(self.point.model_copy(update={"wish": wish}))

    def without_item(self, item_id: str) -> Session:
        """Return the session with one more item refused."""
        rejected = tuple(dict.fromkeys((*self.rejected, item_id)))
        return self.moved(self.point.model_copy(update={"rejected": rejected}))

    def agreed(self) -> Session:
        """Return the session with the offer of the last question applied."""
        return self.with_constraints(self.offer or ())

    def undone(self) -> Session | None:
        """Return the session before the last change of its wish, or None if there was none."""
        if not self.past:
            return None
        *before, point = self.past
        return self.model_copy(update={**dict(point), "past": tuple(before), "seen": ()})

    def noted(self, notes: tuple[str, ...]) -> Session:
        """Return the session with these notes added."""
        if not notes:
            return self
        return self.model_copy(update={"notes": tuple(dict.fromkeys((*self.notes, *notes)))})

    def after(self, shown: tuple[str, ...], query: str = "") -> Session:
        """Return the session after `shown`, ranked by `query`, has been displayed."""
        rounds = self.rounds
        if query:
            rounds = (*rounds, Round(wish=self.wish, shown=shown, query=query))[-MAX_ROUNDS:]
        seen = tuple(dict.fromkeys((*self.seen, *shown)))
        return self.model_copy(update={"shown": shown, "seen": seen, "rounds": rounds})

    def settled(self) -> Session:
        """Return the session in its stored form; an empty wish keeps no past searches."""
        if self.rounds and self.wish == Wish():
            return self.model_copy(update={"rounds": ()})
        return self
