"""The chat in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from agent.replies import Card, Reply
from agent.wording.money import money
from errors import InputError, StylistError

if TYPE_CHECKING:
    from agent.stylist import Stylist

HELP = (
    "Say what you are looking for. /photo FILE [words] shows me a picture, /like N asks for more like the Nth item, "
    "/not N refuses it, /save N keeps it, /quit ends."
)


def converse(stylist: Stylist, session: str) -> None:
    """Reads turns until /quit or the end of input."""
    console = Console()
    console.print(HELP, style="dim")
    shown: tuple[Card, ...] = ()
    while True:
        try:
            line = console.input("[bold]> [/bold]").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if line == "/quit":
            return
        try:
            reply = _answer(stylist, session, line, shown)
        except StylistError as error:
            console.print(str(error), style="red", markup=False)
            continue
        if reply is not None:
            shown = reply.cards or shown
            _show(console, reply)


def _answer(stylist: Stylist, session: str, line: str, shown: tuple[Card, ...]) -> Reply | None:
    command, _, rest = line.partition(" ")
    if command == "/photo":
        file, _, words = rest.partition(" ")
        return stylist.chat(session, words, image=Path(file))
    if command == "/like":
        return stylist.chat(session, like=_pick(shown, rest).id)
    if command in ("/not", "/save"):
        return stylist.feedback(
            session, _pick(shown, rest).id, "not_this" if command == "/not" else "save"
        )
    if command.startswith("/"):
        raise InputError(HELP)
    return stylist.chat(session, line)


def _pick(shown: tuple[Card, ...], number: str) -> Card:
    if not number.strip().isdigit() or not 1 <= int(number) <= len(shown):
        raise InputError(
            f"which one? give a number from 1 to {len(shown)}" if shown else "nothing is shown yet"
        )
    return shown[int(number) - 1]


def _show(console: Console, reply: Reply) -> None:
    for note in reply.notes:
        console.print(note, style="yellow", markup=False)
    console.print(reply.reply, markup=False)
    if not reply.cards:
        return
    table = Table(show_edge=False, header_style="dim")
    for column in ("", "item", "price", "sizes", "why"):
        table.add_column(column, overflow="fold")
    for number, card in enumerate(reply.cards, start=1):
        price = "" if card.price is None else money(card.price, card.currency)
        mark = "" if card in reply.items else "? "
        table.add_row(str(number), mark + card.title, price, " ".join(card.sizes), card.why)
    console.print(table)
