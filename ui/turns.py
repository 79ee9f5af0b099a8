"""The conversation: each turn with its words, its photo and what was seen in it, the answer, the pieces."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import vocabulary
from agent.wording.labels import joined
from agent.wording.photos import describe_look
from ui import cards
from ui.markup import esc, many, picture
from ui.photos import thumbnail

if TYPE_CHECKING:
    from agent import Card, Reply, Turn

SURE = 0.45
"""Probability below which a facet of a photo is folded away as doubtful."""
SHOWN_TURNS, MOST_TURNS = 6, 60
"""The page grows with every turn and is sent whole: older ones stay in memory until they are asked for, up to the most."""
SEEN_FACETS = {
    "category": "Kind",
    "color": "Colour",
    "pattern": "Pattern",
    "sleeve_length": "Sleeves",
    "length": "Length",
    "neckline": "Neckline",
    "fit": "Fit",
    "material": "Material",
}
STEP_WORDS = {
    "": "Reading your words",
    "thought": "Looking through the rails",
    "action": "Checking every piece",
    "critic": "Choosing my words",
    "speak": "Choosing my words",
}
"""What happens now, by the step that has just ended."""
MORE_LIKE = "more like this"
"""What a card's button says on the shopper's behalf."""


def _photo_strip(paths: Sequence[str]) -> str:
    pictures = (f'<img src="{data}" alt="Your photo">' for data in map(thumbnail, paths) if data)
    inner = "".join(pictures)
    return f'<div class="photos">{inner}</div>' if inner else ""


def _options(facet: str, found: dict[str, float]) -> tuple[str, float]:
    ranked = sorted(found.items(), key=lambda pair: -pair[1])
    best, chance = ranked[0]
    likely = [value for value, share in ranked if share >= 0.02][:6]
    rest = [value for value in vocabulary.leaf_values(facet) if value not in likely]
    first = "".join(
        f'<option value="{esc(value)}"{" selected" if value == best else ""}>{esc(value)}</option>'
        for value in likely
    )
    others = "".join(f'<option value="{esc(value)}">{esc(value)}</option>' for value in rest)
    return (
        f'<optgroup label="Looks like">{first}</optgroup><optgroup label="Or rather">{others}</optgroup>'
        f'<option value="">does not matter</option>'
    ), chance


def _facet(facet: str, found: dict[str, float]) -> tuple[str, float]:
    options, chance = _options(facet, found)
    sure = "sure" if chance >= 0.8 else "fairly sure" if chance >= SURE else "not sure"
    return (
        f'<label class="facet"><span>{SEEN_FACETS[facet]} <em>{sure}</em></span>'
        f'<select data-do="correct" data-facet="{facet}">{options}</select></label>'
    ), chance


def seen(photo: dict[str, dict[str, float]]) -> str:
    """What was seen in the reference photo, each facet with a menu to correct it; "" when nothing was."""
    fields = [_facet(facet, photo[facet]) for facet in SEEN_FACETS if photo.get(facet)]
    if not fields:
        return ""
    words = describe_look(photo)
    lead = f"I see <b>{esc(words)}</b>." if words else "I am not sure what I see."
    certain = "".join(markup for markup, chance in fields if chance >= SURE)
    doubtful = "".join(markup for markup, chance in fields if chance < SURE)
    more = (
        (
            '<details class="also"><summary>What I am less sure of</summary>'
            f'<div class="facets">{doubtful}</div></details>'
        )
        if doubtful
        else ""
    )
    return (
        f'<section class="seen" aria-label="What I see in your photo"><p>{lead} '
        f'<span>Not quite? Put it right:</span></p><div class="facets">{certain}</div>{more}</section>'
    )


def thoughts(reply: Reply) -> str:
    """The thoughts behind an answer, folded away."""
    if not reply.trace:
        return ""
    lines = "".join(f"<li>{esc(line)}</li>" for line in reply.trace)
    total = reply.ms.get("total")
    took = f" · {total:,.0f} ms" if total else ""
    return (
        f'<details class="thoughts"><summary>How I got here<small>{took} · {esc(reply.planner)} planner</small>'
        f"</summary><ol>{lines}</ol></details>"
    )


def _notes(reply: Reply) -> str:
    notes = "".join(f'<p class="note">{esc(note)}</p>' for note in reply.notes)
    if reply.relaxed:
        given_up = joined(name.split(": ", 1)[-1] for name in reply.relaxed)
        notes += f'<p class="note">I let go of “{esc(given_up)}” to find these.</p>'
    return notes


def _answer(reply: Reply) -> str:
    words = "".join(f"<p>{esc(line)}</p>" for line in reply.reply.splitlines() if line.strip())
    question = reply.question if reply.question and reply.question not in reply.reply else ""
    asked = f'<p class="question">{esc(question)}</p>' if question else ""
    return f'<div class="answer">{words}{asked}{_notes(reply)}{thoughts(reply)}</div>'


def said(text: str) -> str:
    """The shopper's words as a quotation; a tap, which memory keeps in parentheses, as a small line."""
    text = text.strip()
    if not text:
        return '<p class="tapped">What about this?</p>'
    if text.startswith("(") and text.endswith(")"):
        return f'<p class="tapped">{esc(text[1:-1])}</p>'
    return f'<p class="said">{esc(text)}</p>'


