"""The Thought node: turns words, pictures and memory into a wish, a reference and a decision."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from agent.memory.session import Session
from agent.state import Clock, Reference, Seen, State, Talk, Update
from agent.talk import talk_of
from agent.tools import Tools
from agent.turn_reader import TurnReader
from agent.wish.apply import TurnInput, apply_turn, leaning
from agent.wish.merge import COMPARATIVES
from agent.wish.references import item_ids, photo_hashes
from agent.wording import questions
from agent.wording.photos import NAMED_PICTURES, name_of_photos
from agent.wording.phrases import listing, phrase
from agent.wording.wishes import describe
from vocabulary.wish import Wish

MAX_CARDS = 200
_FRESH: dict[str, Any] = {
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
"""Fields of the state that a turn resets."""
_YES = re.compile(
    r"^(?:yes|yep|yeah|sure|ok|okay|please|please do|go ahead|do that|gladly)(?:,? please)?[.! ]*$",
    re.IGNORECASE,
)
_KINDS_OFFERED = 4


class Thought:
    """Reads the turn and decides: search (for which wish, from which reference) or talk."""

    def __init__(self, tools: Tools, turn_reader: TurnReader) -> None:
        self.tools, self.turn_reader = tools, turn_reader
        self.references = turn_reader.references

    def __call__(self, state: State) -> Update:
        """Run the node."""
        request, session, clock = state["request"], state["session"], state["clock"]
        turn, photos = self.turn_reader.read(request, session, clock)
        update = {**_FRESH, **self._facts(turn, state), "photos": photos}
        accepted = session.offer is not None and bool(_YES.match(request.text.strip()))
        talk = None if accepted else talk_of(turn, request, session)
        if accepted:
            session = session.agreed()
        elif (talk is None or talk.kind == "start_over") and not request.button:
            session = apply_turn(session, turn)
        session = session.noted(turn.plan.noted)
        if talk is not None and (talk.kind != "start_over" or not session.wish.constraints):
            return {**update, **_talking(talk, turn, session)}
        return {**update, **self._searching(turn, session, clock, update["question"])}

    def _facts(self, turn: TurnInput, state: State) -> Update:
        """Return the fields that follow from the turn alone."""
        reading, request = turn.reading, state["request"]
        return {
            "planner": turn.plan.planner,
            "notes": turn.notes,
            "unknown": reading.unknown,
            "refused": reading.refused,
            "unlisted": tuple(word for word in reading.unknown if not self.tools.listed(word)),
            "question": turn.plan.question,
            "compared": any(c.facet == "price" and c.op in COMPARATIVES for c in turn.stated),
            "more": reading.intent("show_more") is not None,
            "request": replace(request, k=min(reading.count or request.k, MAX_CARDS)),
        }

    def _searching(
        self, turn: TurnInput, session: Session, clock: Clock, question: str | None
    ) -> Update:
        """Return the fields of a turn that searches."""
        reference = self._reference(session, turn.photo, clock)
        wish = leaning(session.wish, reference.photo)
        remarks = ["undone"] if turn.reading.intent("undo") else []
        if self.tools.priceless and any(c.facet == "price" for c in turn.stated):
            remarks.append("no_prices")
        return {
            "goal": "search",
            "session": session,
            "wish": wish,
            "reference": reference,
            "avoid": self._avoided(session, turn, reference),
            "remarks": tuple(remarks),
            "question": question or self._question(turn, wish, reference),
            "trace": _thoughts(turn, session.wish, reference),
        }

    def _reference(self, session: Session, photo: Seen | None, clock: Clock) -> Reference:
        """Return what the search starts from: the turn's photo, else the wish's photo or item."""
        wish = session.wish
        priced = next(iter(self.tools.known([session.price_anchor])), None)
        if photo is None and wish.reference_photo is not None:
            photo = self.references.recall(session.id, wish.reference_photo, clock)
        if photo is not None:
            return Reference(photo.vector, None, priced, photo, _name_of(photo))
        item = next(iter(self.tools.known([wish.reference_id])), None)
        if item is None:
            return Reference(priced=priced)
        return Reference(self.tools.vector(item.id), item, priced, None, item.title)

    def _question(self, turn: TurnInput, wish: Wish, reference: Reference) -> str | None:
        """Return a question if nothing tells which kind of piece to look for."""
        reading = turn.reading
        if reading.unknown_vibes:
            return questions.meaning_of(reading.unknown_vibes[0])
        descriptive = [
            c for c in wish.constraints if c.facet not in ("gender", "price", "size", "brand")
        ]
        if descriptive or reading.vibes or reference.vector is not None:
            return None
        if reading.intent("show_more", "undo"):
            return None
        kinds = list(self.tools.kinds())[:_KINDS_OFFERED]
        return questions.which_kind(kinds) if kinds else None

    def _avoided(self, session: Session, turn: TurnInput, reference: Reference) -> frozenset[int]:
        """Return the rows not to show.

        These are refused items, for "show more" those seen already, and items that results are to
        resemble.
        """
        ids = set(session.rejected)
        if turn.reading.intent("show_more"):
            ids |= {*session.seen, *session.shown}
        if reference.item is not None:
            ids.add(reference.item.id)
        if reference.photo is not None:
            ids |= set(item_ids(reference.photo.hash))
        return frozenset(self.tools.rows(ids))


def _talking(talk: Talk, turn: TurnInput, session: Session) -> Update:
    """Return the fields of a turn that needs no search."""
    return {
        "goal": "talk",
        "talk": talk,
        "session": session,
        "wish": session.wish,
        "trace": (*turn.plan.trace, f"no search needed: {talk.kind.replace('_', ' ')}"),
    }


def _name_of(photo: Seen) -> str:
    items = item_ids(photo.hash)
    if items:
        return NAMED_PICTURES
    return name_of_photos(len(photo_hashes(photo.hash)))


def _thoughts(turn: TurnInput, wish: Wish, reference: Reference) -> tuple[str, ...]:
    """Return the lines that the page shows under "thoughts"."""
    lines = [*turn.plan.trace, *([turn.plan.thought] if turn.plan.thought else [])]
    lines.append(f"must be: {describe(wish.constraints)}")
    soft = [phrase(c) for c in wish.of("prefer", "more", "less")]
    if soft:
        lines.append(f"rather: {listing(soft)}")
    if reference.name:
        lines.append(f"starting from {reference.name}")
    if turn.reading.unknown:
        lines.append(f"words I do not know: {', '.join(turn.reading.unknown)}")
    return tuple(lines)
