"""What a listing says of a value; the catalogue's bitmaps and the guard read it alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vocabulary
from catalog.item import Item
from catalog.listing.reader import read_claims
from catalog.listing.statements import ListingStatements, statements
from catalog.store import Catalog
from guard.evidence import listed
from vocabulary import Constraint

ASKED = [
    (facet, value) for facet in vocabulary.ATTRIBUTE_FACETS for value in vocabulary.values(facet)
]


@pytest.fixture(scope="module")
def catalog(demo_dir: Path) -> Catalog:
    return Catalog.open(demo_dir)


@pytest.fixture(scope="module")
def readings(catalog: Catalog) -> list[ListingStatements]:
    rows = range(len(catalog))
    pairs = zip(catalog.items(rows), catalog.claims(rows), strict=True)
    return [statements(item, claims) for item, claims in pairs]


@pytest.mark.parametrize("op", ["require", "exclude"])
def test_no_bitmap_contradicts_the_guard(
    catalog: Catalog, readings: list[ListingStatements], op: str
) -> None:
    settled = 0
    for facet, value in ASKED:
        constraint = Constraint(facet=facet, op=op, value=value)  # type: ignore[arg-type]
        has = np.array([listed(facet, value, reading).has for reading in readings], dtype=object)
        met = has == (op == "require")
        broken = has == (op != "require")
        confirmed = catalog.parts[0].facets.confirmed([[constraint]])
        allowed = catalog.parts[0].facets.allowed([[constraint]])
        assert not (confirmed & broken).any(), (facet, value, "confirmed, but broken")
        assert not (~allowed & met).any(), (facet, value, "left out, but met")
        settled += int(confirmed.sum() + (~allowed).sum())
    assert settled > 1000


def text(*sentences: str, **attributes: tuple[str, ...]) -> ListingStatements:
    item = Item(id="1", title="A thing", description=" ".join(sentences), attributes=attributes)
    return statements(item, read_claims(item))


def test_three_texts_that_disagree_silence_each_other() -> None:
    reading = text("Crew neck.", "V-neck.", "Scoop neck.")
    assert listed("neckline", "scoop", reading).has is None
    assert not reading.affirmed()


def test_a_text_that_a_field_outweighs_silences_no_other() -> None:
    reading = text("Floral.", "No pattern.", pattern=("solid",))
    assert reading.affirmed() == {("pattern", "solid")}
    assert listed("pattern", "floral", reading).has is False
