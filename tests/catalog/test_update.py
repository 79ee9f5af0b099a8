"""Live updates: differences only, readers that never see half, kills in the middle, compaction."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from shopfront import MeanColour, entry, made, no_claims

from catalog import files
from catalog import update as updating
from catalog.build import Ledger, re_embed
from catalog.claims import Claim
from catalog.compact import compact, due
from catalog.store import Catalog
from catalog.update import alone, update
from catalog.wish import Constraint
from errors import InputError, WorkError

RED, BLUE = (200, 30, 30), (30, 30, 200)


class Counting(MeanColour):
    """Counts the pictures that it is given."""

    def __init__(self) -> None:
        self.seen = 0

    def encode_images(self, images):
        self.seen += len(images)
        return super().encode_images(images)


def dress(id_: str, price: float = 20.0, color: tuple[int, int, int] = RED, **fields):
    return entry(id_, color, price=price, brand="Acme", attributes={"category": ("dress",), "color": ("red",)}, **fields)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "shop"
    made(path, [dress(f"d{n}", 10.0 + n) for n in range(6)]).close()
    return path


def applied(folder, entries, encoder=None, ledger=None, **options):
    encoder = encoder or Counting()
    return update(folder, entries, lambda: encoder, no_claims, ledger or Ledger(), **options)


def state(catalog: Catalog) -> dict[str, tuple]:
    rows = np.flatnonzero(catalog.alive)
    return {item.id: (item.price, item.image, tuple(np.round(catalog.vectors[int(row)].astype(float), 2)))
            for row, item in zip(rows, catalog.items(rows), strict=True)}


def test_only_differences_are_applied(folder):
    encoder = Counting()
    feed = [dress("d0", 10.0), dress("d1", 99.0), dress("d2", 12.0, BLUE), dress("d3", 13.0), dress("new", 50.0, BLUE)]
    changes = applied(folder, feed, encoder)
    assert (changes.added, changes.changed, changes.removed, changes.kept) == (1, 2, 2, 2)
    assert encoder.seen == changes.embedded == 2  # d1's picture is the same; its vector is used again
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
    assert not changes.any and changes.kept == 6 and (folder / files.MANIFEST).read_bytes() == before
    applied(folder, [*feed, dress("new")])
    assert not applied(folder, [*feed, dress("new")]).any


def test_an_open_reader_keeps_its_state_and_learns_of_the_new_one(folder):
    reader = Catalog.open(folder)
    old = state(reader)
    assert not reader.changed
    applied(folder, [dress("d0", 77.0), dress("d1", 11.0), dress("d2", 12.0), dress("d3", 13.0), dress("later")])
    assert reader.changed and state(reader) == old
    fresh = Catalog.open(folder, known=reader)
    assert fresh.parts[0] is reader.parts[0] and set(state(fresh)) == {"d0", "d1", "d2", "d3", "later"}
    assert state(fresh) == state(Catalog.open(folder))


def test_filters_counts_and_words_follow(folder):
    applied(folder, [dress("d0", 10.0), dress("d1", 11.0), dress("d2", 12.0), dress("d3", 500.0, title="Zebra gown")])
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
    assert len(now.parts) == 2 and now.items([now.row("d0")])[0].price == 103.0 and int(now.alive.sum()) == 10
    assert len(now.parts[1]) == 5
    applied(folder, [dress("only", color=BLUE)], force=True)
    assert set(state(Catalog.open(folder))) == {"only"}
    assert len(list((folder / files.PARTS).iterdir())) == 2  # this one and the one that open readers may hold
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
def test_killed_in_the_middle_the_old_state_holds_and_the_next_update_clears_up(folder, monkeypatch, where):
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
    assert [part.name for part in (folder / files.PARTS).iterdir()] == Catalog.open(folder).manifest["parts"]


READER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from catalog.store import Catalog
folder, seen = Path(sys.argv[1]), set()
print("reading", flush=True)
while not (folder.parent / "stop").exists():
    catalog = Catalog.open(folder)
    prices = frozenset(item.price for item in catalog.items(catalog.alive.nonzero()[0]))
    if prices not in seen:
        seen.add(prices)
        print(*prices, flush=True)
"""


