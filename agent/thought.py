"""Thought: words, pictures and memory become a wish, a reference, and what to do with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from agent.language import Context, Reading
from agent.language.nearest import Nearest, candidates, nearest, read_as
from agent.memory.session import Session
from agent.photo_reader import PhotoReader
from agent.planner import Plan, Planner, PlanRequest
from agent.state import Clock, Reference, Request, Seen, State, Talk
from agent.tools import Tools
from agent.wish.apply import TurnInput, apply_turn, leaning
from agent.wish.merge import COMPARATIVES
from agent.wish.pointing import as_shown, pointed, precise
from agent.wish.references import References, item_ids, photo_hashes
from agent.wording.phrases import listing, phrase
from agent.wording.wishes import describe
from catalog.item import Item
from errors import BadImageError, InputError
from vocabulary import plural
from vocabulary.wish import Wish

LONGEST = 4_000
"""Characters of a message that are read; the rest is left out, and said to be."""
MOST_PHOTOS = 4
MOST_CARDS = 200
NO_MODEL = "No language model is set up (OPENAI_API_KEY), so I planned this offline."
_FRESH = {
    "steps": ("thought",),
    "relaxed": (),
    "remarks": (),
    "avoid": frozenset(),
    "narrow": True,
    "again": False,
    "talk": None,
    "reference": Reference(),
    "offer": None,
}
"""How the state of a turn begins."""
_YES = re.compile(
    r"^(?:yes|yep|yeah|sure|ok|okay|please|please do|go ahead|do that|gladly)(?:,? please)?[.! ]*$",
    re.IGNORECASE,
)
_CHAT = ("greet", "thanks", "bye", "out_of_scope")


class Thought:
    """Reads the turn and decides: search (with which wish, from which reference) or talk."""

    def __init__(
        self,
        tools: Tools,
        eyes: PhotoReader,
        planners: Mapping[str, Planner],
        default: str,
        find: Callable[[], Nearest | None] = nearest,
    ) -> None:
        self.tools, self.eyes, self.planners, self.default, self.nearest = (
            tools,
            eyes,
            planners,
            default,
            find,
        )
        self.references = References(tools, eyes)

    def __call__(self, state: State) -> dict:
        """The node."""
        request, session, clock = state["request"], state["session"], state["clock"]
        heard, photos = self._hear(request, session, clock)
        reading = heard.reading
        update = {
            **_FRESH,
            "planner": heard.plan.planner,
            "photos": photos,
            "notes": heard.notes,
            "unknown": reading.unknown,
            "refused": reading.refused,
            "unlisted": tuple(word for word in reading.unknown if not self.tools.listed(word)),
            "question": heard.plan.question,
            "compared": _compares_prices(heard),
            "more": reading.intent("show_more") is not None,
            "request": replace(request, k=min(reading.count or request.k, MOST_CARDS)),
        }
        accepted = session.offer is not None and bool(_YES.match(request.text.strip()))
        talk = None if accepted else talk_of(heard, request, session)
        if accepted:
            session = session.agreed()
        elif talk is None or talk.kind == "start_over":
            session = session if request.button else apply_turn(session, heard)
        session = session.noted(heard.plan.noted)
        if talk is not None and (talk.kind != "start_over" or not session.wish.constraints):
            return {
                **update,
                "goal": "talk",
                "talk": talk,
                "session": session,
                "wish": session.wish,
                "trace": (*heard.plan.trace, f"no search needed: {talk.kind.replace('_', ' ')}"),
            }
        reference = self._reference(session, heard, clock)
        remarks = ("undone",) if reading.intent("undo") else ()
        if self.tools.priceless and any(c.facet == "price" for c in heard.said):
            remarks = (*remarks, "no_prices")
        wish = leaning(session.wish, reference.photo)
        update["question"] = update["question"] or self._what_kind(heard, wish, reference)
        return {
            **update,
            "goal": "search",
            "session": session,
            "wish": wish,
            "reference": reference,
            "avoid": self._avoided(session, heard, reference),
            "remarks": remarks,
            "trace": _thoughts(heard, session.wish, reference),
        }

    def _hear(
        self, request: Request, session: Session, clock: Clock
    ) -> tuple[TurnInput, tuple[str, ...]]:
        """The turn's input, read, and the hashes of its pictures."""
        notes: list[str] = []
        photos = self._see(request, session, clock, notes)
        photo = self.references.blended(photos)
        text = request.text.strip()
        if len(text) > LONGEST:
            notes.append(
                f"Your message has {len(text):,} characters; I read the first {LONGEST:,}."
            )
            text = text[:LONGEST]
        like = self._liked(request, notes)
        page = tuple(self.tools.known(session.shown))
        earlier = (
            len(photo_hashes(session.wish.reference_photo)) if len(photos) == 1 or not page else 0
        )
        known = len(photos) if len(photos) > 1 else len(photos) + earlier
        plan = self._plan(request, text, session, page, photo, known, clock, notes)
        if candidates(plan.reading):
            reading, remarks = read_as(plan.reading, self.nearest())
            plan = replace(plan, reading=reading, notes=(*plan.notes, *remarks))
        if plan.reading.garment:
            photos = photos or self.references.photos(
                session.id, session.wish.reference_photo, clock
            )
            photos = [
                self.eyes.ask(session.id, seen, plan.reading.garment, clock) for seen in photos
            ]
            photo = self.references.blended(photos)
        if plan.reading.parts:
            photo = self._together(plan.reading, photos, page, session, clock, notes) or photo
        if plan.reading.currency not in (None, self.tools.currency):
            notes.append(
                f"Prices here are in {self.tools.currency}; I took your {plan.reading.currency} amount for that."
            )
        return TurnInput(plan, photo, like, page, (*notes, *plan.notes)), tuple(
            seen.hash for seen in photos
        )

    def _see(
        self, request: Request, session: Session, clock: Clock, notes: list[str]
    ) -> list[Seen]:
        if len(request.images) > MOST_PHOTOS:
            notes.append(
                f"I looked at the first {MOST_PHOTOS} of your {len(request.images)} pictures."
            )
        seen = []
        for image in request.images[:MOST_PHOTOS]:
            try:
                seen.append(self.eyes.see(session.id, image, clock))
            except BadImageError as error:
                notes.append(f"I could not use a picture: {error}")
        return seen

    def _together(
        self,
        reading: Reading,
        photos: Sequence[Seen],
        page: Sequence[Item],
        session: Session,
        clock: Clock,
        notes: list[str],
    ) -> Seen | None:
        """ "The shape of the first in the colour of the second" as one picture.

        Photos are counted as they came: one that comes now is the second where the conversation has one already.
        """
        name = session.wish.reference_photo
        if len(photos) < 2:
            photos = [*self.references.photos(session.id, name, clock), *photos]
        current = self.references.recall(session.id, name, clock) if name else None
        if current is None:
            current = next(
                (
                    self.references.of_item(item)
                    for item in self.tools.known([session.wish.reference_id])
                ),
                None,
            )
        found = self.references.together(reading.parts, reading.mentions, photos, page, current)
        if found is None:
            notes.append(
                "I could not tell which pictures you mean; say “the first photo” or “the second one”."
            )
        return found

    def _liked(self, request: Request, notes: list[str]) -> Item | None:
        if request.like is None:
            return None
        try:
            return self.tools.catalog.items([self.tools.catalog.row(request.like)])[0]
        except InputError:
            notes.append(
                f"There is no item {request.like[:80]!r} in this shop, so I went by your words alone."
            )
            return None

    def _plan(
        self,
        request: Request,
        text: str,
        session: Session,
        page: Sequence[Item],
        photo: Seen | None,
        photos: int,
        clock: Clock,
        notes: list[str],
    ) -> Plan:
        name = request.planner or self.default
        if name not in self.planners:
            notes.append(NO_MODEL)
            name = self.default
        counts = self.tools.catalog.facet_counts()
        context = Context(
            shown=tuple(as_shown(item) for item in page),
            wish=session.wish,
            currency=self.tools.currency,
            brands=tuple(counts.get("brand", ())),
            facet_counts=counts,
            has_photo=photo is not None or session.wish.reference_photo is not None,
            photos=photos,
        )
        stored = self.eyes.stored(session.id, photo.hash) if photo else None
        with clock.stage("plan"):
            return self.planners[name].plan(
                PlanRequest(
                    text,
                    context,
                    clock,
                    photo.attributes if photo else {},
                    stored,
                    photo.vector if photo else None,
                    session,
                    tuple(page),
                )
            )

    def _reference(self, session: Session, heard: TurnInput, clock: Clock) -> Reference:
        wish = session.wish
        priced = next(iter(self.tools.known([session.price_anchor])), None)
        photo = heard.photo
        if photo is None and wish.reference_photo is not None:
            photo = self.references.recall(session.id, wish.reference_photo, clock)
        if photo is not None:
            several = len(photo_hashes(photo.hash)) + len(item_ids(photo.hash)) > 1
            name = (
                "the pictures you named"
                if item_ids(photo.hash)
                else "your photos"
                if several
                else "your photo"
            )
            return Reference(photo.vector, None, priced, photo, name)
        item = next(iter(self.tools.known([wish.reference_id])), None)
        if item is None:
            return Reference(priced=priced)
        return Reference(self.tools.vector(item.id), item, priced, None, item.title)

    def _what_kind(self, heard: TurnInput, wish: Wish, reference: Reference) -> str | None:
        """One question back where nothing tells what kind of thing it shall be."""
        if heard.reading.unknown_vibes:
            return f"What would “{heard.reading.unknown_vibes[0]}” be for you: which colours, which kind of piece?"
        told = wish.on("category") or heard.reading.vibes or reference.vector is not None
        telling = [
            c for c in wish.constraints if c.facet not in ("gender", "price", "size", "brand")
        ]
        if told or telling or heard.reading.intent("show_more", "undo"):
            return None
        kinds = [plural(kind) for kind in list(self.tools.kinds())[:4]]
        return f"What kind of piece shall it be: {listing(kinds, 'or')}?" if kinds else None

    def _avoided(self, session: Session, heard: TurnInput, reference: Reference) -> frozenset[int]:
        """Rows not to show: refused ones, for "show more" those seen, and an item that others are to resemble."""
        ids = set(session.rejected)
        if heard.reading.intent("show_more"):
            ids |= {*session.seen, *session.shown}
        if reference.item is not None:
            ids.add(reference.item.id)
        if reference.photo is not None:
            ids |= set(item_ids(reference.photo.hash))
        return frozenset(self.tools.rows(ids))


