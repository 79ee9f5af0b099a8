"""What a turn said becomes the wish in force: constraints, reference and what "cheaper" compares with."""

from __future__ import annotations

from collections.abc import Sequence
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
from vocabulary.wish import Constraint, Wish

WORDS_KEPT = 400
"""Characters of words beyond the vocabulary that a wish carries on."""


@dataclass(frozen=True)
class TurnInput:
    """A turn's input once it is read. `photo`: the turn's picture, or several as one; `page`: what is on the screen."""

    plan: Plan
    photo: Seen | None
    like: Item | None
    page: tuple[Item, ...]
    notes: tuple[str, ...]

    @property
    def reading(self) -> Reading:
        """The words as they were read."""
        return self.plan.reading

    @property
    def said(self) -> tuple[Constraint, ...]:
        """What the words ask for; a question about the shop ("do you have leather jackets?") asks for it too."""
        question = self.reading.intent("question")
        return self.reading.constraints or (question.constraints if question is not None else ())

    @property
    def subject(self) -> Item | None:
        """The shown item that the turn starts from: tapped, or pointed at (other than to refuse it)."""
        if self.like is not None or self.reading.intent("not_these"):
            return self.like
        return next(iter(pointed(self.reading.mentions, self.page)), None)

    @property
    def refused(self) -> tuple[Item, ...]:
        """What "not these" points at: the named items, else all that is shown."""
        if self.like is not None or not self.reading.intent("not_these"):
            return ()
        return (
            tuple(pointed([m for m in self.reading.mentions if precise(m)], self.page)) or self.page
        )


def apply_turn(session: Session, heard: TurnInput) -> Session:
    """The session once the turn's wish is in force (undo, start over and "not these" included)."""
    reading = heard.reading
    if reading.intent("undo"):
        return session.undone() or session
    if reading.intent("start_over"):
        session = session.moved(Point())
    return session.moved(_point(session, heard))


def leaning(wish: Wish, photo: Seen | None) -> Wish:
    """The wish to search first, where no kind is required.

    "A scarf, maybe" looks for scarves; a photo's kind for the likeliest kinds that together are SURE, also where none
    is likely enough for a chip. A chip taken away takes its leaning along.
    """
    soft = [c for c in wish.on("category") if c.op == "prefer" and c.source in ("words", "photo")]
    unsaid = (
        photo is not None and "category" not in photo.corrections and not top(photo, "category")
    )
    if not (soft or unsaid) or any(c.op == "require" for c in wish.on("category")):
        return wish
    words = [str(c.value) for c in soft if c.source == "words"]
    kinds = words or (likely_kinds(photo) if photo is not None else ())
    banned = [str(c.value) for c in wish.on("category") if c.op == "exclude"]
    kinds = [
        kind for kind in kinds if not any(vocabulary.covers("category", no, kind) for no in banned)
    ]
    group = wish.next_group
    return wish.adding(
        *(
            Constraint(facet="category", op="require", value=kind, any=group, reason=LEANING)
            for kind in kinds
        )
    )


def _or_else(kept: tuple[Constraint, ...], heard: TurnInput) -> tuple[Constraint, ...]:
    """What was said; "or grey" after "navy" is one more alternative, not another wish."""
    said = heard.said
    facets = {c.facet for c in said}
    if (
        not heard.reading.text.strip().lower().startswith("or ")
        or len(facets) != 1
        or any(c.op != "require" for c in said)
    ):
        return said
    before = tuple(
        c for c in kept if c.op == "require" and c.facet in facets and c.source == "words"
    )
    return tuple(c.model_copy(update={"any": 1}) for c in (*before, *said)) if before else said


def _fitting(
    kept: tuple[Constraint, ...], said: tuple[Constraint, ...], heard: TurnInput
) -> tuple[Constraint, ...]:
    """What was said, less the kind of piece that a mood would bring where a picture or earlier words tell the kind."""
    told = (
        heard.photo is not None
        or heard.subject is not None
        or any(c.facet == "category" for c in kept)
    )
    return tuple(c for c in said if not (told and c.facet == "category" and c.source == "vibe"))


def _point(session: Session, heard: TurnInput) -> Point:
    reading, old = heard.reading, session.wish
    kept = tuple(
        c for c in _start(old, heard) if c.op == "exclude" or c.facet not in reading.replaced
    )
    wish = old.model_copy(
        update={
            "constraints": merge(kept, _fitting(kept, _or_else(kept, heard), heard), reading.drop),
            "words": _words(old, heard),
        }
    )
    wish, named = _referred(wish, session, heard)
    rejected = dict.fromkeys((*session.rejected, *(item.id for item in heard.refused)))
    return Point(
        wish=wish,
        price_anchor=_price_anchor(wish, session, heard),
        named=named,
        rejected=tuple(rejected),
    )


