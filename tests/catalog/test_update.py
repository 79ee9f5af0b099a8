"""Live updates: only differences are applied, their consequences, and kills in the middle."""

from __future__ import annotations

import numpy as np
import pytest
from shopfront import entry, made
from updates_world import BLUE, Counting, applied, dress, state

from catalog import files
from catalog import update as updating
from catalog.entries import Ledger
from catalog.store import Catalog
from errors import InputError
from vocabulary.wish import Constraint


def test_only_differences_are_applied(folder):
    encoder = Counting()
    feed = [
        dress("d0", 10.0),
        dress("d1", 99.0),
        dress("d2", 12.0, BLUE),
        dress("d3", 13.0),
        dress("new", 50.0, BLUE),
    ]
    changes = applied(folder, feed, encoder)
    assert (changes.added, changes.changed, changes.removed, changes.kept) == (1, 2, 2, 2)
    assert (
        encoder.seen == changes.embedded == 2
    )  # d1's picture is the same; its vector is used again
    now = Catalog.open(folder)
    assert set(state(now)) == {"d0", "d1", "d2", "d3", "new"} and now.info()["items"] == 5
    assert now.items([now.row("d1")])[0].price == 99.0
    assert state(now)["d2"][2][2] > state(now)["d2"][2][0]  # blue by now
    with pytest.raises(InputError, match="no item 'd5'"):
        now.row("d5")
    for item in now.items(np.flatnonzero(now.alive)):
        assert (folder / item.image).is_file()


def test_the_same_feed_again_changes_nothing(folder):
    feed = [dress(f"d{n}", 10.0 + n) for n in range(6)]
    before = (folder / files.MANIFEST).read_bytes()
    changes = applied(folder, feed)
    assert (
        not changes.any and changes.kept == 6 and (folder / files.MANIFEST).read_bytes() == before
    )
    applied(folder, [*feed, dress("new")])
    assert not applied(folder, [*feed, dress("new")]).any


def test_an_open_reader_keeps_its_state_and_learns_of_the_new_one(folder):
    reader = Catalog.open(folder)
    old = state(reader)
    assert not reader.changed
    applied(
        folder,
        [
            dress("d0", 77.0),
            dress("d1", 11.0),
            dress("d2", 12.0),
            dress("d3", 13.0),
            dress("later"),
        ],
    )
    assert reader.changed and state(reader) == old
    fresh = Catalog.open(folder, known=reader)
    assert fresh.parts[0] is reader.parts[0] and set(state(fresh)) == {
        "d0",
        "d1",
        "d2",
        "d3",
        "later",
    }
    assert state(fresh) == state(Catalog.open(folder))


def test_filters_counts_and_words_follow(folder):
    applied(
        folder,
        [
            dress("d0", 10.0),
            dress("d1", 11.0),
            dress("d2", 12.0),
            dress("d3", 500.0, title="Zebra gown"),
        ],
    )
    now = Catalog.open(folder)
    cheap = Constraint(facet="price", op="require", value={"max": 100})
    assert {now.ids[row] for row in np.flatnonzero(now.allowed_rows([cheap]))} == {"d0", "d1", "d2"}
    assert now.facet_counts()["category"]["dress"] == 4 and now.facet_counts()["brand"]["acme"] == 4
    assert [now.ids[row] for row, _ in now.text_search("zebra", 5)] == ["d3"]
    assert {now.ids[row] for row, _ in now.text_search("acme", 10)} == {"d0", "d1", "d2", "d3"}
    assert not {now.ids[row] for row in np.flatnonzero(now.available)} & {"d4", "d5"}


def test_words_of_fresh_rows_weigh_as_they_would_in_one_catalogue(tmp_path):
    shelf = [entry(f"s{n}", title=f"Plain shirt {n}") for n in range(40)]
    news = [entry(f"n{n}", title=f"Velvet coat {n}") for n in range(3)]
    made(tmp_path / "one", shelf + news).close()
    made(tmp_path / "two", shelf).close()
    applied(tmp_path / "two", shelf + news)
    one, two = Catalog.open(tmp_path / "one"), Catalog.open(tmp_path / "two")
    for query in ("velvet coat", "shirt", "velvet shirt 7"):
        a, b = ({c.ids[row]: score for row, score in c.text_search(query, 50)} for c in (one, two))
        assert set(a) == set(b) and a == pytest.approx(b, rel=0.2)


def test_several_updates_leave_one_fresh_part(folder):
    feed = {f"d{n}": dress(f"d{n}", 10.0 + n) for n in range(6)}
    for step in range(4):
        feed["d0"] = dress("d0", 100.0 + step)
        feed[f"x{step}"] = dress(f"x{step}", color=BLUE)
        applied(folder, feed.values())
    now = Catalog.open(folder)
    assert (
        len(now.parts) == 2
        and now.items([now.row("d0")])[0].price == 103.0
        and int(now.alive.sum()) == 10
    )
    assert len(now.parts[1]) == 5
    applied(folder, [dress("only", color=BLUE)], force=True)
    assert set(state(Catalog.open(folder))) == {"only"}
    assert (
        len(list((folder / files.PARTS).iterdir())) == 2
    )  # this one and the one that open readers may hold
    applied(folder, [dress("only", color=BLUE), dress("two")])
    assert len(list((folder / files.PARTS).iterdir())) == 2


def test_a_feed_that_would_empty_the_shop_is_refused(folder):
    with pytest.raises(InputError, match="5 of 6 would go; nothing was changed"):
        applied(folder, [dress("d0", 10.0)])
    assert len(state(Catalog.open(folder))) == 6
    changes = applied(folder, [dress("d0", 30.0)], partial=True)
    assert (changes.changed, changes.removed) == (1, 0) and len(state(Catalog.open(folder))) == 6
    assert applied(folder, [dress("d0", 30.0)], force=True).removed == 5


def test_a_rejected_row_leaves_its_item_as_it_was(folder):
    ledger = Ledger(rejected=[{"line": 3, "id": "d4", "reason": "price: none"}])
    changes = applied(folder, [dress(f"d{n}", 10.0 + n) for n in range(4)], ledger=ledger)
    assert changes.removed == 1 and changes.rejected == 1
    assert set(state(Catalog.open(folder))) == {"d0", "d1", "d2", "d3", "d4"}
    assert "price: none" in (folder / files.REJECTED).read_text()


@pytest.mark.parametrize("where", ["write_part", "save_digests", "files.to_disk", "write_manifest"])
def test_killed_in_the_middle_the_old_state_holds_and_the_next_update_clears_up(
    folder, monkeypatch, where
):
    old = state(Catalog.open(folder))
    feed = [*(dress(f"d{n}", 40.0 + n) for n in range(6)), dress("new", color=BLUE)]

    def killed(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        owner, name = (updating.files, "to_disk") if where == "files.to_disk" else (updating, where)
        patch.setattr(owner, name, killed)
        with pytest.raises(KeyboardInterrupt):
            applied(folder, feed)
    assert state(Catalog.open(folder)) == old
    assert applied(folder, feed).changed == 6
    assert len(state(Catalog.open(folder))) == 7
    assert [part.name for part in (folder / files.PARTS).iterdir()] == Catalog.open(
        folder
    ).manifest["parts"]