def test_readers_never_see_half(folder):
    """Prices of all items change together: a reader that saw two of them would have seen half an update."""
    applied(folder, [dress(f"d{n}", 0.0) for n in range(6)])
    root = str(Path(updating.__file__).resolve().parents[1])
    with subprocess.Popen([sys.executable, "-c", READER.format(root=root), str(folder)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as reader:
        reader.stdout.readline()
        for step in range(1, 9):
            applied(folder, [dress(f"d{n}", float(step)) for n in range(6)])
            if step in (3, 6):
                compact(folder)
        time.sleep(0.2)
        (folder.parent / "stop").touch()
        seen, complaints = reader.communicate(timeout=30)
    lines = [line.split() for line in seen.splitlines()]
    assert reader.returncode == 0, complaints
    assert len(lines) > 1 and all(len(line) == 1 for line in lines) and lines[-1] == ["8.0"]


def test_a_catalogue_that_was_replaced_meanwhile_is_left_alone(folder, monkeypatch):
    """Whoever does not heed the lock: the update must not name its rows in another catalogue's manifest."""
    compare = updating._Work.finish

    def replaced(self, *given):
        compare(self, *given)
        (folder / files.MANIFEST).rename(folder / "aside.json")
        (folder / files.MANIFEST).write_text((folder / "aside.json").read_text())

    monkeypatch.setattr(updating._Work, "finish", replaced)
    with pytest.raises(WorkError, match="was replaced while it was being updated"):
        applied(folder, [dress(f"d{n}", 70.0 + n) for n in range(6)])
    assert {item.price for item in Catalog.open(folder).items(range(6))} == {10.0 + n for n in range(6)}


def test_embedding_anew_keeps_updates_out(folder):
    failed = []

    class Slow(MeanColour):
        fingerprint = "another"

        def encode_images(self, images):
            thread = threading.Thread(target=lambda: failed.append(_refused(folder)))
            thread.start()
            thread.join()
            return super().encode_images(images)

    re_embed(folder, Slow())
    assert failed and all("being changed by another command" in why for why in failed)


def _refused(folder) -> str:
    try:
        applied(folder, [dress("d0")])
    except WorkError as error:
        return str(error)
    return ""


def test_contents_have_names_of_their_own(folder, tmp_path):
    """Two catalogues that began alike, had one update each and were compacted are not the same."""
    shutil.copytree(folder, tmp_path / "other")
    names = set()
    for place, price in ((folder, 70.0), (tmp_path / "other", 80.0)):
        applied(place, [dress(f"d{n}", price) for n in range(6)])
        names.add(Catalog.open(place).manifest["parts"][0])
        names.add(compact(place)["content"])
    assert len(names) == 4


def test_one_update_at_a_time(folder):
    failed = []

    def other():
        try:
            applied(folder, [dress("d0")])
        except WorkError as error:
            failed.append(str(error))

    with alone(folder):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert failed and "being changed by another command" in failed[0]


def test_compaction_keeps_what_lives_and_drops_the_rest(folder):
    applied(folder, [dress("d0", 10.0), dress("d1", 99.0), dress("d2", 12.0, BLUE), dress("d3", 13.0), dress("new", 5.0, BLUE)])
    loose, reader = state(Catalog.open(folder)), Catalog.open(folder)
    prepared = []
    manifest = compact(folder, lambda fresh: prepared.append((fresh / files.VECTORS).is_file()))
    now = Catalog.open(folder)
    assert prepared == [True] and manifest["items"] == 5 and "parts" not in now.manifest
    assert state(now) == loose == state(reader) and len(now.parts) == 1 and now.alive.all() and len(now) == 5
    assert now.manifest["content"] != reader.manifest["content"]
    assert sorted(p.name for p in (folder / files.IMAGES).iterdir()) == sorted(i.image.split("/")[1] for i in now.items(range(5)))
    assert [now.ids[row] for row, _ in now.text_search("new", 5)] == ["new"]
    assert not applied(folder, [dress("d0", 10.0), dress("d1", 99.0), dress("d2", 12.0, BLUE), dress("d3", 13.0),
                                dress("new", 5.0, BLUE)]).any  # digests came along


def test_joined_bitmaps_answer_as_those_of_one_build(tmp_path):
    def listing(number: int, price: float):
        colors = ("red", "blue", "navy", "multicolor")
        kinds = ("dress", "belt", "shirt")
        return entry(f"i{number}", price=price, brand=("Acme", "Basel", "")[number % 3], sizes={"M": number % 2},
                     attributes={"category": (kinds[number % 3],), "color": (colors[number % 4],)})

    claims = {f"i{n}": [Claim("details", "pockets", n % 2 == 0)] for n in range(30)}
    said = lambda item: tuple(claims.get(item.id, ()))  # noqa: E731
    made(tmp_path / "a", [listing(n, float(n)) for n in range(20)], claims).close()
    final = [listing(n, float(n + n % 2)) for n in range(5, 30)]
    update(tmp_path / "a", final, MeanColour, said, Ledger())
    loose = Catalog.open(tmp_path / "a")
    compact(tmp_path / "a")
    one, whole = Catalog.open(tmp_path / "a"), made(tmp_path / "b", final, claims)
    for op in ("require", "exclude"):
        for facet, value in (("color", "blue"), ("color", "navy"), ("category", "belt"), ("details", "pockets"),
                             ("brand", "acme"), ("size", "M"), ("sleeve_length", "long"), ("price", {"min": 8, "max": 15})):
            asked = [Constraint(facet=facet, op=op, value=value)]
            for method in ("allowed_rows", "affirmed_rows"):
                found = [{c.ids[row] for row in np.flatnonzero(getattr(c, method)(asked))} for c in (loose, one, whole)]
                assert found[0] == found[1] == found[2], (op, facet, value, method)
    assert one.facet_counts() == whole.facet_counts() == loose.facet_counts()


def test_a_catalogue_is_due_for_compaction_when_much_has_changed(folder, monkeypatch):
    assert not due(folder)
    applied(folder, [dress(f"d{n}", 50.0 + n) for n in range(6)])
    assert not due(folder)  # small catalogues may carry a thousand loose rows
    monkeypatch.setattr("catalog.compact.LEAST", 5)
    assert due(folder)