def _start(old: Wish, heard: TurnInput) -> tuple[Constraint, ...]:
    """What of the old wish a turn starts from.

    A new photo replaces the old picture and what described it; with any new reference, comparatives with the old end.
    """
    if heard.photo is None and heard.subject is None:
        return old.constraints
    lasting = tuple(c for c in old.constraints if c.op not in COMPARATIVES)
    if heard.photo is None:
        return lasting
    firm = (c for c in lasting if c.hard and c.source != "photo")
    return tuple(c for c in firm if c.op == "exclude" or c.facet in LASTING or c.facet == "size")


def _words(old: Wish, heard: TurnInput) -> str:
    """Words beyond the vocabulary, for the listings' full text and the text tower; another kind of item ends them."""
    kinds = [c for c in heard.said if c.facet == "category" and c.op == "require"]
    before = (
        [] if heard.photo or any(c not in old.constraints for c in kinds) else old.words.split()
    )
    words = dict.fromkeys([*before, *heard.reading.unknown])
    return " ".join(word for word in words if word not in heard.reading.refused)[
        :WORDS_KEPT
    ]  # not to be looked for


def _referred(wish: Wish, session: Session, heard: TurnInput) -> tuple[Wish, bool]:
    """The wish with its reference, and whether the shopper named that."""
    if heard.photo is not None:
        return _like_photo(wish, heard.photo, heard.reading), True
    if heard.subject is not None:
        return _like_item(wish, heard.subject, heard), True
    moving = [c for c in heard.said if c.op in COMPARATIVES and c.facet != "price"]
    again = any(c.key == m.key for c in session.wish.constraints for m in moving)
    if moving and heard.page and (again or not session.named):
        return _at_item(wish, heard.page[0]), False
    if _elsewhere(session.wish, wish):
        return wish.model_copy(update={"reference_id": None, "reference_photo": None}), False
    if not session.named and not any(
        c.op in COMPARATIVES and c.facet != "price" for c in wish.constraints
    ):
        return wish.model_copy(update={"reference_id": None}), False
    return wish, session.named


def _like_photo(wish: Wish, photo: Seen, reading: Reading) -> Wish:
    named = {*reading.keep, *(facet for part in reading.parts for facet in part.facets)}
    seen = (
        c.model_copy(update={"weight": 2.0}) if c.facet in named else c
        for c in wishes(photo, wish.constraints)
    )
    return wish.model_copy(
        update={
            "constraints": (*wish.constraints, *seen),
            "reference_id": None,
            "reference_photo": photo.hash,
        }
    )


def _like_item(wish: Wish, item: Item, heard: TurnInput) -> Wish:
    """Results are to resemble an item: its kind is taken over, and the facets that are to stay the same."""
    said = tuple(c for c in wish.constraints if c.source != "photo")
    source = "button" if heard.like is not None else "words"
    held = []
    for facet in dict.fromkeys(("category", *heard.reading.keep)):
        stated = item.attributes.get(facet, ())
        if len(stated) == 1 and not any(c.facet == facet and c.op == "require" for c in said):
            held.append(Constraint(facet=facet, op="require", value=stated[0], source=source))
    return wish.model_copy(
        update={"constraints": (*said, *held), "reference_id": item.id, "reference_photo": None}
    )


def _at_item(wish: Wish, item: Item) -> Wish:
    """Comparatives start from an item that was not named: the photo's soft wishes have had their say."""
    said = tuple(c for c in wish.constraints if c.source != "photo" or c.hard)
    return wish.model_copy(
        update={"constraints": said, "reference_id": item.id, "reference_photo": None}
    )


def _elsewhere(old: Wish, new: Wish) -> bool:
    """Whether the wish went on to something worn elsewhere, where the old picture says nothing."""
    from_, to = ({str(c.value) for c in w.on("category") if c.op == "require"} for w in (old, new))
    return bool(from_ and to) and not {worn(c) for c in from_} & {worn(c) for c in to}


def _price_anchor(wish: Wish, session: Session, heard: TurnInput) -> str | None:
    """The item whose price "cheaper" means: named in this turn, else the first on the screen."""

    def compared(constraints: Sequence[Constraint]) -> bool:
        return any(c.facet == "price" and c.op in COMPARATIVES for c in constraints)

    if not compared(wish.constraints):
        return None
    if not compared(heard.said):
        return session.price_anchor
    base = heard.subject or next(iter(heard.page), None)
    return base.id if base is not None else wish.reference_id
