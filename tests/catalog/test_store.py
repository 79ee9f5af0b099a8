"""The store: rows, filters that drop only contradictions, full text, errors, threads."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from shopfront import MeanColour, OtherEncoder, entry, made

from catalog.listing.claims import Claim
from catalog.store import Catalog
from errors import CatalogMissingError, EncoderMismatchError, InputError
from vocabulary.wish import Constraint, PriceRange

SHELF = {  # id: listing
    "navy-dress": {
        "title": "Navy midi dress",
        "price": 40.0,
        "brand": "Acme",
        "sizes": {"S": 0, "M": 3},
        "attributes": {
            "category": ("dress",),
            "color": ("navy",),
            "pattern": ("solid",),
            "gender": ("women",),
        },
    },
    "blue-dress": {
        "title": "Blue wrap dress",
        "price": 19.99,
        "brand": "acme",
        "sizes": {"M": 0},
        "attributes": {"category": ("dress",), "color": ("blue",), "gender": ("unisex",)},
    },
    "striped-shirt": {
        "title": "Breton shirt",
        "price": 60.0,
        "brand": "Basel",
        "sizes": {"L": None},
        "attributes": {
            "category": ("shirt",),
            "color": ("white", "red"),
            "pattern": ("striped",),
            "details": ("pockets",),
            "style": ("casual",),
        },
    },
    "rainbow-tee": {
        "title": "Rainbow tee",
        "attributes": {"category": ("t-shirt",), "color": ("multicolor",)},
    },
    "black-belt": {
        "title": "Leather belt",
        "price": 15.0,
        "sizes": {"One Size": 2},
        "brand": "Basel",
        "attributes": {"category": ("belt",), "color": ("black",), "material": ("leather",)},
    },
    "silent": {"title": "Something nice"},
    "plain-coat": {
        "title": "Coat without pockets",
        "price": 200.0,
        "attributes": {"category": ("coat",)},
    },
}
CLAIMS = {
    "plain-coat": [
        Claim("details", "pockets", False),
        Claim("pattern", "striped", False),
        Claim("color", "grey", True),
    ],
    "striped-shirt": [Claim("pattern", "checked", True), Claim("color", "gold", True)],
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Catalog:
    truths = {"navy-dress": {"color": ["navy"]}}
    return made(
        tmp_path_factory.mktemp("shop") / "c",
        [entry(i, truth=truths.get(i), **f) for i, f in SHELF.items()],
        CLAIMS,
    )


def dropped(shop: Catalog, *constraints: Constraint) -> set[str]:
    return {shop.ids[row] for row in np.flatnonzero(~shop.allowed_rows(constraints))}


def affirmed(shop: Catalog, *constraints: Constraint) -> set[str]:
    return {shop.ids[row] for row in np.flatnonzero(shop.affirmed_rows(constraints))}


def wish(facet: str, op: str, value: object, any_: int | None = None) -> Constraint:
    return Constraint(facet=facet, op=op, value=value, any=any_)


def test_rows_follow_the_order_given(shop):
    assert shop.ids == list(SHELF) and len(shop) == len(SHELF) == len(shop.vectors)
    assert shop.vectors.dtype == np.float16
    assert [item.id for item in shop.items([3, 0, 3])] == [
        "rainbow-tee",
        "navy-dress",
        "rainbow-tee",
    ]
    assert shop.row("silent") == 5 and shop.image_path(5).is_file()
    with pytest.raises(InputError, match="no item 'nope'"):
        shop.row("nope")


@pytest.mark.parametrize(
    "constraint, out",
    [
        (wish("color", "require", "blue"), {"striped-shirt", "black-belt", "plain-coat"}),
        (
            wish("color", "require", "navy"),
            {"striped-shirt", "black-belt", "plain-coat"},
        ),  # "blue" may be navy
        (wish("color", "exclude", "blue"), {"navy-dress", "blue-dress"}),
        (wish("color", "exclude", "navy"), {"navy-dress"}),
        (wish("color", "exclude", "red"), {"striped-shirt"}),  # a second colour counts
        (wish("color", "exclude", "gold"), {"striped-shirt"}),  # so does one that the text tells
        (wish("color", "require", "dark"), set()),  # no listing speaks of shades here
        (
            wish("color", "require", "multicolor"),
            {"navy-dress", "blue-dress", "black-belt", "plain-coat"},
        ),
        (
            wish("category", "require", "top"),
            {"navy-dress", "blue-dress", "black-belt", "plain-coat"},
        ),
        (
            wish("category", "require", "gown"),
            {"striped-shirt", "rainbow-tee", "black-belt", "plain-coat"},
        ),
        (
            wish("category", "require", "outerwear"),
            {"navy-dress", "blue-dress", "striped-shirt", "rainbow-tee", "black-belt"},
        ),
        (wish("category", "exclude", "dress"), {"navy-dress", "blue-dress"}),
        (wish("pattern", "exclude", "patterned"), {"striped-shirt"}),
        (
            wish("pattern", "require", "striped"),
            {"navy-dress", "black-belt", "plain-coat"} - {"black-belt"},
        ),
        (
            wish("pattern", "require", "checked"),
            {"navy-dress", "striped-shirt"},
        ),  # the field outweighs the text
        (wish("details", "require", "pockets"), {"plain-coat", "black-belt"}),
        (wish("details", "require", "hood"), {"black-belt"}),  # pockets do not deny a hood
        (wish("details", "exclude", "pockets"), {"striped-shirt"}),
        (wish("sleeve_length", "require", "long"), {"black-belt"}),
        (wish("sleeve_length", "exclude", "long"), set()),
        (wish("style", "require", "elegant"), set()),
        (wish("gender", "require", "women"), set()),
        (wish("gender", "require", "men"), {"navy-dress"}),  # unisex is for men too
        (wish("brand", "require", "ACME"), {"striped-shirt", "black-belt"}),
        (wish("brand", "exclude", "Acme"), {"navy-dress", "blue-dress"}),
        (
            wish("brand", "require", "Unheard"),
            {"navy-dress", "blue-dress", "striped-shirt", "black-belt"},
        ),
        (wish("size", "require", "m"), {"blue-dress", "striped-shirt"}),
        (
            wish("size", "require", "S"),
            {"navy-dress", "blue-dress", "striped-shirt"},
        ),  # sold out in S
        (
            wish("price", "require", PriceRange(max=19.99)),
            {"navy-dress", "striped-shirt", "plain-coat"},
        ),
        (
            wish("price", "require", PriceRange(min=40, max=60)),
            {"blue-dress", "black-belt", "plain-coat"},
        ),
        (wish("price", "exclude", PriceRange(min=100)), {"plain-coat"}),
        (wish("color", "prefer", "blue"), set()),
        (wish("color", "more", "dark"), set()),
    ],
)
def test_only_contradicted_rows_are_dropped(shop, constraint, out):
    assert dropped(shop, constraint) == out
    assert not affirmed(shop, constraint) & out or not constraint.hard


def test_alternatives_need_one_that_is_not_contradicted(shop):
    grey_or_navy = [wish("color", "require", "grey", 1), wish("color", "require", "navy", 1)]
    assert dropped(shop, *grey_or_navy) == {"striped-shirt", "black-belt"}
    assert dropped(shop, *grey_or_navy, wish("price", "require", PriceRange(max=100))) == {
        "striped-shirt",
        "black-belt",
        "plain-coat",
    }


def test_affirmed_rows_are_confirmed_by_the_listing_alone(shop):
    assert affirmed(shop, wish("color", "require", "blue")) == {"navy-dress", "blue-dress"}
    assert affirmed(shop, wish("details", "exclude", "pockets")) == {"plain-coat", "black-belt"}
    assert affirmed(shop, wish("pattern", "exclude", "striped")) == {"navy-dress", "plain-coat"}


def test_facet_counts_hold_what_listings_state(shop):
    counts = shop.facet_counts()
    assert counts["category"] == {"dress": 2, "belt": 1, "coat": 1, "shirt": 1, "t-shirt": 1}
    assert counts["color"]["grey"] == 1 and counts["brand"] == {"acme": 2, "basel": 2}
    assert counts["size"] == {"L": 1, "M": 1, "ONE SIZE": 1}
    assert "price" not in counts


def test_claims_are_kept(shop):
    assert shop.claims([shop.row("silent"), shop.row("plain-coat")]) == [
        (),
        tuple(CLAIMS["plain-coat"]),
    ]


def test_a_word_of_too_many_listings_is_not_looked_up(shop, monkeypatch):
    assert shop.text_search("dresses", 5)
    monkeypatch.setattr("catalog.full_text.MAX_LISTINGS_PER_WORD", 1)
    assert shop.has_words("dress") and not shop.has_words("zebra the")
    assert not shop.text_search("dresses", 5) and shop.text_search("breton", 5)


def test_text_search_ranks_and_stays_within_rows(shop):
    assert shop.ids[shop.text_search("a breton shirt, please", 5)[0][0]] == "striped-shirt"
    both = [shop.ids[row] for row, _ in shop.text_search("dresses", 5)]
    assert set(both) == {"navy-dress", "blue-dress"}
    mask = np.zeros(len(shop), dtype=bool)
    mask[1] = True
    assert [row for row, _ in shop.text_search("dresses", 5, mask)] == [1]
    assert [row for row, _ in shop.text_search("dresses", 5, [1, 2])] == [1]
    scores = [score for _, score in shop.text_search("navy dress", 5)]
    assert scores == sorted(scores, reverse=True) and scores[0] > 0


@pytest.mark.parametrize(
    "query",
    ["", "the of and", '"); drop table items; --', "NEAR( AND OR NOT *", "é\0 ^ : -", "zzzz"],
)
def test_odd_queries_find_nothing_and_break_nothing(shop, query):
    assert shop.text_search(query, 5) == []
    assert len(shop.items(range(len(shop)))) == len(SHELF)


def test_stock_is_known(shop):
    sold_out = {shop.ids[row] for row in np.flatnonzero(~shop.available)}
    assert sold_out == {"blue-dress"}


def test_truth_is_apart_and_may_be_missing(shop, tmp_path):
    assert shop.truth(["navy-dress", "silent"]) == {"navy-dress": {"color": ["navy"]}}
    other = made(tmp_path / "c", [entry("a")])
    assert other.truth(["a"]) == {} and not (other.folder / "truth.jsonl").exists()


def test_info_says_what_it_is(shop):
    info = json.loads(json.dumps(shop.info()))
    assert info["items"] == 7 and info["rejected"] == 0 and info["dimensions"] == 3
    assert info["encoder"] == {"name": "mean-colour", "fingerprint": "0123456789abcdef"}
    assert info["index"] and info["facets"]["category"]["dress"] == 2
    assert info["price"] == {"min": 15.0, "max": 200.0}
    assert (
        info["bytes"]["total"] >= sum(n for name, n in info["bytes"].items() if name != "total") > 0
    )


def test_another_encoder_is_refused_with_the_command(shop):
    shop.check_encoder(MeanColour())
    with pytest.raises(EncoderMismatchError, match="python -m catalog embed"):
        shop.check_encoder(OtherEncoder())


def test_a_missing_catalogue_names_the_command(tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(CatalogMissingError, match="python -m catalog demo --out"):
            Catalog.open(folder)


def test_a_catalogue_of_another_layout_is_refused(tmp_path):
    made(tmp_path / "c", [entry("a")]).close()
    manifest = tmp_path / "c" / "info.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": 0}))
    with pytest.raises(CatalogMissingError, match="rebuild"):
        Catalog.open(tmp_path / "c")


def test_many_threads_read_at_once(shop):
    fresh = Catalog.open(shop.folder)
    navy = [wish("color", "require", "navy")]

    def visit(n: int) -> tuple:
        rows = [n % len(fresh), (n + 3) % len(fresh)]
        return (
            [i.id for i in fresh.items(rows)],
            fresh.text_search("dress", 3),
            fresh.claims(rows),
            fresh.allowed_rows(navy).sum(),
        )

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(visit, range(200)))
    assert results == [visit(n) for n in range(200)]
