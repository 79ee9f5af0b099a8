"""Items as cards: the picture first, then what a shopper decides by, then why it is here and what was checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from agent.wording import labels
from agent.wording.money import money
from agent.wording.phrases import phrase
from ui.markup import esc, link, many, picture

if TYPE_CHECKING:
    from agent import Card, Check
    from catalog.item import Item

HARD = ("require", "exclude")
BADGES = 3
"""Badges on a card's face; the rest is in its details."""
_MARKS = {
    "met": ("✓", "confirmed"),
    "unknown": ("?", "not confirmed"),
    "broken": ("–", "does not apply"),
}


def badge(check: Check, currency: str) -> str:
    """One verdict as a pill: mark, what was asked, where the answer comes from."""
    mark, spoken = _MARKS[check.verdict]
    words, origin = phrase(check, currency), labels.source(check.source)
    return (
        f'<li class="badge {check.verdict}" title="{esc(spoken)}, {esc(origin)}">'
        f'<span aria-hidden="true">{mark}</span><span class="sr">{esc(spoken)}:</span> {esc(words)}'
        f" <small>{esc(origin)}</small></li>"
    )


def _row(check: Check, currency: str) -> str:
    mark, spoken = _MARKS[check.verdict]
    sure = f"{check.confidence:.0%}" if check.verdict != "unknown" else "–"
    return (
        f'<tr class="{check.verdict}"><td><span aria-hidden="true">{mark}</span>'
        f'<span class="sr">{esc(spoken)}</span></td><td>{esc(phrase(check, currency))}</td>'
        f"<td>{esc(labels.source(check.source))}</td><td>{sure}</td></tr>"
    )


def _details(card: Card) -> str:
    rows = "".join(_row(verdict, card.currency) for verdict in card.verdicts)
    checks = (
        (
            f'<table><caption>What I checked</caption><thead class="sr"><tr><th>Verdict</th><th>Wish</th>'
            f"<th>Source</th><th>Confidence</th></tr></thead><tbody>{rows}</tbody></table>"
        )
        if rows
        else ""
    )
    address = link(card.link)
    shop = (
        (
            f'<a class="shop" href="{address}" target="_blank" rel="noopener noreferrer nofollow">'
            f'See it in the shop<span class="sr"> (opens a new tab)</span></a>'
        )
        if address
        else ""
    )
    sizes = f"<p><b>Sizes in stock</b> {esc(', '.join(card.sizes))}</p>" if card.sizes else ""
    return (
        f'<details class="more"><summary>Details<span class="sr"> of {esc(card.title)}</span></summary>'
        f'<p>{esc(card.description)}</p>{sizes}{checks}<p class="ref">No. {esc(card.id)}</p>{shop}</details>'
    )


def _photo(base: str, image: str, title: str, brand: str) -> str:
    address = picture(base, image)
    alt = f"{title} by {brand}" if brand else title
    if not address:
        return (
            f'<div class="pic none" role="img" aria-label="{esc(alt)}, no picture">no picture</div>'
        )
    return (
        f'<div class="pic"><img src="{address}" alt="{esc(alt)}" loading="lazy" decoding="async" '
        f'width="384" height="512"></div>'
    )


def heart(item_id: str, title: str, saved: bool) -> str:
    """The button that saves an item or lets it go."""
    kind, words = ("unsave", "Remove from saved") if saved else ("save", "Save")
    return (
        f'<button type="button" class="heart" data-do="{kind}" data-id="{esc(item_id)}" '
        f'aria-pressed="{str(saved).lower()}" aria-label="{words}: {esc(title)}">'
        '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20.3C5 15.4 3 11.9 3 8.7 3 6.1 5 4.2 7.4 4.2c1.9'
        " 0 3.5 1 4.6 2.8 1.1-1.8 2.7-2.8 4.6-2.8C19 4.2 21 6.1 21 8.7c0 3.2-2 6.7-9"
        ' 11.6z"/></svg></button>'
    )


