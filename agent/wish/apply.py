"""Application of a turn to the wish: constraints, reference, and what "cheaper" refers to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import vocabulary
from agent.language import Reading
from agent.memory.session import Point, Session
from agent.photo_reader import likely_kinds, top, wishes
from agent.planner import Plan
from agent.state import LEANING, Seen
from agent.wish.merge import COMPARATIVES, LASTING, merge, worn
from agent.wish.pointing import pointed, precise
from catalog.item import Item
from vocabulary.wish import Constraint, Source, Wish

MAX_WORDS_CHARS = 400
"""Characters of words beyond the vocabulary that a wish carries on."""

Constraints = tuple[Constraint, ...]


@dataclass(frozen=True)
class TurnInput:
    """A turn's input once it is read.

    photo: the turn's picture, or several blended; like: a tapped item; page: the items shown.
    """

    plan: Plan
    photo: Seen | None
    like: Item | None
    page: tuple[Item, ...]
    notes: tuple[str, ...]

    @property
    def reading(self) -> Reading:
        """What the planner read in the words."""
        return self.plan.reading

    @property
    def stated(self) -> tuple[Constraint, ...]:
        """What the words ask for; "do you have leather jackets?" asks for them too."""
        question = self.reading.intent("question")
        return self.reading.constraints or (question.constraints if question is not None else ())

    @property
    def subject(self) -> Item | None:
        """The shown item that the turn starts from: tapped, or pointed at and not refused."""
        if self.like is not None or self.reading.intent("not_these"):
            return self.like
        return next(iter(pointed(self.reading.mentions, self.page)), None)

    @property
    def refused(self) -> tuple[Item, ...]:
        """What "not these" points at: the named items, else all that is shown."""
        if self.like is not None or not self.reading.intent("not_these"):
            return ()
        named = [m for m in self.reading.mentions if precise(m)]
        return tuple(pointed(named, self.page)) or self.page


def apply_turn(session: Session, turn: TurnInput) -> Session:
    """Return the session with the turn's wish in force; undo and "start over" are obeyed."""
    if turn.reading.intent("undo"):
        return session.undone() or session
    if turn.reading.intent("start_over"):
        session = session.moved(Point())
    return session.moved(_point(session, turn))


def leaning(wish: Wish, photo: Seen | None) -> Wish:
    """Return the wish to search first, where the shopper requires no kind.

    "A scarf, maybe" searches scarves first. A photo searches its likeliest kinds first, even where
    none is likely enough for a chip; a kind that the shopper took away is not leant to either.
    """
    if wish.kinds:
        return wish
    refused = [str(c.value) for c in wish.on("category") if c.op == "exclude"]
    kinds = [
        kind
        for kind in _leanings(wish, photo)
        if not any(vocabulary.covers("category", value, kind) for value in refused)
    ]
    group = wish.next_group
    return wish.adding(
        *(
            Constraint(facet="category", op="require", value=kind, any=group, reason=LEANING)
            for kind in kinds
        )
    )


def _leanings(wish: Wish, photo: Seen | None) -> Sequence[str]:
    """Return the kinds that words or else the photo lean towards."""
    preferred = [c for c in wish.on("category") if c.op == "prefer"]
    by_words = [str(c.value) for c in preferred if c.source == "words"]
    if by_words or photo is None:
        return by_words
    without_chip = "category" not in photo.corrections and not top(photo, "category")
    by_photo = without_chip or any(c.source == "photo" for c in preferred)
    return likely_kinds(photo) if by_photo else ()


def _with_alternatives(kept: Constraints, turn: TurnInput) -> Constraints:
    """Return what the turn states; "or grey" after "navy" adds an alternative to the old wish."""
    stated = turn.stated
    facets = {c.facet for c in stated}
    starts_with_or = turn.reading.text.strip().lower().startswith("or ")
    if not starts_with_or or len(facets) != 1 or any(c.op != "require" for c in stated):
        return stated
    before = tuple(
        c for c in kept if c.op == "require" and c.facet in facets and c.source == "words"
    )
    return tuple(c.model_copy(update={"any": 1}) for c in (*before, *stated)) if before else stated


def _without_vibe_kinds(stated: Constraints, kept: Constraints, turn: TurnInput) -> Constraints:
    """Drop the kind that a vibe would bring, where a picture or earlier words tell the kind."""
    kind_known = (
        turn.photo is not None
        or turn.subject is not None
        or any(c.facet == "category" for c in kept)
    )
    if not kind_known:
        return stated
    return tuple(c for c in stated if not (c.facet == "category" and c.source == "vibe"))


def _point(session: Session, turn: TurnInput) -> Point:
    reading, old = turn.reading, session.wish
    kept = tuple(
        c for c in _start(old, turn) if c.op == "exclude" or c.facet not in reading.replaced
    )
    stated = _without_vibe_kinds(_with_alternatives(kept, turn), kept, turn)
    merged = old.with_constraints(merge(kept, stated, reading.drop))
    wish = merged.model_copy(update={"words": _words(old, turn)})
    wish, named = _with_reference(wish, session, turn)
    rejected = dict.fromkeys((*session.rejected, *(item.id for item in turn.refused)))
    return Point(
        wish=wish,
        price_anchor=_price_anchor(wish, session, turn),
        named=named,
        rejected=tuple(rejected),
    )


