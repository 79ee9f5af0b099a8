"""A tiny shop with a kind of item that the built-in vocabulary lacks; run in a process of its own.

`python -m tests.vocabulary.poncho_shop FOLDER MESSAGE...` builds the shop in FOLDER and prints, as
one JSON list, what the stylist answers to each message, each in a session of its own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from agent import Stylist
from catalog.build import build
from catalog.entries import Entry, Origin, to_jpeg
from catalog.item import Item
from guard import read_claims
from settings import load_settings
from tests.agent.world import CodeBookEncoder

STOCK = {
    "long": "Red poncho with long sleeves",
    "bare": "Red poncho, sleeveless",
    "ruana": "Navy ruana with long sleeves",
    "jacket": "Red jacket with long sleeves",
    "dress": "Red dress with long sleeves",
}
"""Item ids and titles; the listings have no other words and no fields."""


def shop(folder: Path, encoder: CodeBookEncoder) -> None:
    entries = [
        Entry(
            Item(id=id_, title=title, price=20.0, image="", item_group_id=id_),
            to_jpeg(encoder.picture({"color": "red"})),
            {},
        )
        for id_, title in STOCK.items()
    ]
    build(folder, entries, lambda: encoder, read_claims, Origin("test", "none"))


def main(folder: Path, messages: list[str]) -> None:
    encoder = CodeBookEncoder()
    shop(folder, encoder)
    stylist = Stylist.open(folder, settings=load_settings({}, turn_seconds=600.0), encoder=encoder)
    replies = [stylist.chat(stylist.new_session(), message).public() for message in messages]
    print(json.dumps(replies))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
