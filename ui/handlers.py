"""What happens on a tap or a message. The session is the bearer token that the browser keeps; memory is the truth.

Nothing that the browser claims is trusted beyond that token: the conversation is read from memory for every view.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from errors import BusyError, StylistError
from ui import cards, panels, photos, turns
from ui.filters import value_key
from ui.pace import paced
from ui.shop import Shop

if TYPE_CHECKING:
    from agent import ChatService, Event

LOG = logging.getLogger(__name__)
PACE_S = 0.15
"""Each view of a turn at work costs the page several milliseconds, and nobody reads faster."""
UNFOLDED_KEPT = 1_000
MAX_TEXT = 4000
"""Longer messages are refused with their text kept; nobody describes a dress in more characters."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")
SLIP = "Something broke on my side, not on yours. Your words are still in the box; please send them again."
BROKE = "Something broke on my side, not on yours. Please try that again."
EMPTY = "Tell me what you are looking for, or add a photo: both work, and together they work best."


class View(NamedTuple):
    """What a handler may change on the page, in the order of the page's outputs; the default leaves a part as it is."""

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

    pictures: address under which the catalogue's pictures are served; pace: seconds between two views of a turn at work.
    """

    def __init__(self, shop: Shop, pictures: str, pace: float = PACE_S) -> None:
        self.shop, self.pictures, self.pace = shop, pictures, pace
        self._unfolded: OrderedDict[str, None] = OrderedDict()
        """Sessions whose earlier turns are on the page, so that a heart does not fold them; the next turn does."""

    def arrive(self, token: str | None) -> View:
        """The page is opened or reloaded, or the clock ticks while the shop is being prepared."""
        stylist = self.shop.stylist
        if stylist is None:
            failed = str(self.shop.failure) if self.shop.failure else ""
            return View(
                feed=panels.preparing(self.shop.lines(), failed),
                live="",
                dock=gr.update(visible=False),
                clock=gr.update(active=not failed),
            )
        token = token if token and _TOKEN.fullmatch(token) else stylist.new_session()
        return self._whole(stylist, token)._replace(
            dock=gr.update(visible=True), clock=gr.update(active=False)
        )

    def say(self, token: str, message: dict | None) -> Iterator[View]:
        """A message from the box: words, photos or both."""
        text, files = (message or {}).get("text") or "", (message or {}).get("files") or []
        if not text.strip() and not files:
            yield View(live=panels.notice(EMPTY, "hint"))
        elif len(text) > MAX_TEXT:
            yield View(
                live=panels.notice(
                    f"That is {len(text):,} characters; up to {MAX_TEXT:,} fit. "
                    "Your text is still in the box, please shorten it."
                )
            )
        else:
            yield from self._turn(token, text.strip(), files, kept=message)

    def act(self, token: str, event: gr.EventData) -> Iterator[View]:
        """A tap that asks for an answer: a card's button, a chip, a menu, an example, start over, forget me."""
        data = event._data if isinstance(event._data, dict) else {}
        kind, stylist = data.get("do"), self._ready(token)
        if stylist is None:
            yield View(live=panels.notice("The shop is still being prepared; one moment.", "hint"))
        elif kind == "like":
            yield from self._turn(token, turns.MORE_LIKE, like=str(data.get("id", "")))
        elif kind == "say":
            yield from self._turn(token, str(data.get("text", ""))[:MAX_TEXT])
        elif kind == "start_over":
            yield from self._turn(token, "start over")
        elif kind == "earlier":
            self._unfolded[token] = None
            while len(self._unfolded) > UNFOLDED_KEPT:
                self._unfolded.popitem(last=False)
            yield self._whole(stylist, token, turns.MAX_TURNS)
        elif kind == "example":
            yield from self._example(token, data.get("n"))
        elif kind in ("remove", "correct", "not_this"):
            yield from self._change(stylist, token, kind, data)
        elif kind == "forget":
            yield self._forget(stylist, token)

    def mark(self, token: str, event: gr.EventData) -> View:
        """A tap on a heart: save an item or let it go."""
        data, stylist = event._data, self._ready(token)
        if (
            stylist is None
            or not isinstance(data, dict)
            or data.get("do") not in ("save", "unsave")
        ):
            return View()
        try:
            stylist.feedback(token, str(data.get("id", "")), data["do"])
        except StylistError as error:
            return View(live=panels.notice(str(error)))
        except Exception:  # a door, as above
            LOG.exception("%s failed", data["do"])
            return View(live=panels.notice(BROKE))
        shown = turns.MAX_TURNS if token in self._unfolded else turns.SHOWN_TURNS
        return self._whole(stylist, token, shown)._replace(live=gr.skip())

    def _forget(self, stylist: ChatService, token: str) -> View:
        try:
            stylist.forget(token)
        except StylistError as error:
            return View(live=_refusal(error))
        except Exception:  # a door, as above
            LOG.exception("forgetting failed")
            return View(live=panels.notice(BROKE))
        photos.forget()
        cards.forget()
        return self._whole(stylist, stylist.new_session())._replace(
            box=None,
            live=panels.notice(
                "Forgotten: your words, your photos and what I learned from them.", "done"
            ),
        )

    def _ready(self, token: str) -> ChatService | None:
        return self.shop.stylist if token and _TOKEN.fullmatch(token) else None

    def _example(self, token: str, number: object) -> Iterator[View]:
        known = {str(n): example for n, example in enumerate(photos.EXAMPLES)}
        example = known.get(str(number))
        if example:
            yield from self._turn(token, example.text, [str(example.path)] if example.path else [])

    def _turn(
        self,
        token: str,
        text: str,
        files: Sequence[str] = (),
        like: str | None = None,
        kept: dict | None = None,
    ) -> Iterator[View]:
        """One turn, streamed. `kept` goes back into the box if it fails."""
        stylist = self._ready(token)
        if stylist is None:
            yield View(
                live=panels.notice(
                    "The shop is still being prepared; your message is kept.", "hint"
                )
            )
            return
        self._unfolded.pop(token, None)
        try:
            images = photos.check(files)
            events = stylist.stream(token, text, image=images or None, like=like)
            yield View(live=turns.working(text, images, ()), box=None if kept else gr.skip())
            yield from self._watch(events, text, images)
            yield self._whole(stylist, token)
        except StylistError as error:
            yield View(live=_refusal(error), box=kept or gr.skip())
            return
        except (
            Exception
        ):  # a door: whatever broke inside, the shopper keeps the words and learns that it broke
            LOG.exception("a turn failed")
            yield View(live=panels.notice(SLIP), box=kept or gr.skip())
            return

    def _watch(self, events: Iterator[Event], text: str, images: list[str]) -> Iterator[View]:
        trace, said, step, ahead = [], "", "", 0
        for news in paced(events, self.pace):
            for event in news:
                ahead = int(event.text) if event.kind == "wait" else 0
                if event.kind == "step":
                    step = event.step
                if event.kind in ("step", "note") and event.text:
                    trace += event.text.split(" · ")
                elif event.kind == "text":
                    said += event.text
            if news[-1].kind != "reply":  # the whole page follows at once
                yield View(live=turns.working(text, images, trace, step, said, ahead))

    def _change(self, stylist: ChatService, token: str, kind: str, data: dict) -> Iterator[View]:
        yield View(live=turns.working("", (), (), "thought"))
        try:
            if kind == "not_this":
                stylist.feedback(token, str(data.get("id", "")), "not_this")
            elif kind == "correct":
                stylist.correct_photo(
                    token, str(data.get("facet", "")), str(data.get("value", "")) or None
                )
            else:
                self._remove(stylist, token, data)
            yield self._whole(stylist, token)
        except StylistError as error:
            yield View(live=_refusal(error))
        except Exception:  # a door, as above
            LOG.exception("%s failed", kind)
            yield View(live=panels.notice(SLIP))

    def _remove(self, stylist: ChatService, token: str, data: dict) -> None:
        """Remove the constraint of the wish that the chip stands for; a chip that is no longer in it does nothing."""
        wanted = data.get("facet"), data.get("op"), data.get("value")
        history = stylist.history(token, last=1)
        held = history[-1].reply.constraints if history else ()
        one = next((c for c in held if (c.facet, c.op, value_key(c.value)) == wanted), None)
        if one is not None:
            stylist.remove(token, one.facet, one.op, one.value)

    def _whole(self, stylist: ChatService, token: str, shown: int = turns.SHOWN_TURNS) -> View:
        """All of the page that depends on the session, read from memory: so many turns, and one more that these point at."""
        history, saved = stylist.history(token, last=shown + 1), stylist.saved(token)
        ids = {item.id for item in saved}
        feed = (
            turns.feed(history, self.pictures, ids, shown)
            if history
            else panels.welcome(stylist.catalog.live)
        )
        chips = history[-1].reply.constraints if history else ()
        return View(
            token=token,
            masthead=panels.masthead(len(saved)),
            feed=feed,
            live=turns.announce(history),
            wish=panels.wish(chips, self._currency(stylist)),
            drawer=cards.saved_list(saved, self.pictures),
        )

    @staticmethod
    def _currency(stylist: ChatService) -> str:
        first = stylist.catalog.items([0]) if stylist.catalog.ids else []
        return first[0].currency if first else "EUR"


def _refusal(error: StylistError) -> str:
    return panels.notice(str(error), "busy" if isinstance(error, BusyError) else "error")
