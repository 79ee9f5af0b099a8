"""A catalogue that changes while shoppers chat."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent import Stylist
from catalog.compact import compact
from catalog.entries import Entry, Ledger
from catalog.store import Catalog
from catalog.update import update
from encoders import load_encoder
from guard import read_claims


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("builtin", "cpu")


@pytest.fixture
def shop(demo_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_dir, tmp_path / "shop"))


def entries(folder: Path) -> dict[str, Entry]:
    catalog = Catalog.open(folder)
    items = catalog.items(range(len(catalog)))
    return {item.id: Entry(item, (folder / item.image).read_bytes()) for item in items}


def test_turns_follow_updates_and_running_ones_end_on_their_state(shop, encoder):
    stylist = Stylist.open(shop, memory=":memory:", encoder=encoder)
    session = stylist.new_session()
    shown = [card.id for card in stylist.chat(session, "a dress", k=5).items]
    feed = entries(shop)
    running = stylist.stream(session, "show more", k=5)
    next(running)
    gone, dearer = shown[0], shown[1]
    item = feed.pop(gone).item
    feed["brand-new"] = Entry(
        item.model_copy(
            update={"id": "brand-new", "title": "Brand new dress", "item_group_id": ""}
        ),
        (shop / item.image).read_bytes(),
    )
    feed[dearer] = Entry(feed[dearer].item.model_copy(update={"price": 999.0}), feed[dearer].jpeg)
    changes = update(shop, feed.values(), lambda: encoder, read_claims, Ledger())
    assert (changes.added, changes.changed, changes.removed, changes.embedded) == (1, 1, 1, 1)

    assert [event for event in running if event.kind == "reply"]  # began before, ends as it began
    fresh = stylist.renewed()
    assert fresh is not None and fresh.renewed() is None
    assert fresh.encoder is stylist.encoder and fresh.memory is stylist.memory
    page = fresh.chat(fresh.new_session(), "a dress", k=40)
    ids = [card.id for card in (*page.items, *page.unconfirmed)]
    assert gone not in ids and "brand-new" in ids
    assert (
        next(card.price for card in (*page.items, *page.unconfirmed) if card.id == dearer) == 999.0
    )

    reply = fresh.chat(
        session, "the first one in black"
    )  # the conversation goes on, though what it showed may be gone
    assert reply.turn == 3 and gone not in [card.id for card in reply.items]
    assert gone in [
        card.id for card in stylist.chat("other", "a dress", k=40).items
    ]  # who holds the old state sees it whole

    compact(shop)
    again = fresh.renewed()
    assert len(again.catalog) == len(feed) and not again.catalog.changed
    after = [card.id for card in again.chat(again.new_session(), "a dress", k=40).items]
    assert set(after) == {
        card.id for card in page.items
    }  # how rare a word is has changed a little, and with it the order


def test_lists_outlive_an_update(shop, encoder, monkeypatch):
    """The large part's index is not made again for a few fresh rows."""
    monkeypatch.setattr("retrieval.factory.IVF_FROM_ROWS", 100)
    stylist = Stylist.open(shop, memory=":memory:", encoder=encoder)
    feed = entries(shop)
    one = next(iter(feed))
    feed[one] = Entry(feed[one].item.model_copy(update={"price": 1.0}), feed[one].jpeg)
    update(shop, feed.values(), lambda: encoder, read_claims, Ledger())
    fresh = stylist.renewed()
    assert fresh.retriever.index.base is stylist.retriever.index
    assert fresh.retriever.index.size == len(fresh.catalog) == len(stylist.catalog) + 1
    query = fresh.tools.vector(one)
    rows, scores = fresh.retriever.index.search(query[None], 5, fresh.catalog.alive)
    assert (
        fresh.catalog.ids[int(rows[0, 0])] == one
        and int(rows[0, 0]) == len(stylist.catalog)
        and scores[0, 0] > 0
    )
