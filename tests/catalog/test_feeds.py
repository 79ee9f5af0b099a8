"""Feeds: every row is loaded rightly or rejected with its line and reason; nothing is invented."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shopfront import MeanColour, encoded, no_claims, swatch

from catalog.build import Entry, Ledger, Origin, build
from catalog.feeds import open_feed
from catalog.feeds.product import Product, read_money
from catalog.feeds.values import ValueReader, load_map
from catalog.store import Catalog
from errors import InputError

HEAD = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "price",
    "availability",
    "brand",
    "item_group_id",
    "color",
    "size",
    "gender",
    "age_group",
    "material",
    "pattern",
    "product_type",
    "google_product_category",
)


@pytest.fixture
def images(tmp_path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.jpg", "b.png", "c.webp"):
        kind = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name[2:]]
        (folder / name).write_bytes(encoded(swatch(), kind))
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


def write(path: Path, rows: list[dict[str, str]], delimiter: str = "\t", head: tuple[str, ...] = HEAD) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        table = csv.DictWriter(out, head, delimiter=delimiter, restval="")
        table.writeheader()
        table.writerows(rows)
    return path


def row(id_: str, **fields: str) -> dict[str, str]:
    return {"id": id_, "title": f"Thing {id_}", "image_link": "a.jpg", "price": "10.00 EUR", **fields}


def read(feed: Path, images: Path | None = None, **options: object) -> tuple[list[Entry], Ledger, str]:
    ledger = Ledger()
    opened = open_feed(feed, ledger, images=images, **options)
    return list(opened.entries), ledger, opened.kind


def lines(ledger: Ledger) -> dict[int, str]:
    return {reject["line"]: reject["reason"] for reject in ledger.rejected}


# -- values


@pytest.mark.parametrize(
    "text, amount, currency",
    [
        ("19.99 EUR", 19.99, "EUR"),
        ("EUR 19,99", 19.99, "EUR"),
        ("1.299,00 EUR", 1299, "EUR"),
        ("$1,299.50", 1299.5, "USD"),
        ("1,299 USD", 1299, "USD"),
        ("15", 15, None),
        ("0.5 GBP", 0.5, "GBP"),
        ("£5", 5, "GBP"),
    ],
)
def test_prices_are_read_in_their_usual_spellings(text, amount, currency):
    money = read_money(text)
    assert money.amount == pytest.approx(amount) and money.currency == currency


@pytest.mark.parametrize("text", ["abc", "", "EUR", "-3 EUR", "1.2.3.x EUR"])
def test_what_is_no_price_is_refused(text):
    with pytest.raises(ValueError, match="price"):
        read_money(text)


def test_a_sale_price_holds_within_its_dates():
    product = Product(
        id="1",
        title="t",
        image_link=("a.jpg",),
        price="20 EUR",
        sale_price="15 EUR",
        sale_price_effective_date="2026-01-01T00:00+0000/2026-02-01T00:00+0000",
    )
    assert product.price_at(datetime(2026, 1, 15, tzinfo=UTC)).amount == 15
    assert product.price_at(datetime(2026, 3, 1, tzinfo=UTC)).amount == 20


@pytest.mark.parametrize(
    "facet, text, values",
    [
        ("color", "Navy/White", ("navy", "white")),
        ("color", "Heather Forest Green", ("green",)),
        ("color", "GREY", ("grey",)),
        ("material", "80% Cotton, 20% linen", ("cotton", "linen")),
        ("material", "Silk blend", ("silk",)),
        ("pattern", "Polka Dots", ("polka dot",)),
        ("category", "Sneakers", ("sneakers",)),
        ("color", "", ()),
    ],
)
def test_feed_words_become_values(facet, text, values):
    reader = ValueReader()
    assert reader.read(facet, text) == values and reader.unknown == {}


def test_unknown_words_are_counted_and_can_be_mapped(tmp_path):
    reader = ValueReader()
    assert reader.read("color", "Zorb") == () and reader.read("color", "zorb/red") == ("red",)
    assert reader.unknown == {"color": {"zorb": 2}}
    table = tmp_path / "map.toml"
    table.write_text('[color]\n"Zorb" = "dark-blue"\n"quux" = ["red", "white"]\n"na" = []\n[category]\n"Dirndl" = "dirndl"\n')
    mapped = ValueReader(load_map(table))
    assert mapped.read("color", "quux") == ("red", "white") and mapped.read("color", "NA") == ()
    assert mapped.read("category", "dirndl") == ("dirndl",)  # a value of the shop's own
    assert mapped.unknown == {}


@pytest.mark.parametrize(
    "text, reason", [("[colour]\n", "no facets"), ("[color]\nx = 3\n", "a value or a list"), ("not toml", "TOML")]
)
def test_a_wrong_map_is_refused(tmp_path, text, reason):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError, match=reason):
        load_map(tmp_path / "map.toml")


# -- merchant feeds


def test_a_tsv_row_becomes_an_item(tmp_path, images):
    feed = write(
        tmp_path / "f.tsv",
        [
            row(
                "1",
                title="Linen Shirt",
                description="Nice <b>shirt</b> &amp; cool",
                link="https://shop.example/1",
                brand="Acme",
                color="Navy/White",
                size="M",
                gender="male",
                age_group="adult",
                material="100% Linen",
                pattern="Striped",
                product_type="Men > Shirts",
                price="49.90 EUR",
            )
        ],
    )
    (entry,), ledger, kind = read(feed, images)
    item = entry.item
    assert kind == "merchant" and not ledger.rejected
    assert (item.title, item.description, item.brand, item.price, item.currency) == (
        "Linen Shirt",
        "Nice shirt & cool",
        "Acme",
        49.9,
        "EUR",
    )
    assert item.attributes == {
        "category": ("shirt",),
        "color": ("navy", "white"),
        "material": ("linen",),
        "pattern": ("striped",),
        "gender": ("men",),
    }
    assert item.sizes == {"M": None}


def test_sizes_of_one_colourway_are_one_item(tmp_path, images):
    group = dict(item_group_id="G", color="Navy", size="S", title="Shirt - S")
    feed = write(
        tmp_path / "f.tsv",
        [
            row("1", **group),
            row("2", **group | dict(size="Medium", title="Shirt - Medium", availability="out of stock")),
            row("3", **group | dict(color="Red")),
            row("4", **group | dict(size="XL", price="12 EUR", title="Shirt - XL")),
        ],
    )
    entries, _, _ = read(feed, images)
    assert [(e.item.id, e.item.title, e.item.sizes) for e in entries] == [
        ("1", "Shirt", {"S": None, "M": 0}),
        ("3", "Shirt", {"S": None}),
        ("4", "Shirt", {"XL": None}),
    ]
    assert {e.item.item_group_id for e in entries} == {"G"}


def test_children_are_told_by_age_group(tmp_path, images):
    feed = write(tmp_path / "f.tsv", [row("1", gender="female", age_group="kids"), row("2", gender="unisex")])
    entries, _, _ = read(feed, images)
    assert [e.item.attributes["gender"] for e in entries] == [("girls",), ("unisex",)]


@pytest.mark.parametrize(
    "product_type, google, category",
    [
        ("Home > Women > Maxi Dresses", "", ("dress",)),
        ("", "2271", ("dress",)),
        ("Neuheiten", "Apparel > Clothing > Skirts", ("skirt",)),
        ("", "Apparel & Accessories > Clothing > Shirts & Tops", ("top",)),
        ("Neuheiten", "", None),
    ],
)
def test_categories_come_from_the_end_of_the_path(tmp_path, images, product_type, google, category):
    feed = write(tmp_path / "f.tsv", [row("1", product_type=product_type, google_product_category=google)])
    (entry,), ledger, _ = read(feed, images)
    assert entry.item.attributes.get("category") == category
    assert ledger.unknown == ({"category": {"neuheiten": 1}} if product_type == "Neuheiten" else {})


def test_broken_rows_are_rejected_with_line_and_reason_and_the_rest_loads(tmp_path, images):
    feed = write(
        tmp_path / "f.tsv",
        [
            row("1"),  # line 2
            row("", title="No id"),
            row("3", title=""),
            row("4", price="abc"),
            row("5", price=""),
            row("6", image_link="missing.jpg"),
            row("7", image_link="broken.jpg"),
            row("8", image_link=""),
            row("9", availability="maybe"),
            row("10", link="javascript:alert(1)"),
            row("1"),
            row("12", price="5 USD"),
            row("13", image_link="b.png"),
        ],
    )  # line 14
    with feed.open("a", encoding="utf-8") as out:
        out.write("14\tonly two columns\n")
        out.write('15\t"Unbalanced' + "\t" * 3 + "c.webp\t10 EUR" + "\t" * 11 + "\n")
    with feed.open("ab") as out:
        out.write(b"16\tLatin \xe9\t\t\ta.jpg\t10 EUR" + b"\t" * 11 + b"\n\n")
    entries, ledger, _ = read(feed, images)
    assert [e.item.id for e in entries] == ["1", "13", "15"]
    reasons = lines(ledger)
    expected = {
        3: "id:",
        4: "title:",
        5: "price: not a price",
        6: "price:",
        7: "no file 'missing.jpg'",
        8: "not a picture",
        9: "image_link: none",
        10: "availability:",
        11: "link: not a web link",
        12: "repeated, first on line 2",
        13: "price: in USD",
        15: "2 columns, the header has 17",
        17: "UTF-8",
    }
    assert set(reasons) == set(expected)
    for line, reason in expected.items():
        assert reason in reasons[line], (line, reasons[line])


@pytest.mark.parametrize("place", ["../secret.jpg", "/etc/passwd", "sub/../../secret.jpg", "link.jpg", "file:///etc/passwd"])
def test_pictures_outside_the_folder_are_refused(tmp_path, images, place):
    (tmp_path / "secret.jpg").write_bytes(encoded(swatch()))
    (images / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    entries, ledger, _ = read(write(tmp_path / "f.tsv", [row("1"), row("2", image_link=place)]), images)
    assert [e.item.id for e in entries] == ["1"]
    assert "outside" in lines(ledger)[3] or "allowed are http" in lines(ledger)[3]


def test_private_addresses_are_not_fetched(tmp_path, images):
    urls = [
        "http://localhost:9/x.jpg",
        "http://127.0.0.1/x.jpg",
        "http://169.254.169.254/x",
        "http://[::1]/x.jpg",
        "http://10.0.0.1/a.jpg",
        "ftp://127.0.0.1/x.jpg",
    ]
    _, ledger, _ = read(write(tmp_path / "f.tsv", [row(str(n), image_link=url) for n, url in enumerate(urls)]), images)
    assert all("private address" in reason or "allowed are http" in reason for reason in lines(ledger).values())
    assert len(ledger.rejected) == len(urls)


def test_the_second_picture_serves_when_the_first_does_not(tmp_path, images):
    feed = write(
        tmp_path / "f.csv",
        [{"id": "1", "title": "t", "image_link": "missing.jpg", "additional_image_link": "a.jpg"}],
        ",",
        ("id", "title", "image_link", "additional_image_link"),
    )
    entries, ledger, kind = read(feed, images)
    assert kind == "csv" and len(entries) == 1 and not ledger.rejected
    assert entries[0].item.price is None  # a feed without prices


def test_metadata_of_pictures_is_not_kept(tmp_path, images):
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "Somebody's camera"
    (images / "gps.jpg").write_bytes(encoded(swatch(), "JPEG", exif=exif))
    plain = (images / "a.jpg").read_bytes()
    entries, _, _ = read(write(tmp_path / "f.tsv", [row("1"), row("2", image_link="gps.jpg")]), images)
    assert entries[0].jpeg == plain  # as it was, not encoded twice
    assert b"camera" not in entries[1].jpeg


RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title><link>https://shop.example</link>
<item><g:id>1</g:id><title>Blue Dress</title><description>soft</description><link>https://shop.example/1</link>
 <g:image_link>a.jpg</g:image_link><g:price>20 EUR</g:price><g:color>Blue</g:color>
 <g:product_detail><g:section_name>General</g:section_name><g:attribute_name>Sleeve length</g:attribute_name>
  <g:attribute_value>Long sleeve</g:attribute_value></g:product_detail>
 <g:shipping><g:country>DE</g:country><g:price>4 EUR</g:price></g:shipping></item>
<item><g:id>2</g:id><title>No picture</title><g:price>20 EUR</g:price></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>
<entry><g:id>1</g:id><title>Blue Dress</title><summary>soft</summary><link href="https://shop.example/1"/>
 <g:image_link>a.jpg</g:image_link><g:price>20 EUR</g:price><g:color>Blue</g:color></entry></feed>"""


