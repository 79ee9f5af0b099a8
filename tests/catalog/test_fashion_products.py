"""The layout of the public fashion-products data set, by folder and by table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from feed_rows import lines, read
from shopfront import MeanColour, encoded, no_claims, swatch

from catalog.build import build
from catalog.entries import Ledger, Origin
from catalog.feeds import open_feed
from catalog.store import Catalog
from errors import InputError

STYLES = """\
id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,\
productDisplayName
1,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011.0,Casual,Acme Men Striped Navy Blue Shirt
2,Women,Accessories,Bags,Handbags,Maroon,Fall,2011.0,Casual,Basel Women Maroon, Large Handbag
3,Men,Apparel,Topwear,Tshirts,White,Fall,2011.0,Sports,Acme Men White Polo T-shirt
4,Unisex,Accessories,Umbrellas,Umbrellas,Metallic,Fall,2011.0,Casual,Umbrella
5,Men,Apparel,Topwear,Snoods,Zorb,Fall,2011.0,Ethnic,Acme Men Snood
6,Men,Apparel,Topwear,Shirts,Red,Fall,2011.0,Casual,Without a picture
1,Men,Apparel,Topwear,Shirts,Red,Fall,2011.0,Casual,Twice
7,Men,Apparel
8,Men,Apparel,Topwear,Shirts,Red,Fall,2011.0,Casual,
"""


@pytest.fixture
def styles(tmp_path) -> Path:
    folder = tmp_path / "set"
    (folder / "images").mkdir(parents=True)
    (folder / "styles.csv").write_text(STYLES)
    for n in (1, 2, 3, 4, 5, 8):
        (folder / "images" / f"{n}.jpg").write_bytes(encoded(swatch()))
    return folder


def test_fashion_products_by_folder_or_by_table(styles):
    for feed in (styles, styles / "styles.csv"):
        entries, ledger, kind = read(feed)
        assert kind == "fashion-products" and [e.item.id for e in entries] == [
            "1",
            "2",
            "3",
            "4",
            "5",
        ]
        assert set(lines(ledger)) == {7, 8, 9, 10}
    items = {e.item.id: e.item for e in entries}
    assert items["1"].attributes == {
        "category": ("shirt",),
        "color": ("navy",),
        "gender": ("men",),
        "style": ("casual",),
    }
    assert items["1"].brand == "Acme" and items["1"].price is None and items["1"].sizes == {}
    assert items["2"].title == "Basel Women Maroon, Large Handbag" and items["2"].attributes[
        "color"
    ] == ("burgundy",)
    assert items["3"].attributes["category"] == ("polo shirt",)
    assert items["4"].attributes == {
        "category": ("umbrella",),
        "gender": ("unisex",),
        "style": ("casual",),
    }
    assert ledger.unknown == {"category": {"snoods": 1}, "color": {"zorb": 1}}


def test_fashion_products_need_their_columns(tmp_path):
    (tmp_path / "styles.csv").write_text("id,gender\n1,Men\n")
    with pytest.raises(InputError, match="no column articletype, basecolour, productdisplayname"):
        open_feed(tmp_path / "styles.csv", Ledger(), kind="fashion-products")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"without products\.csv or styles\.csv"):
        open_feed(tmp_path / "empty", Ledger())


@pytest.mark.skipif(not os.environ.get("DATA_DIR"), reason="DATA_DIR is not set")
def test_three_hundred_real_products(tmp_path):
    data = Path(os.environ["DATA_DIR"]) / "product_photos"
    with (data / "products.csv").open(encoding="utf-8") as source:
        feed = tmp_path / "products.csv"
        feed.write_text("".join(next(source) for _ in range(301)), encoding="utf-8")
    ledger = Ledger()
    opened = open_feed(feed, ledger, images=data / "images")
    build(tmp_path / "c", opened.entries, MeanColour, no_claims, Origin("import", "x"), ledger)
    catalog = Catalog.open(tmp_path / "c")
    assert len(catalog) + len(ledger.rejected) == 300 and len(ledger.rejected) <= 3
    stated = catalog.facet_counts()
    assert sum(stated["category"].values()) >= 0.97 * len(catalog) and len(stated["category"]) >= 20
    assert sum(stated["gender"].values()) == len(catalog) and len(stated["brand"]) >= 30
