"""Turns that are answered without a search: questions about shown items, orders, small talk."""

from __future__ import annotations

from agent.memory.session import Session
from agent.state import Request, Talk
from agent.wish.apply import TurnInput
from agent.wish.pointing import pointed, precise

SMALL_TALK = ("greet", "thanks", "bye", "out_of_scope")

Ids = tuple[str, ...]


def talk_of(turn: TurnInput, request: Request, session: Session) -> Talk | None:
    """Return what the turn asks for that is no search, or None."""
    if request.button or turn.photo or turn.like:
        return None
    named = tuple(item.id for item in pointed(turn.reading.mentions, turn.page))
    page = tuple(item.id for item in turn.page)
    talk = _about_the_page(turn, named, page) or _question(turn, named, page)
    if talk is not None:
        return talk
    if turn.reading.intent("undo"):
        return None if session.past else Talk("nothing_to_undo")
    talk = _order(turn, named)
    if talk is not None:
        return talk
    return None if _asks_to_search(turn, named, page) else _small_talk(turn, request)


def _about_the_page(turn: TurnInput, named: Ids, page: Ids) -> Talk | None:
    """Return the talk for "forget me", "why this one" or "compare these", or None."""
    reading = turn.reading
    if reading.intent("forget"):
        return Talk("forget")
    if reading.intent("why"):
        return Talk("why", named or page[:1])
    if reading.intent("compare"):
        return Talk("compare", named if len(named) > 1 else page[:2])
    return None


def _question(turn: TurnInput, named: Ids, page: Ids) -> Talk | None:
    """Return the talk for a question about shown items, or None.

    A question that names a kind of item is about the shop and needs a search.
    """
    question = turn.reading.intent("question")
    if question is None or turn.reading.constraints:
        return None
    names_kind = any(c.facet == "category" for c in question.constraints)
    about_page = bool(page and question.constraints) and not names_kind
    if named or about_page:
        return Talk("question", named or page, question.constraints, turn.reading.text)
    return None


def _order(turn: TurnInput, named: Ids) -> Talk | None:
    """Return the talk for "start over", a pick, or a pointer to nothing on the page, or None."""
    reading = turn.reading
    if reading.intent("start_over"):
        return Talk("start_over")
    if reading.intent("pick") and named and not reading.constraints:
        return Talk("pick", named)
    if not named and any(precise(m) and m.kind == "shown" for m in reading.mentions):
        return Talk("nowhere")
    return None


def _asks_to_search(turn: TurnInput, named: Ids, page: Ids) -> bool:
    reading = turn.reading
    if turn.stated or reading.drop or named or reading.vibes:
        return True
    follow_up = reading.count or reading.intent("not_these", "show_more", "more_like")
    return bool(follow_up and page)


def _small_talk(turn: TurnInput, request: Request) -> Talk:
    for kind in SMALL_TALK:
        if turn.reading.intent(kind):
            return Talk(kind)
    if not request.text.strip():
        return Talk("bad_photo" if request.images else "empty")
    return Talk("unclear", text=", ".join(turn.reading.unknown_vibes or turn.reading.unknown))
