"""Thought: words, pictures and memory become a wish, a reference, and what to do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.language import Context, Reading
from agent.merge import COMPARATIVES, LASTING, merge, worn
from agent.phrases import describe, listing, phrase
from agent.photos import Eyes, blend, wishes
from agent.planner import Asked, Plan, Planner
from agent.pointing import as_shown, pointed
from agent.session import Point, Session
from agent.state import Clock, Reference, Request, Seen, State, Talk
from agent.tools import Tools
from catalog.item import Item
from catalog.wish import Constraint, Wish
from errors import BadImage, InputError

LONGEST = 4_000
"""Characters of a message that are read; the rest is left out, and said to be."""
MOST_PHOTOS = 4
NO_KEY = "No language model is set up (OPENAI_API_KEY), so I planned this offline."
_CHAT = ("greet", "thanks", "bye", "out_of_scope")


@dataclass(frozen=True)
class _Heard:
    """A turn's input once it is read."""

    plan: Plan
    photos: tuple[Seen, ...]
    like: Item | None
    page: tuple[Item, ...]
    notes: tuple[str, ...]

    @property
    def reading(self) -> Reading:
        """The words as they were read."""
        return self.plan.reading


class Thought:
    """Reads the turn and decides: search (with which wish, from which reference) or talk."""

    def __init__(self, tools: Tools, eyes: Eyes, planners: Mapping[str, Planner], default: str) -> None:
        self.tools, self.eyes, self.planners, self.default = tools, eyes, planners, default

    def __call__(self, state: State) -> dict:
        """The node."""
        request, session, clock = state["request"], state["session"], state["clock"]
        heard = self._hear(request, session, clock)
        update = {"planner": heard.plan.planner, "photos": tuple(p.hash for p in heard.photos), "notes": heard.notes,
                  "unknown": heard.reading.unknown, "steps": ("thought",), "relaxed": (), "remarks": (), "again": False,
                  "more": heard.reading.intent("show_more") is not None,
                  "avoid": frozenset(), "narrow": True, "question": heard.plan.question, "talk": None, "reference": Reference()}
        talk = _talk(heard, request, session)
        if talk is not None and talk.kind != "start_over":
            return {**update, "goal": "talk", "talk": talk, "session": session, "wish": session.wish,
                    "trace": (f"this is no search: {talk.kind.replace('_', ' ')}",)}
        session, remarks = self._moved(session, heard, request)
        if talk is not None and not session.wish.constraints:
            return {**update, "goal": "talk", "talk": talk, "session": session, "wish": session.wish,
                    "trace": ("starting over",)}
        reference = self._reference(session, heard, clock)
        avoid = self._avoided(session, heard, reference)
        thoughts = _thoughts(heard, session.wish, reference)
        return {**update, "goal": "search", "session": session, "wish": session.wish, "reference": reference,
                "avoid": avoid, "remarks": remarks, "trace": thoughts}

    # -- input

    def _hear(self, request: Request, session: Session, clock: Clock) -> _Heard:
        notes: list[str] = []
        photos = self._see(request, session, clock, notes)
        text = request.text.strip()
        if len(text) > LONGEST:
            notes.append(f"Your message has {len(text):,} characters; I read the first {LONGEST:,}.")
            text = text[:LONGEST]
        like = None
        if request.like is not None:
            try:
                like = self.tools.catalog.items([self.tools.catalog.row(request.like)])[0]
            except InputError:
                notes.append(f"There is no item {request.like!r} in this shop, so I went by your words alone.")
        page = tuple(self.tools.known(session.shown))
        plan = self._plan(request, text, session, page, photos, clock, notes)
        return _Heard(plan, photos, like, page, (*notes, *plan.notes))

    def _see(self, request: Request, session: Session, clock: Clock, notes: list[str]) -> tuple[Seen, ...]:
        if len(request.images) > MOST_PHOTOS:
            notes.append(f"I looked at the first {MOST_PHOTOS} of your {len(request.images)} pictures.")
        seen = []
        for image in request.images[:MOST_PHOTOS]:
            try:
                seen.append(self.eyes.see(session.id, image, clock))
            except BadImage as error:
                notes.append(f"I could not use a picture: {error}")
        return tuple(seen)

    def _plan(self, request: Request, text: str, session: Session, page: Sequence[Item], photos: Sequence[Seen],
              clock: Clock, notes: list[str]) -> Plan:
        name = request.planner or self.default
        if name not in self.planners:
            notes.append(NO_KEY)
            name = self.default
        counts = self.tools.catalog.facet_counts()
        context = Context(shown=tuple(as_shown(item) for item in page), wish=session.wish,
                          currency=page[0].currency if page else self.tools.currency,
                          brands=tuple(counts.get("brand", ())), facet_counts=counts,
                          has_photo=bool(photos) or session.wish.reference_photo is not None)
        asked = Asked(text, context, clock, photos[0].attributes if photos else {},
                      self.eyes.stored(session.id, photos[0].hash) if photos else None)
        with clock.stage("plan"):
            return self.planners[name].plan(asked)

    # -- the wish

    def _moved(self, session: Session, heard: _Heard, request: Request) -> tuple[Session, tuple[str, ...]]:
        """The session with this turn's wish in force, and remarks for Speak."""
        reading = heard.reading
        if request.button:
            return session, ()
        if reading.intent("undo"):
            return session.undone() or session, ("undone",)
        if reading.intent("start_over"):
            session = session.moved(Point()).model_copy(update={"rejected": ()})
        if reading.intent("not_these") and not heard.like:
            refused = pointed(reading.mentions, heard.page) or heard.page
            session = session.model_copy(update={"rejected": tuple(dict.fromkeys(
                (*session.rejected, *(item.id for item in refused))))})
        return session.moved(self._point(session, heard)), ()

    def _point(self, session: Session, heard: _Heard) -> Point:
        """Wish, reference and price anchor after the turn."""
        reading, old = heard.reading, session.wish
        subject = heard.like or next(iter(pointed(reading.mentions, heard.page)), None)
        if subject is not None and reading.intent("not_these"):
            subject = None
        kept = _kept(old.constraints, bool(heard.photos), heard.like is not None)
        replaced = tuple(c for c in kept if c.facet not in reading.replaced or c.op == "exclude")
        constraints = merge(replaced, reading.constraints, reading.drop)
        wish = old.model_copy(update={"constraints": constraints, "words": _words(old, reading, bool(heard.photos))})
        wish, is_named = self._refer(wish, session, heard, subject)
        anchor = session.price_anchor
        if any(c.facet == "price" and c.op in ("more", "less") for c in reading.constraints):
            first = heard.page[0] if heard.page else None
            base = subject or first
            anchor = base.id if base else wish.reference_id
        if not any(c.facet == "price" and c.op in ("more", "less") for c in wish.constraints):
            anchor = None
        return Point(wish=wish, price_anchor=anchor, named=is_named)

    def _refer(self, wish: Wish, session: Session, heard: _Heard, subject: Item | None) -> tuple[Wish, bool]:
        """The wish with its reference, and whether the shopper named it."""
        reading = heard.reading
        if heard.photos:
            said = wish.constraints
            seen = tuple(c for photo in heard.photos[:1] for c in wishes(photo, said))
            held = tuple(c.model_copy(update={"weight": 2.0}) if c.facet in reading.keep else c for c in seen)
            return wish.model_copy(update={"constraints": (*said, *held), "reference_id": None,
                                           "reference_photo": heard.photos[0].hash}), True
        if subject is not None:
            said = tuple(c for c in wish.constraints if c.source != "photo")
            return wish.model_copy(update={"constraints": (*said, *_held(subject, said, reading, bool(heard.like))),
                                           "reference_id": subject.id, "reference_photo": None}), True
        moving = [c for c in reading.constraints if c.op in ("more", "less") and c.facet != "price"]
        if moving and heard.page:
            again = any(c.key == m.key for c in session.wish.constraints for m in moving)
            if again or not session.named:
                said = tuple(c for c in wish.constraints if c.source != "photo" or c.op == "require")
                return wish.model_copy(update={"constraints": said, "reference_id": heard.page[0].id,
                                               "reference_photo": None}), False
        if not session.named and not any(c.op in ("more", "less") and c.facet != "price" for c in wish.constraints):
            return wish.model_copy(update={"reference_id": None}), False
        if _other_kind(session.wish, wish):
            return wish.model_copy(update={"reference_id": None, "reference_photo": None}), False
        return wish, session.named

    # -- reference and rows to leave out

    def _reference(self, session: Session, heard: _Heard, clock: Clock) -> Reference:
        wish = session.wish
        priced = next(iter(self.tools.known([session.price_anchor])), None)
        photos = heard.photos
        if not photos and wish.reference_photo is not None:
            seen = self.eyes.recall(session.id, wish.reference_photo, clock)
            photos = () if seen is None else (seen,)
        if photos:
            vector = photos[0].vector if len(photos) == 1 else blend(photos, self.tools.encoder.layout)
            name = "your photo" if len(photos) == 1 else f"your {len(photos)} photos"
            return Reference(vector, None, priced, photos[0], name)
        item = next(iter(self.tools.known([wish.reference_id])), None)
        if item is None:
            return Reference(priced=priced)
        vector = self.tools.vector(item.id)
        return Reference(vector, item, priced, None, item.title)

    def _avoided(self, session: Session, heard: _Heard, reference: Reference) -> frozenset[int]:
        """Rows not to show: refused ones, for "show more" those seen, and an item that others are to resemble."""
        ids = set(session.rejected)
        if heard.reading.intent("show_more"):
            ids |= set(session.seen) | set(session.shown)
        if reference.item is not None:
            ids.add(reference.item.id)
        return frozenset(self.tools.rows(ids))