def _asked(turn: Turn, pointed: str) -> str:
    return f'<div class="asked"><span class="sr">You:</span>{_photo_strip(turn.photos)}{pointed}{said(turn.text)}</div>'


def _pointed(turn: Turn, base: str, shown: dict[str, Card]) -> str:
    """The piece that "more like this" meant, small beside the words."""
    card = shown.get(turn.reply.reference_id or "") if turn.text == MORE_LIKE else None
    address = picture(base, card.image) if card else ""
    return (
        f'<div class="photos"><img src="{address}" alt="{esc(card.title)}"></div>'
        if card and address
        else ""
    )


def _follow_ups(reply: Reply) -> str:
    priced = any(card.price is not None for card in reply.cards)
    says = ["show more"] * bool(reply.cards) + ["cheaper"] * priced + ["undo"]
    buttons = "".join(
        f'<button type="button" data-do="say" data-text="{words}">{words}</button>'
        for words in says
    )
    return f'<div class="next" role="group" aria-label="Quick follow-ups">{buttons}</div>'


def turn(
    past: Turn,
    base: str,
    saved: Collection[str],
    photo: dict | None = None,
    newest: bool = False,
    pointed: str = "",
) -> str:
    """One turn. photo: what was seen in the reference photo, where this turn is the place to correct it."""
    reply = past.reply
    shown = cards.grid(reply.items, base, saved) + cards.unconfirmed(reply.unconfirmed, base, saved)
    if not newest and shown:
        count = many(len(reply.items) + len(reply.unconfirmed), "piece")
        shown = f'<div class="strip" role="group" aria-label="{count} shown then" tabindex="0">{shown}</div>'
    corrections = seen(photo) if photo else ""
    return (
        f'<section class="turn{" newest" if newest else ""}" id="turn-{past.turn}" aria-label="Turn {past.turn}">'
        f"{_asked(past, pointed)}{corrections}{_answer(reply)}{shown}{_follow_ups(reply) if newest else ''}</section>"
    )


def _earlier(hidden: int, asked: bool) -> str:
    if not hidden or asked:
        return f'<p class="earlier">{many(hidden, "earlier turn")} not shown</p>' if hidden else ""
    return f'<p class="earlier"><button type="button" data-do="earlier">Show {many(hidden, "earlier turn")}</button></p>'


def feed(
    history: Sequence[Turn], base: str, saved: Collection[str], most: int = SHOWN_TURNS
) -> str:
    """The conversation's `most` newest turns, newest last; the newest photo's findings can be corrected where it was sent."""
    last = history[-most:]
    with_photo = next((t.turn for t in reversed(last) if t.photos), None)
    photo = next((t.reply.photo for t in reversed(last) if t.reply.photo), None)
    earlier = _earlier(last[0].turn - 1, asked=most > SHOWN_TURNS)
    shown = {card.id: card for t in history for card in t.reply.cards}
    return (
        '<h1 class="sr">Your conversation</h1>'
        + earlier
        + "".join(
            turn(
                t,
                base,
                saved,
                photo if t.turn == with_photo else None,
                t is last[-1],
                _pointed(t, base, shown),
            )
            for t in last
        )
    )


def announce(history: Sequence[Turn]) -> str:
    """The newest answer for those who listen to the page; nothing to see."""
    return f'<p class="sr" role="status">{esc(history[-1].reply.reply)}</p>' if history else ""


def working(
    text: str,
    photos: Sequence[str],
    trace: Sequence[str],
    step: str = "",
    partial: str = "",
    ahead: int = 0,
) -> str:
    """The turn in progress: what was asked, the step at work, thoughts as they come, cards in outline.

    ahead: messages of other shoppers that are answered first.
    """
    now = f"{many(ahead, 'message')} before yours" if ahead else STEP_WORDS.get(step, "One moment")
    words = said(text) if text or photos else ""
    lines = "".join(f"<li>{esc(line)}</li>" for line in trace)
    folded = (
        f'<details class="thoughts"><summary>Thoughts</summary><ol>{lines}</ol></details>'
        if lines
        else ""
    )
    spoken = f"<p>{esc(partial)}</p>" if partial else ""
    outline = '<div class="card ghost"><div class="frame"></div><i></i><i></i></div>' * 5
    return (
        f'<section class="turn working" aria-busy="true"><div class="asked">{_photo_strip(photos)}{words}</div>'
        f'<div class="answer"><p class="step" role="status">{now}'
        f'<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span></p>{spoken}{folded}</div>'
        f'<div class="grid" aria-hidden="true">{outline}</div></section>'
    )