@pytest.mark.parametrize("text", [RSS, ATOM])
def test_xml_feeds_of_both_kinds(tmp_path, images, text):
    (tmp_path / "f.xml").write_text(text)
    (entry,), ledger, kind = read(tmp_path / "f.xml", images)
    assert kind == "merchant"
    assert (entry.item.id, entry.item.title, entry.item.description, entry.item.link, entry.item.price) == (
        "1",
        "Blue Dress",
        "soft",
        "https://shop.example/1",
        20.0,
    )
    assert entry.item.attributes["color"] == ("blue",)
    if text is RSS:
        assert entry.item.attributes["sleeve_length"] == ("long",)
        assert lines(ledger) == {8: "image_link: none is given"}


def test_an_xml_bomb_does_not_go_off(tmp_path):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
        "<rss><channel><item><id>&b;</id></item></channel></rss>"
    )
    (tmp_path / "f.xml").write_text(bomb)
    with pytest.raises(InputError, match="DOCTYPE"):
        open_feed(tmp_path / "f.xml", Ledger())


def test_xml_that_breaks_off_keeps_what_came_before(tmp_path, images):
    (tmp_path / "f.xml").write_text(ATOM.replace("</feed>", "<entry><g:id>2</g:id><title"))
    entries, ledger, _ = read(tmp_path / "f.xml", images)
    assert [e.item.id for e in entries] == ["1"] and "breaks here" in ledger.rejected[0]["reason"]


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "no column id"),
        ("a,b\n1,2\n", "no column id, title, image_link"),
        ("<html/>", "no product feed"),
        ("<<", "no product feed"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path, text, reason):
    (tmp_path / "f").write_text(text)
    with pytest.raises(InputError, match=reason):
        open_feed(tmp_path / "f", Ledger())