def _meta(card: Card) -> str:
    price = money(card.price, card.currency)
    sizes = " ".join(card.sizes[:6]) + (" …" if len(card.sizes) > 6 else "")
    cost = f'<span class="price">{esc(price)}</span>' if price else ""
    stock = f'<span class="sizes" title="Sizes in stock">{esc(sizes)}</span>' if sizes else ""
    return f'<p class="meta">{cost}{stock}</p>' if cost or stock else ""


def card(item: Card, base: str, saved: bool = False) -> str:
    """One item. `base`: where the catalogue's pictures are served."""
    hard = [check for check in item.verdicts if check.op in HARD]
    unsure_first = sorted(hard, key=lambda check: check.verdict != "unknown")
    badges = "".join(badge(check, item.currency) for check in unsure_first[:BADGES])
    rest = f'<li class="badge rest">+{len(hard) - BADGES}</li>' if len(hard) > BADGES else ""
    why = (
        f'<p class="why">{esc(item.why)}</p>' if item.why and not hard else ""
    )  # badges say the same, better
    name, key = esc(item.title), esc(item.id)
    return (
        f'<article class="card" data-item="{key}" aria-label="{name}">'
        f'<div class="frame">{_photo(base, item.image, item.title, item.brand)}'
        f"{heart(item.id, item.title, saved)}</div>"
        f'<div class="body"><p class="brand">{esc(item.brand)}</p><h3>{name}</h3>{_meta(item)}{why}'
        f'<ul class="badges" aria-label="What I checked">{badges}{rest}</ul>{_details(item)}'
        f'<div class="acts"><button type="button" data-do="like" data-id="{key}" '
        f'aria-label="More like {name}">More like this</button>'
        f'<button type="button" data-do="not_this" data-id="{key}" aria-label="Not this: {name}">Not this</button>'
        f"</div></div></article>"
    )


def grid(items: Iterable[Card], base: str, saved: Collection[str] = ()) -> str:
    """Cards side by side; "" for none."""
    cells = "".join(card(item, base, item.id in saved) for item in items)
    return f'<div class="grid">{cells}</div>' if cells else ""


def unconfirmed(items: Sequence[Card], base: str, saved: Collection[str] = ()) -> str:
    """The group of items that may fit, under a heading that says what could not be confirmed; "" for none."""
    if not items:
        return ""
    doubts = [
        labels.clause(check, item.currency)
        for item in items
        for check in item.verdicts
        if check.verdict == "unknown" and check.op in HARD
    ]
    words = labels.joined(doubts, "or") or "fit everything you asked for"
    if len(items) == 1:
        words = labels.singular(words)
    these = "this one" if len(items) == 1 else "these"
    return (
        f'<section class="doubt" aria-label="Not confirmed"><h2>I could not confirm that {these} '
        f"{esc(words)}</h2><p>Neither the listing nor the picture says so clearly. Please look for yourself.</p>"
        f"{grid(items, base, saved)}</section>"
    )


def _saved(item: Item, base: str) -> str:
    key, name = esc(item.id), esc(item.title)
    return (
        f'<li>{_photo(base, item.image, item.title, item.brand)}<div><p class="brand">{esc(item.brand)}</p>'
        f'<h3>{name}</h3><p class="meta"><span class="price">{esc(money(item.price, item.currency))}</span></p>'
        f'<div class="acts"><button type="button" data-do="like" data-id="{key}" '
        f'aria-label="More like {name}">More like this</button>'
        f'<button type="button" data-do="unsave" data-id="{key}" aria-label="Remove {name}">Remove</button></div>'
        f"</div></li>"
    )


def saved_list(items: Sequence[Item], base: str) -> str:
    """The drawer's content: saved items as rows, or an invitation."""
    head = (
        '<div class="drawer-head"><h2>Saved</h2>'
        '<button type="button" data-ui="close-drawer" aria-label="Close">×</button></div>'
    )
    if not items:
        return head + (
            '<div class="empty"><p class="lead">Nothing saved yet.</p>'
            "<p>Tap the heart on a piece, and it waits for you here.</p></div>"
        )
    rows = "".join(_saved(item, base) for item in items)
    return f'{head}<p class="count">{many(len(items), "piece")}</p><ul class="saved">{rows}</ul>'
