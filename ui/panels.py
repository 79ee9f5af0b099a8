"""What stands around the conversation: masthead, welcome, the wish as chips, notices, the shop being prepared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.wording.phrases import phrase
from ui.markup import esc
from ui.photos import EXAMPLES, thumbnail
from vocabulary.wish import PriceRange

if TYPE_CHECKING:
    from vocabulary.wish import Constraint

NAME = "Stylist"
_CHIP_ORDER = ("require", "exclude", "more", "less", "prefer")
_COUNTED = re.compile(r"(.+): (\d+) of ([1-9]\d*)")
_MOON = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z"/></svg>'


def masthead(saved: int = 0) -> str:
    """Name, saved pieces, start over, forget me, light or dark."""
    count = f'<b aria-label="{saved} saved">{saved}</b>' if saved else ""
    return (
        f'<header class="mast"><p class="wordmark">{NAME}<i>.</i></p><nav aria-label="Session">'
        f'<button type="button" data-ui="drawer" aria-haspopup="dialog">Saved{count}</button>'
        f'<button type="button" data-do="start_over">Start over</button>'
        f'<button type="button" data-ui="ask-forget">Forget me</button>'
        f'<button type="button" class="icon" data-ui="theme" aria-label="Light or dark">{_MOON}</button>'
        "</nav></header>"
    )


def welcome(pieces: int) -> str:
    """The first screen: an invitation and examples to tap."""
    tiles = "".join(
        f'<button type="button" class="tile{"" if example.photo else " words"}" data-do="example" data-n="{number}">'
        + (
            f'<img src="{thumbnail(example.path)}" alt="{esc(example.alt)}">'
            if example.path
            else '<span class="glyph" aria-hidden="true">Aa</span>'
        )
        + f'<span class="try">“{esc(example.text)}”</span></button>'
        for number, example in enumerate(EXAMPLES)
    )
    return (
        f'<section class="hero"><p class="kicker">{pieces:,} pieces on the rails</p>'
        f"<h1>Show me something you love. <em>Tell me what you would change.</em></h1>"
        f'<p class="lead">A photo, a few words, or both. Every piece that I show has been checked against what you '
        f"asked for, and what I could not check I say.</p>"
        f'<h2 class="sr">Examples</h2><div class="tiles">{tiles}</div></section>'
    )


def wish(constraints: Sequence[Constraint], currency: str = "EUR") -> str:
    """The wish as chips, each a button that removes it; "" without one.

    What must be comes first, what would be nice last, after one "ideally"; alternatives are joined by "or".
    """
    if not constraints:
        return ""
    chips, before, leaning = [], None, False
    for one in sorted(constraints, key=lambda c: _CHIP_ORDER.index(c.op)):
        if one.any is not None and one.any == before:
            chips.append('<span class="or">or</span>')
        elif one.op == "prefer" and not leaning:
            chips.append('<span class="or">ideally</span>')
            leaning = True
        before = one.any
        chips.append(_chip(one, currency))
    return (
        '<div class="wish" role="group" aria-label="Your wish; tap to remove"><span class="cap">Your wish</span>'
        f"{''.join(chips)}</div>"
    )


def value_key(value: PriceRange | str) -> str:
    """A constraint's value as text that a button carries: a word, or a price interval as JSON."""
    return value.model_dump_json() if isinstance(value, PriceRange) else value


def _chip(one: Constraint, currency: str) -> str:
    words = phrase(one, currency)
    spoken = f"ideally {words}" if one.op == "prefer" else words
    origin = {
        "photo": "from your photo",
        "memory": "from your taste",
        "vibe": "from the mood",
        "button": "from a tap",
    }
    title = origin.get(one.source, "from your words")
    mark = (
        f"<small>{esc(origin[one.source].rsplit(' ', 1)[1])}</small>"
        if one.source in origin
        else ""
    )
    value = value_key(one.value)
    return (
        f'<button type="button" class="chip {esc(one.op)}" data-do="remove" data-facet="{esc(one.facet)}" '
        f'data-op="{esc(one.op)}" data-value="{esc(value)}" title="{esc(title)}" '
        f'aria-label="Remove: {esc(spoken)}, {esc(title)}">{esc(words)}{mark}'
        '<span aria-hidden="true">×</span></button>'
    )


def notice(words: str, kind: str = "error") -> str:
    """A message to the shopper. kind: "error" (nothing typed is lost), "hint" or "done"."""
    return f'<div class="notice {kind}" role="alert"><p>{esc(words)}</p></div>' if words else ""


def preparing(lines: Sequence[str], failed: str = "") -> str:
    """The page while the collection is drawn, or the reason why it could not be."""
    if failed:
        return (
            f'<section class="hero"><p class="kicker">Closed for now</p><h1>The shop could not open.</h1>'
            f"{notice(failed)}</section>"
        )
    shown = "".join(_progress(line) for line in lines[-5:]) or "<li>One moment</li>"
    outline = '<div class="card ghost"><div class="frame"></div><i></i><i></i></div>' * 5
    return (
        f'<section class="hero" aria-busy="true"><p class="kicker">Opening</p>'
        f'<h1>The collection is being <em>hung on the rails.</em></h1><p class="lead">The first start takes about '
        f"two minutes, later ones a few seconds. This page opens by itself.</p>"
        f'<ol class="progress" role="status">{shown}</ol>'
        f'<div class="grid" aria-hidden="true">{outline}</div></section>'
    )


def _progress(line: str) -> str:
    counted = _COUNTED.fullmatch(line)
    if counted is None:
        return f"<li>{esc(line)}</li>"
    name, done, whole = counted.groups()
    return (
        f'<li>{esc(name)} <progress value="{done}" max="{whole}" aria-label="{esc(name)}"></progress> '
        f"{int(done):,} of {int(whole):,}</li>"
    )


def dialog() -> str:
    """The question before everything is forgotten."""
    return (
        '<dialog id="forget" aria-labelledby="forget-title"><h2 id="forget-title">Forget everything?</h2>'
        "<p>Your words, your photos, saved pieces and what I learned of your taste are deleted here for good.</p>"
        '<div class="acts"><button type="button" data-ui="keep">Keep it</button>'
        '<button type="button" class="strong" data-do="forget">Forget me</button></div></dialog>'
    )