def talk_of(heard: TurnInput, request: Request, session: Session) -> Talk | None:
    """What the turn asks that is no search, or None."""
    reading = heard.reading
    if request.button or heard.photo or heard.like:
        return None
    about = tuple(item.id for item in pointed(reading.mentions, heard.page))
    page = tuple(item.id for item in heard.page)
    for kind, ids in (
        ("forget", ()),
        ("why", about or page[:1]),
        ("compare", about if len(about) > 1 else page[:2]),
    ):
        if reading.intent(kind):
            return Talk(kind, ids)
    question = reading.intent("question")
    if question is not None and not reading.constraints:
        of_the_page = (
            page
            and question.constraints
            and not any(c.facet == "category" for c in question.constraints)
        )
        if about or of_the_page:
            return Talk("question", about or page, question.constraints, reading.text)
    if reading.intent("undo"):
        return None if session.past else Talk("nothing_to_undo")
    if reading.intent("start_over"):
        return Talk("start_over")
    if reading.intent("pick") and about and not reading.constraints:
        return Talk("pick", about)
    if any(precise(m) and m.kind == "shown" for m in reading.mentions) and not about:
        return Talk("nowhere")
    if heard.said or reading.drop or about or reading.vibes or (reading.count and page):
        return None
    if reading.intent("not_these", "show_more", "more_like") and page:
        return None
    return _small_talk(heard, request)


def _small_talk(heard: TurnInput, request: Request) -> Talk | None:
    for kind in _CHAT:
        if heard.reading.intent(kind):
            return Talk(kind)
    if not request.text.strip():
        return Talk("bad_photo" if request.images else "empty")
    return Talk("unclear", text=", ".join(heard.reading.unknown_vibes or heard.reading.unknown))


def _compares_prices(heard: TurnInput) -> bool:
    return any(c.facet == "price" and c.op in COMPARATIVES for c in heard.said)


def _thoughts(heard: TurnInput, wish: Wish, reference: Reference) -> tuple[str, ...]:
    """What the page shows under "thoughts"."""
    said = [*heard.plan.trace, *([heard.plan.thought] if heard.plan.thought else [])]
    said.append(f"must be: {describe(wish.constraints)}")
    soft = [phrase(c) for c in wish.of("prefer", "more", "less")]
    if soft:
        said.append(f"rather: {listing(soft)}")
    if reference.name:
        said.append(f"starting from {reference.name}")
    if heard.reading.unknown:
        said.append(f"words I do not know: {', '.join(heard.reading.unknown)}")
    return tuple(said)