def test_missing_places_are_named(tmp_path):
    with pytest.raises(InputError, match="nowhere.tsv does not exist"):
        open_feed(tmp_path / "nowhere.tsv", Ledger())


# -- the fashion-products layout

STYLES = """id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName
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
        assert kind == "fashion-products" and [e.item.id for e in entries] == ["1", "2", "3", "4", "5"]
        assert set(lines(ledger)) == {7, 8, 9, 10}
    items = {e.item.id: e.item for e in entries}
    assert items["1"].attributes == {"category": ("shirt",), "color": ("navy",), "gender": ("men",), "style": ("casual",)}
    assert items["1"].brand == "Acme" and items["1"].price is None and items["1"].sizes == {}
    assert items["2"].title == "Basel Women Maroon, Large Handbag" and items["2"].attributes["color"] == ("burgundy",)
    assert items["3"].attributes["category"] == ("polo shirt",)
    assert items["4"].attributes == {"category": ("umbrella",), "gender": ("unisex",), "style": ("casual",)}
    assert ledger.unknown == {"category": {"snoods": 1}, "color": {"zorb": 1}}


def test_fashion_products_need_their_columns(tmp_path):
    (tmp_path / "styles.csv").write_text("id,gender\n1,Men\n")
    with pytest.raises(InputError, match="no column articletype, basecolour, productdisplayname"):
        open_feed(tmp_path / "styles.csv", Ledger(), kind="fashion-products")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="without products.csv or styles.csv"):
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