def _kept(constraints: Sequence[Constraint], new_photo: bool, tapped: bool) -> tuple[Constraint, ...]:
    """What of the old wish a turn starts from.

    A new photo replaces the old picture and what described it; with any new reference, comparatives with the old end.
    """
    if not new_photo and not tapped:
        return tuple(constraints)
    lasting = tuple(c for c in constraints if c.op not in COMPARATIVES)
    if not new_photo:
        return lasting
    return tuple(c for c in lasting if c.op == "exclude" or c.facet in LASTING or c.facet == "size")


def _words(old: Wish, reading: Reading, new_photo: bool) -> str:
    """Words beyond the vocabulary that are in force, for the listing's full text and the text tower."""
    other = any(c.facet == "category" and c.op == "require" and c not in old.constraints for c in reading.constraints)
    before = [] if new_photo or other else old.words.split()
    return " ".join(dict.fromkeys([*before, *reading.unknown]))[:400]


def _held(item: Item, said: Sequence[Constraint], reading: Reading, tapped: bool) -> tuple[Constraint, ...]:
    """What "more like this" takes over from an item: its kind, and the facets that are to stay the same."""
    facets = ("category", *reading.keep)
    found = []
    for facet in dict.fromkeys(facets):
        stated = item.attributes.get(facet, ())
        if len(stated) == 1 and not any(c.facet == facet and c.op == "require" for c in said):
            found.append(Constraint(facet=facet, op="require", value=stated[0], source="button" if tapped else "words"))
    return tuple(found)


