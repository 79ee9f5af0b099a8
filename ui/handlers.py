"""What happens on a message or a tap. The session is the bearer token that the browser keeps.

Nothing else that the browser claims is trusted: every view is read from memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr
from cachetools import FIFOCache

from ui import cards, notices, panels, photos, turns
from ui.filters import value_key
from ui.gradio_patches import event_data
from ui.pace import paced
from ui.progress import TurnProgress
from ui.shop import Shop

if TYPE_CHECKING:
    from agent import ChatService, Event

VIEW_EVERY_S = 0.15
"""Pause between two views of a turn at work. Each costs milliseconds, and nobody reads faster."""
MAX_UNFOLDED_SESSIONS = 1_000
MAX_MESSAGE_CHARS = 4_000
"""Longer messages are refused and stay in the box; nobody needs more to describe a dress."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")

Message = Mapping[str, Any]
"""The box's content: {"text": words, "files": paths of uploads}."""
Data = Mapping[str, Any]
"""The `data-` attributes of a tapped element."""


class View(NamedTuple):
    """What a handler may change on the page, in the order of the page's outputs.

    Each field is a value or an update for one part; the default leaves the part as it is.
    """

    token: Any = gr.skip()
    masthead: Any = gr.skip()
    feed: Any = gr.skip()
    live: Any = gr.skip()
    wish: Any = gr.skip()
    drawer: Any = gr.skip()
    box: Any = gr.skip()
    dock: Any = gr.skip()
    clock: Any = gr.skip()


