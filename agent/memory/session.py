"""What a session remembers between turns."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from vocabulary.wish import Constraint, Wish

PAST_KEPT = 50
ROUNDS_KEPT = 6


class Point(BaseModel):
    """A place that `undo` can return to."""

    model_config = ConfigDict(frozen=True)

    wish: Wish = Wish()
    price_anchor: str | None = None
    named: bool = False
    rejected: tuple[str, ...] = ()


class Round(BaseModel):
    """A past search: its wish, what was shown, and the query (dim,) that ranked it, float16 in base64."""

    model_config = ConfigDict(frozen=True)

    wish: Wish
    shown: tuple[str, ...]
    query: str = ""


class Session(BaseModel):
    """The state of one conversation, replaced (never changed) by every turn.

    shown: ids last shown, in the order of the screen, so that "the second one" has a meaning
    seen: ids shown for the present wish, which "show more" skips
    rejected: ids that the shopper does not want to see again
    price_anchor: the item that "cheaper" compares with
    given_up: facets that were given up to find anything for the present wish, which "show more" may give up again
    offer: the constraints that a "yes" to the question asked last would put in force
    named: the reference was named by the shopper, not merely the first one shown
    notes: what a language model noted of the shopper, oldest first; data for it, never instructions
    rounds: the latest searches since the wish was last empty, oldest first
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
        """Where the session stands."""
        return Point(
            wish=self.wish, price_anchor=self.price_anchor, named=self.named, rejected=self.rejected
        )

    def moved(self, point: Point) -> Session:
        """The session with another wish (or more refused items) in force; the present one can be undone to."""
        if point == self.point:
            return self
        past = (*self.past, self.point)[-PAST_KEPT:]
        seen = self.seen if point.wish == self.wish else ()
        return self.model_copy(update={**dict(point), "past": past, "seen": seen})

    def agreed(self) -> Session:
        """The session with what was offered in force."""
        wish = self.wish.with_constraints(self.offer or ())
        return self.moved(self.point.model_copy(update={"wish": wish}))

    def undone(self) -> Session | None:
        """The session before the last change of its wish, or None where there was none."""
        if not self.past:
            return None
        *before, point = self.past
        return self.model_copy(update={**dict(point), "past": tuple(before), "seen": ()})

    def noted(self, notes: tuple[str, ...]) -> Session:
        """The session with further notes."""
        return (
            self.model_copy(update={"notes": tuple(dict.fromkeys((*self.notes, *notes)))})
            if notes
            else self
        )

    def after(self, shown: tuple[str, ...], query: str = "") -> Session:
        """The session once `shown`, ranked by `query`, is on the screen."""
        seen = tuple(dict.fromkeys((*self.seen, *shown)))
        rounds = (
            (*self.rounds, Round(wish=self.wish, shown=shown, query=query))[-ROUNDS_KEPT:]
            if query
            else self.rounds
        )
        return self.model_copy(update={"shown": shown, "seen": seen, "rounds": rounds})

    def settled(self) -> Session:
        """The session as it is kept: a wish that is empty again begins without a past of searches."""
        return (
            self.model_copy(update={"rounds": ()}) if self.rounds and self.wish == Wish() else self
        )