def _start(old: Wish, turn: TurnInput) -> Constraints:
    """Return what of the old wish a turn starts from.

    A new photo replaces the old picture and what described it. With any new reference, comparisons
    with the old one end.
    """
    if turn.photo is None and turn.subject is None:
        return old.constraints
    lasting = tuple(c for c in old.constraints if c.op not in COMPARATIVES)
    return lasting if turn.photo is None else tuple(filter(_outlives_photo, lasting))


def _outlives_photo(c: Constraint) -> bool:
    """Return whether a constraint still holds once another photo tells what is looked for."""
    lasts = c.op == "exclude" or c.facet in LASTING or c.facet == "size"
    return lasts and c.hard and c.source != "photo"


def _words(old: Wish, turn: TurnInput) -> str:
    """Return the words beyond the vocabulary, for full-text search and the text encoder.

    Another kind of item ends the earlier ones.
    """
    kinds = [c for c in turn.stated if c.facet == "category" and c.op == "require"]
    new_kind = any(c not in old.constraints for c in kinds)
    before = [] if turn.photo or new_kind else old.words.split()
    words = dict.fromkeys([*before, *turn.reading.unknown])
    wanted = (word for word in words if word not in turn.reading.refused)
    return " ".join(wanted)[:MAX_WORDS_CHARS]


def _with_reference(wish: Wish, session: Session, turn: TurnInput) -> tuple[Wish, bool]:
    """Return the wish with its reference, and whether the shopper named that reference."""
    if turn.photo is not None:
        return _like_photo(wish, turn.photo, turn.reading), True
    if turn.subject is not None:
        return _like_item(wish, turn.subject, turn), True
    if turn.page and _compares_with_page(session, turn):
        return _compared_with(wish, turn.page[0]), False
    if _worn_elsewhere(session.wish, wish):
        return wish.model_copy(update={"reference_id": None, "reference_photo": None}), False
    if not session.named and not any(_compares_looks(c) for c in wish.constraints):
        return wish.model_copy(update={"reference_id": None}), False
    return wish, session.named


def _compares_looks(c: Constraint) -> bool:
    return c.op in COMPARATIVES and c.facet != "price"


def _compares_with_page(session: Session, turn: TurnInput) -> bool:
    """Return whether "longer" compares with what is shown: nothing was named, or it is repeated."""
    comparisons = [c for c in turn.stated if _compares_looks(c)]
    earlier = {c.key for c in session.wish.constraints}
    repeated = any(c.key in earlier for c in comparisons)
    return bool(comparisons) and (repeated or not session.named)


def _like_photo(wish: Wish, photo: Seen, reading: Reading) -> Wish:
    """Return a wish for what a photo shows; the facets that were named weigh double."""
    named = {*reading.keep, *(facet for part in reading.parts for facet in part.facets)}
    shown = (
        c.model_copy(update={"weight": 2.0}) if c.facet in named else c
        for c in wishes(photo, wish.constraints)
    )
    return wish.adding(*shown).model_copy(
        update={"reference_id": None, "reference_photo": photo.hash}
    )


def _like_item(wish: Wish, item: Item, turn: TurnInput) -> Wish:
    """Return a wish for things like an item: of its kind, with the facets that shall stay."""
    stated = tuple(c for c in wish.constraints if c.source != "photo")
    source: Source = "button" if turn.like is not None else "words"
    kept = []
    for facet in dict.fromkeys(("category", *turn.reading.keep)):
        values = item.attributes.get(facet, ())
        if len(values) == 1 and not any(c.facet == facet and c.op == "require" for c in stated):
            kept.append(Constraint(facet=facet, op="require", value=values[0], source=source))
    return _referring_to(wish.with_constraints((*stated, *kept)), item)


def _compared_with(wish: Wish, item: Item) -> Wish:
    """Return a wish whose comparisons start from an item that was not named.

    The soft wishes of the photo end: the item shown has replaced it.
    """
    return _referring_to(
        wish.with_constraints(c for c in wish.constraints if c.source != "photo" or c.hard), item
    )


def _referring_to(wish: Wish, item: Item) -> Wish:
    return wish.model_copy(update={"reference_id": item.id, "reference_photo": None})


def _worn_elsewhere(old: Wish, new: Wish) -> bool:
    """Return whether the wish moved on to something worn elsewhere than what the picture shows."""
    before, after = ({worn(kind) for kind in wish.kinds} for wish in (old, new))
    return bool(before and after) and not before & after


def _price_anchor(wish: Wish, session: Session, turn: TurnInput) -> str | None:
    """Return the item whose price "cheaper" means: the named one, else the first on the page."""
    if not _compares_prices(wish.constraints):
        return None
    if not _compares_prices(turn.stated):
        return session.price_anchor
    item = turn.subject or next(iter(turn.page), None)
    return item.id if item is not None else wish.reference_id


def _compares_prices(constraints: Iterable[Constraint]) -> bool:
    return any(c.facet == "price" and c.op in COMPARATIVES for c in constraints)