class PageHandlers:
    """The handlers of one page over one shop.

    pictures: the address where the catalogue's pictures are served;
    view_every: seconds between two views of a turn at work.
    """

    def __init__(self, shop: Shop, pictures: str, view_every: float = VIEW_EVERY_S) -> None:
        self.shop = shop
        self.pictures = pictures
        self.view_every = view_every
        self._unfolded: FIFOCache[str, bool] = FIFOCache(MAX_UNFOLDED_SESSIONS)
        """Sessions that see their earlier turns until their next turn; a heart leaves them open."""
        self._taps: dict[str, Callable[[ChatService, str, Data], Iterator[View]]] = {
            "like": self._like,
            "say": self._say_phrase,
            "start_over": self._start_over,
            "example": self._example,
            "earlier": self._unfold,
            "remove": self._remove,
            "correct": self._correct,
            "not_this": self._refuse,
            "forget": self._forget,
        }

    def arrive(self, token: str | None) -> View:
        """Answer a page that was opened or reloaded, or the clock's tick while the shop opens."""
        stylist = self.shop.stylist
        if stylist is None:
            failure = str(self.shop.failure) if self.shop.failure else ""
            return View(
                feed=panels.preparing(self.shop.lines(), failure),
                live="",
                dock=gr.update(visible=False),
                clock=gr.update(active=not failure),
            )
        token = token if token and _TOKEN.fullmatch(token) else stylist.new_session()
        return self._whole(stylist, token)._replace(
            dock=gr.update(visible=True), clock=gr.update(active=False)
        )

    def say(self, token: str, message: Message | None) -> Iterator[View]:
        """Answer a message from the box: words, photos or both."""
        message = message or {}
        text, files = message.get("text") or "", message.get("files") or []
        if not text.strip() and not files:
            yield View(live=panels.notice(notices.EMPTY, "hint"))
        elif len(text) > MAX_MESSAGE_CHARS:
            yield View(
                live=panels.notice(
                    f"That is {len(text):,} characters; up to {MAX_MESSAGE_CHARS:,} fit. "
                    "Your text is still in the box, please shorten it."
                )
            )
        else:
            yield from self._turn(token, text.strip(), files, message=message)

    def act(self, token: str, event: gr.EventData) -> Iterator[View]:
        """Answer a tap: a card's button, a chip, a menu, an example, start over, forget me."""
        data, stylist = event_data(event), self._ready(token)
        tap = self._taps.get(str(data.get("do")))
        if stylist is None:
            yield View(live=panels.notice(notices.PREPARING, "hint"))
        elif tap is not None:
            yield from tap(stylist, token, data)

    def mark(self, token: str, event: gr.EventData) -> View:
        """Answer a tap on a heart: save an item or let it go."""
        data, stylist = event_data(event), self._ready(token)
        kind = data.get("do")
        if stylist is None or kind not in ("save", "unsave"):
            return View()
        try:
            stylist.feedback(token, str(data.get("id", "")), kind)
        except Exception as error:  # a door, see notices.problem
            return View(live=notices.problem(error, notices.TRY_AGAIN))
        shown = turns.MAX_TURNS if token in self._unfolded else turns.SHOWN_TURNS
        return self._whole(stylist, token, shown)._replace(live=gr.skip())

    def _ready(self, token: str) -> ChatService | None:
        """Return the stylist if the shop is open and the token cannot be guessed."""
        return self.shop.stylist if token and _TOKEN.fullmatch(token) else None

    def _like(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        return self._turn(token, turns.MORE_LIKE, like=str(data.get("id", "")))

    def _say_phrase(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        return self._turn(token, str(data.get("text", ""))[:MAX_MESSAGE_CHARS])

    def _start_over(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        return self._turn(token, "start over")

    def _example(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        numbered = {str(number): example for number, example in enumerate(photos.EXAMPLES)}
        example = numbered.get(str(data.get("n")))
        if example:
            yield from self._turn(token, example.text, [str(example.path)] if example.path else [])

    def _unfold(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        self._unfolded[token] = True
        yield self._whole(stylist, token, turns.MAX_TURNS)

    def _refuse(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        item_id = str(data.get("id", ""))
        return self._change(stylist, token, lambda: stylist.feedback(token, item_id, "not_this"))

    def _correct(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        facet, value = str(data.get("facet", "")), str(data.get("value", "")) or None
        return self._change(stylist, token, lambda: stylist.correct_photo(token, facet, value))

    def _remove(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        return self._change(stylist, token, lambda: _remove_constraint(stylist, token, data))

    def _change(
        self, stylist: ChatService, token: str, change: Callable[[], object]
    ) -> Iterator[View]:
        """Change the session by something else than a message, and show the new answer."""
        yield View(live=turns.working("", (), (), "thought"))
        try:
            change()
            yield self._whole(stylist, token)
        except Exception as error:  # a door, see notices.problem
            yield View(live=notices.problem(error, notices.SEND_AGAIN))

    def _forget(self, stylist: ChatService, token: str, data: Data) -> Iterator[View]:
        try:
            stylist.forget(token)
        except Exception as error:  # a door, see notices.problem
            yield View(live=notices.problem(error, notices.TRY_AGAIN))
            return
        photos.forget()
        cards.forget()
        yield self._whole(stylist, stylist.new_session())._replace(
            box=None, live=panels.notice(notices.FORGOTTEN, "done")
        )

    def _turn(
        self,
        token: str,
        text: str,
        files: Sequence[str] = (),
        like: str | None = None,
        message: Message | None = None,
    ) -> Iterator[View]:
        """Stream one turn. message: what goes back into the box if the turn fails."""
        stylist = self._ready(token)
        if stylist is None:
            yield View(live=panels.notice(notices.PREPARING_KEPT, "hint"))
            return
        self._unfolded.pop(token, None)
        try:
            images = photos.check(files)
            events = stylist.stream(token, text, image=images or None, like=like)
            yield View(live=turns.working(text, images, ()), box=None if message else gr.skip())
            yield from self._watch(events, text, images)
            yield self._whole(stylist, token)
        except Exception as error:  # a door, see notices.problem
            yield View(live=notices.problem(error, notices.SEND_AGAIN), box=message or gr.skip())

    def _watch(self, events: Iterator[Event], text: str, images: list[str]) -> Iterator[View]:
        """Show a turn at work. The view of the finished turn follows and is not shown here."""
        progress = TurnProgress()
        for batch in paced(events, self.view_every):
            for event in batch:
                progress.add(event)
            if batch[-1].kind != "reply":
                yield View(
                    live=turns.working(
                        text,
                        images,
                        progress.trace,
                        progress.step,
                        progress.partial,
                        progress.ahead,
                    )
                )

    def _whole(self, stylist: ChatService, token: str, shown: int = turns.SHOWN_TURNS) -> View:
        """Return all parts of the page that depend on the session, with the `shown` last turns."""
        # One turn more than is shown, because the first one may refer to its items.
        history = stylist.history(token, last=shown + 1)
        saved = stylist.saved(token)
        saved_ids = {item.id for item in saved}
        if history:
            feed = turns.feed(history, self.pictures, saved_ids, shown)
        else:
            feed = panels.welcome(stylist.catalog.live)
        constraints = history[-1].reply.constraints if history else ()
        return View(
            token=token,
            masthead=panels.masthead(len(saved)),
            feed=feed,
            live=turns.announce(history),
            wish=panels.wish(constraints, _currency(stylist)),
            drawer=cards.saved_list(saved, self.pictures),
        )


def _remove_constraint(stylist: ChatService, token: str, data: Data) -> None:
    """Remove the constraint that a chip stands for; nothing if the wish no longer holds it."""
    chip = data.get("facet"), data.get("op"), data.get("value")
    history = stylist.history(token, last=1)
    for constraint in history[-1].reply.constraints if history else ():
        if (constraint.facet, constraint.op, value_key(constraint.value)) == chip:
            stylist.remove(token, constraint.facet, constraint.op, constraint.value)
            return


def _currency(stylist: ChatService) -> str:
    first = stylist.catalog.items([0]) if stylist.catalog.ids else []
    return first[0].currency if first else "EUR"
