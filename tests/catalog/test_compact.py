"""Compaction keeps every live row, and its bitmaps answer like those of a single build."""

from __future__ import annotations

import shutil

import numpy as np
from shopfront import MeanColour, entry, made
from updates_world import BLUE, applied, dress, state

from catalog import files
from catalog.compact import compact, due
from catalog.entries import Ledger
from catalog.listing.claims import Claim
from catalog.store import Catalog
from catalog.update import update
from vocabulary.wish import Constraint


def test_contents_have_names_of_their_own(folder, tmp_path):
    """Two catalogues that began alike, had one update each and were compacted are not the same."""
    shutil.copytree(folder, tmp_path / "other")
    names = set()
    for place, price in ((folder, 70.0), (tmp_path / "other", 80.0)):
        applied(place, [dress(f"d{n}", price) for n in range(6)])
        names.add(Catalog.open(place).manifest["parts"][0])
        names.add(compact(place)["content"])
    assert len(names) == 4


def test_compaction_keeps_what_lives_and_drops_the_rest(folder):
    applied(
        folder,
        [
            dress("d0", 10.0),
            dress("d1", 99.0),
            dress("d2", 12.0, BLUE),
            dress("d3", 13.0),
            dress("new", 5.0, BLUE),
        ],
    )
    loose, reader = state(Catalog.open(folder)), Catalog.open(folder)
    prepared = []
    manifest = compact(folder, lambda fresh: prepared.append((fresh / files.VECTORS).is_file()))
    now = Catalog.open(folder)
    assert prepared == [True] and manifest["items"] == 5 and "parts" not in now.manifest
    assert (
        state(now) == loose == state(reader)
        and len(now.parts) == 1
        and now.alive.all()
        and len(now) == 5
    )
    assert now.manifest["content"] != reader.manifest["content"]
    assert sorted(p.name for p in (folder / files.IMAGES).iterdir()) == sorted(
        i.image.split("/")[1] for i in now.items(range(5))
    )
    assert [now.ids[row] for row, _ in now.text_search("new", 5)] == ["new"]
    assert not applied(
        folder,
        [
            dress("d0", 10.0),
            dress("d1", 99.0),
            dress("d2", 12.0, BLUE),
            dress("d3", 13.0),
            dress("new", 5.0, BLUE),
        ],
    ).any  # digests came along


def test_joined_bitmaps_answer_as_those_of_one_build(tmp_path):
    def listing(number: int, price: float):
        colors = ("red", "blue", "navy", "multicolor")
        kinds = ("dress", "belt", "shirt")
        return entry(
            f"i{number}",
            price=price,
            brand=("Acme", "Basel", "")[number % 3],
            sizes={"M": number % 2},
            attributes={"category": (kinds[number % 3],), "color": (colors[number % 4],)},
        )

    claims = {f"i{n}": [Claim("details", "pockets", n % 2 == 0)] for n in range(30)}
    said = lambda item: tuple(claims.get(item.id, ()))  # noqa: E731
    made(tmp_path / "a", [listing(n, float(n)) for n in range(20)], claims).close()
    final = [listing(n, float(n + n % 2)) for n in range(5, 30)]
    update(tmp_path / "a", final, MeanColour, said, Ledger())
    loose = Catalog.open(tmp_path / "a")
    compact(tmp_path / "a")
    one, whole = Catalog.open(tmp_path / "a"), made(tmp_path / "b", final, claims)
    for op in ("require", "exclude"):
        for facet, value in (
            ("color", "blue"),
            ("color", "navy"),
            ("category", "belt"),
            ("details", "pockets"),
            ("brand", "acme"),
            ("size", "M"),
            ("sleeve_length", "long"),
            ("price", {"min": 8, "max": 15}),
        ):
            asked = [Constraint(facet=facet, op=op, value=value)]
            for method in ("allowed_rows", "affirmed_rows"):
                found = [
                    {c.ids[row] for row in np.flatnonzero(getattr(c, method)(asked))}
                    for c in (loose, one, whole)
                ]
                assert found[0] == found[1] == found[2], (op, facet, value, method)
    assert one.facet_counts() == whole.facet_counts() == loose.facet_counts()


def test_a_catalogue_is_due_for_compaction_when_much_has_changed(folder, monkeypatch):
    assert not due(folder)
    applied(folder, [dress(f"d{n}", 50.0 + n) for n in range(6)])
    assert not due(folder)  # small catalogues may carry a thousand loose rows
    monkeypatch.setattr("catalog.compact.MIN_LOOSE_ROWS", 5)
    assert due(folder)
