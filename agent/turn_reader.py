"""Reader of a turn's pictures and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from agent.language import Context, Reading
from agent.language.nearest import Nearest, candidates, nearest, read_as
from agent.memory.session import Session
from agent.photo_reader import PhotoReader
from agent.planner import Plan, Planner, PlanRequest
from agent.state import Clock, Request, Seen
from agent.tools import Tools
from agent.wish.apply import TurnInput
from agent.wish.pointing import as_shown
from agent.wish.references import References, photo_hashes
from agent.wording import notes as wording
from catalog.item import Item
from errors import BadImageError, InputError

MAX_MESSAGE_CHARS = 4_000
"""Longer messages are cut, and the shopper is told."""
MAX_PHOTOS = 4


class TurnReader:
    """Turns a request into a TurnInput: photos as seen, the item to resemble, the page, the plan.

    planners: by name, with `default` among them. find_nearest: the reader of words by their
    meaning, or None if it is not installed.
    """

    def __init__(
        self,
        tools: Tools,
        photo_reader: PhotoReader,
        planners: Mapping[str, Planner],
        default: str,
        find_nearest: Callable[[], Nearest | None] = nearest,
    ) -> None:
        self.tools, self.photo_reader = tools, photo_reader
        self.planners, self.default, self.find_nearest = planners, default, find_nearest
        self.references = References(tools, photo_reader)

    def read(
        self, request: Request, session: Session, clock: Clock
    ) -> tuple[TurnInput, tuple[str, ...]]:
        """Return the turn's input and the hashes of its pictures."""
        notes: list[str] = []
        photos = self._see(request, session, clock, notes)
        text = _cut(request.text.strip(), notes)
        like = self._item_to_resemble(request, notes)
        page = tuple(self.tools.known(session.shown))
        plan = self._plan(request, text, session, page, photos, clock, notes)
        reading = plan.reading
        if reading.garment:
            photos = self._look_at_garment(reading.garment, photos, session, clock)
        photo = self.references.blended(photos)
        if reading.parts:
            photo = self._combined(reading, photos, page, session, clock, notes) or photo
        if reading.currency not in (None, self.tools.currency):
            notes.append(wording.other_currency(self.tools.currency, reading.currency))
        turn = TurnInput(plan, photo, like, page, (*notes, *plan.notes))
        return turn, tuple(seen.hash for seen in photos)

    def _see(
        self, request: Request, session: Session, clock: Clock, notes: list[str]
    ) -> list[Seen]:
        if len(request.images) > MAX_PHOTOS:
            notes.append(wording.pictures_cut(MAX_PHOTOS, len(request.images)))
        photos = []
        for image in request.images[:MAX_PHOTOS]:
            try:
                photos.append(self.photo_reader.see(session.id, image, clock))
            except BadImageError as error:
                notes.append(wording.bad_picture(error))
        return photos

    def _look_at_garment(
        self, garment: str, photos: list[Seen], session: Session, clock: Clock
    ) -> list[Seen]:
        """Look at one garment ("the jeans") in the turn's photos, or in the reference's."""
        photos = photos or self.references.photos(session.id, session.wish.reference_photo, clock)
        return [self.photo_reader.ask(session.id, photo, garment, clock) for photo in photos]

    def _combined(
        self,
        reading: Reading,
        photos: Sequence[Seen],
        page: Sequence[Item],
        session: Session,
        clock: Clock,
        notes: list[str],
    ) -> Seen | None:
        """Combine "the shape of the first in the colour of the second" into one picture.

        Photos are counted in the order of the conversation: one that comes now is the second if
        the conversation has one already.
        """
        name = session.wish.reference_photo
        if len(photos) < 2:
            photos = [*self.references.photos(session.id, name, clock), *photos]
        current = self.references.recall(session.id, name, clock) if name else None
        if current is None:
            items = self.tools.known([session.wish.reference_id])
            current = self.references.of_item(items[0]) if items else None
        combined = self.references.together(reading.parts, reading.mentions, photos, page, current)
        if combined is None:
            notes.append(wording.WHICH_PICTURES)
        return combined

    def _item_to_resemble(self, request: Request, notes: list[str]) -> Item | None:
        if request.like is None:
            return None
        try:
            return self.tools.catalog.items([self.tools.catalog.row(request.like)])[0]
        except InputError:
            notes.append(wording.no_such_item(request.like))
            return None

    def _plan(
        self,
        request: Request,
        text: str,
        session: Session,
        page: tuple[Item, ...],
        photos: Sequence[Seen],
        clock: Clock,
        notes: list[str],
    ) -> Plan:
        name = request.planner or self.default
        if name not in self.planners:
            notes.append(wording.NO_MODEL)
            name = self.default
        plan_request = self._plan_request(text, session, page, photos, clock)
        with clock.stage("plan"):
            plan = self.planners[name].plan(plan_request)
        if candidates(plan.reading):
            reading, remarks = read_as(plan.reading, self.find_nearest())
            plan = replace(plan, reading=reading, notes=(*plan.notes, *remarks))
        return plan

    def _plan_request(
        self,
        text: str,
        session: Session,
        page: tuple[Item, ...],
        photos: Sequence[Seen],
        clock: Clock,
    ) -> PlanRequest:
        photo = self.references.blended(photos)
        counts = self.tools.catalog.facet_counts()
        context = Context(
            shown=tuple(as_shown(item) for item in page),
            wish=session.wish,
            currency=self.tools.currency,
            brands=tuple(counts.get("brand", ())),
            facet_counts=counts,
            has_photo=photo is not None or session.wish.reference_photo is not None,
            photos=_photo_count(session, page, photos),
        )
        return PlanRequest(
            text,
            context,
            clock,
            photo.attributes if photo else {},
            self.photo_reader.stored(session.id, photo.hash) if photo else None,
            photo.vector if photo else None,
            session,
            page,
        )


def _cut(text: str, notes: list[str]) -> str:
    if len(text) > MAX_MESSAGE_CHARS:
        notes.append(wording.message_cut(len(text), MAX_MESSAGE_CHARS))
    return text[:MAX_MESSAGE_CHARS]


def _photo_count(session: Session, page: Sequence[Item], photos: Sequence[Seen]) -> int:
    """Count the photos that words may point at: the turn's, and those of the reference.

    The reference's photos count beside one new photo, or while nothing is shown.
    """
    earlier = len(photo_hashes(session.wish.reference_photo))
    if len(photos) > 1:
        return len(photos)
    return len(photos) + (earlier if len(photos) == 1 or not page else 0)