def _other_kind(old: Wish, new: Wish) -> bool:
    """Whether the wish went on to something worn elsewhere, where the old picture says nothing."""
    from_, to = ({str(c.value) for c in w.on("category") if c.op == "require"} for w in (old, new))
    return bool(from_ and to) and not {worn(c) for c in from_} & {worn(c) for c in to}


def _talk(heard: _Heard, request: Request, session: Session) -> Talk | None:
    """What the turn asks that is no search, or None."""
    reading = heard.reading
    if request.button or heard.photos or heard.like:
        return None
    about = tuple(item.id for item in pointed(reading.mentions, heard.page))
    page = tuple(item.id for item in heard.page)
    for kind, ids in (("forget", ()), ("why", about or page[:1]), ("compare", about if len(about) > 1 else page[:2])):
        if reading.intent(kind):
            return Talk(kind, ids)
    question = reading.intent("question")
    if question is not None and (about or (page and question.constraints)) and not reading.constraints:
        return Talk("question", about or page, question.constraints, reading.text)
    if reading.intent("undo"):
        return None if session.past else Talk("nothing_to_undo")
    if reading.intent("start_over"):
        return Talk("start_over")
    if reading.intent("pick") and about and not reading.constraints:
        return Talk("pick", about)
    if reading.intent("not_these", "show_more", "more_like", "correct") or reading.constraints or reading.drop or about:
        return None
    for kind in _CHAT:
        if reading.intent(kind):
            return Talk(kind)
    if not request.text.strip():
        return Talk("bad_photo" if request.images else "empty")
    return None if reading.vibes or reading.unknown_vibes else Talk("unclear")


def _thoughts(heard: _Heard, wish: Wish, reference: Reference) -> tuple[str, ...]:
    """What the page shows under "thoughts"."""
    said = [heard.plan.thought] if heard.plan.thought else []
    said.append(f"must be: {describe(wish.constraints)}")
    soft = [phrase(c) for c in wish.of("prefer", "more", "less")]
    if soft:
        said.append(f"rather: {listing(soft)}")
    if reference.name:
        said.append(f"starting from {reference.name}")
    if heard.reading.unknown:
        said.append(f"words I do not know: {', '.join(heard.reading.unknown)}")
    return tuple(said)
