"""Filter expressions pass every row that the bitmaps allow, and few others."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import vocabulary
from catalog.store import Catalog
from vocabulary.wish import Constraint, PriceRange, Wish

pytest.importorskip("milvus_lite", reason="requirements-milvus.txt is not installed")

from retrieval.columns import FACETS, Columns, empty_record, record
from retrieval.expressions import expression, quoted
from retrieval.milvus_collection import MilvusCollection
from retrieval.milvus_server import MilvusServer
from tests.retrieval.milvus_worlds import BRANDS, Listed

ROWS = 400


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> MilvusServer:
    """MILVUS_TEST_URI: a server to run against instead of Milvus Lite."""
    return MilvusServer(
        os.environ.get("MILVUS_TEST_URI") or str(tmp_path_factory.mktemp("milvus") / "columns.db")
    )


def collection(server: MilvusServer, name: str, columns: Columns, rows: int) -> MilvusCollection:
    made = MilvusCollection(server, name, 4, with_columns=True)
    made.create(replace=True)
    made.upsert(range(rows), np.ones((rows, 4)), columns.records(range(rows)))
    made.finish(rows)
    return made


@pytest.fixture(scope="module")
def listed() -> Listed:
    return Listed(ROWS)


@pytest.fixture(scope="module")
def odd(server: MilvusServer, listed: Listed) -> MilvusCollection:
    return collection(server, "odd", Columns(listed), ROWS)


def through(made: MilvusCollection, where: str, rows: int) -> np.ndarray:
    """(rows,) bool: what Milvus lets through."""
    ((found, _),) = made.search(np.ones((1, 4), dtype=np.float32), 16_384, where)
    mask = np.zeros(rows, dtype=bool)
    mask[found] = True
    return mask


def require(facet: str, value: str | PriceRange) -> Constraint:
    return Constraint(facet=facet, op="require", value=value)


def random_wish(rng: np.random.Generator, brands: list[str]) -> tuple[Constraint, ...]:
    def one() -> Constraint:
        facet = str(rng.choice(vocabulary.FACETS))
        low, high = sorted(
            round(float(price), 2)
            for price in rng.choice([5, 19.99, 20, 50, *rng.uniform(1, 300, 4)], 2)
        )
        value = {
            "price": PriceRange(min=low if rng.random() < 0.5 else None, max=high),
            "size": "M",
            "brand": str(rng.choice([*brands, "nobody"])),
        }.get(facet)
        if value is None:
            value = str(rng.choice([*vocabulary.values(facet), 'own "value"', "unheard of"]))
        group = int(rng.integers(2)) if rng.random() < 0.3 else None
        return Constraint(
            facet=facet,
            op=str(rng.choice(["require", "exclude", "prefer"])),
            value=value,
            any=group,
        )

    return tuple(one() for _ in range(int(rng.integers(1, 4))))


def allowed(listed: Listed, wish: tuple[Constraint, ...]) -> np.ndarray:
    mask = np.ones(ROWS, dtype=bool)
    for group in Wish(constraints=wish).groups():
        mask &= np.logical_or.reduce(
            [listed.facets.allowed([[constraint]]) for constraint in group]
        )
    return mask


def test_no_allowed_row_is_kept_out_of_odd_listings(odd: MilvusCollection, listed: Listed) -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        wish = random_wish(rng, list(BRANDS))
        kept_out = allowed(listed, wish) & ~through(odd, expression(wish), ROWS)
        assert not kept_out.any(), (
            wish,
            expression(wish),
            listed.items(np.flatnonzero(kept_out)[:1]),
        )


def test_no_allowed_row_is_kept_out_of_a_catalogue_and_few_others_come(
    server: MilvusServer, demo_dir: Path
) -> None:
    catalog = Catalog.open(demo_dir)
    rows = len(catalog)
    made = collection(server, "demo", Columns(catalog), rows)
    rng, spare = np.random.default_rng(2), []
    for _ in range(100):
        wish = random_wish(rng, list(catalog.facet_counts()["brand"]))
        wanted, let = catalog.allowed_rows(wish), through(made, expression(wish), rows)
        assert not (wanted & ~let).any(), (wish, expression(wish))
        spare.append(let.mean() - wanted.mean())
    assert np.mean(spare) < 0.1
    for constraint in (
        require("category", "dress"),
        require("gender", "men"),
        require("price", PriceRange(max=50)),
    ):
        np.testing.assert_array_equal(
            through(made, expression([constraint]), rows), catalog.allowed_rows([constraint])
        )


@pytest.mark.parametrize(
    "brand", [brand for brand in BRANDS if brand not in ("", "*") and len(brand) < 100]
)
def test_no_value_breaks_out_of_its_quotes(
    odd: MilvusCollection, listed: Listed, brand: str
) -> None:
    found = through(odd, expression([require("brand", brand)]), ROWS)
    own = np.array(
        [
            vocabulary.normal(item.brand) == vocabulary.normal(brand)
            for item in listed.items(range(ROWS))
        ]
    )
    untold = np.array(
        [
            not item.brand or item.brand == "*" or len(item.brand) > 200
            for item in listed.items(range(ROWS))
        ]
    )
    np.testing.assert_array_equal(found, own | untold)


def test_quotes_line_ends_and_backslashes_are_escaped(odd: MilvusCollection) -> None:
    value = "a\"b\\c\nd\re\tf'😀"
    assert quoted(value) == '"a\\"b\\\\c\\nd\\re\\tf\'😀"'
    odd.upsert([ROWS], np.ones((1, 4)), [empty_record() | {"brand": value}])
    assert through(odd, f"brand == {quoted(value)}", ROWS + 1)[ROWS]
    odd.delete([ROWS])
    for hopeless in ("\x00", "half \ud83d of a pair", "x" * 201):
        with pytest.raises(ValueError, match="no literal"):
            quoted(hopeless)
        assert expression([require("brand", hopeless)]) == ""


def test_fields_outside_the_list_tell_nothing() -> None:
    wish = [
        require("size", "M"),
        require("style", "vintage"),
        Constraint(facet="row >= 0 or x", op="exclude", value="y"),
        Constraint(facet="color", op="prefer", value="red"),
        require("price", PriceRange(max=1e300)),
    ]
    assert expression(wish) == ""
    assert expression(wish, available=True) == "available == true"


def test_alternatives_need_all_their_expressions() -> None:
    one, other = (
        Constraint(facet="brand", op="require", value=value, any=1) for value in ("acme", "zeta")
    )
    untold = Constraint(facet="size", op="require", value="M", any=1)
    assert expression([one, other]).count(" or ") == 1
    assert expression([one, other, untold]) == ""


def test_what_columns_hold(listed: Listed) -> None:
    item = listed.items([0])[0].model_copy(
        update={
            "brand": " ACME ",
            "price": None,
            "attributes": {
                "category": ("belt",),
                "color": ("navy", "dark"),
                "pattern": ("striped", "floral"),
                "material": ("cotton", "wool"),
                "sleeve_length": ("long",),
            },
        }
    )
    told = record(item, ())
    assert (told["category"], told["color"], told["brand"], told["price"]) == (
        "belt",
        "navy",
        "acme",
        -1.0,
    )
    assert told["material"] == told["sleeve_length"] == "*" and told["neckline"] == ""
    # One reading for bitmaps, columns and guard: of two patterns in the fields the first counts.
    assert told["pattern"] == "striped"
    assert set(empty_record()) == {*FACETS, "price", "available"}
