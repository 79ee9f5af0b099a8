"""Merchant feeds in TSV, CSV and XML: what becomes an item, and what is rejected with its line."""

from __future__ import annotations

import pytest
from feed_rows import lines, read, row, write
from shopfront import encoded, swatch

from catalog.entries import Ledger
from catalog.feeds import open_feed
from errors import InputError


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
    group = {"item_group_id": "G", "color": "Navy", "size": "S", "title": "Shirt - S"}
    feed = write(
        tmp_path / "f.tsv",
        [
            row("1", **group),
            row(
                "2",
                **group
                | {"size": "Medium", "title": "Shirt - Medium", "availability": "out of stock"},
            ),
            row("3", **group | {"color": "Red"}),
            row("4", **group | {"size": "XL", "price": "12 EUR", "title": "Shirt - XL"}),
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
    feed = write(
        tmp_path / "f.tsv", [row("1", gender="female", age_group="kids"), row("2", gender="unisex")]
    )
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
    feed = write(
        tmp_path / "f.tsv", [row("1", product_type=product_type, google_product_category=google)]
    )
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


@pytest.mark.parametrize(
    "place",
    ["../secret.jpg", "/etc/passwd", "sub/../../secret.jpg", "link.jpg", "file:///etc/passwd"],
)
def test_pictures_outside_the_folder_are_refused(tmp_path, images, place):
    (tmp_path / "secret.jpg").write_bytes(encoded(swatch()))
    (images / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    entries, ledger, _ = read(
        write(tmp_path / "f.tsv", [row("1"), row("2", image_link=place)]), images
    )
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
    _, ledger, _ = read(
        write(tmp_path / "f.tsv", [row(str(n), image_link=url) for n, url in enumerate(urls)]),
        images,
    )
    assert all(
        "private address" in reason or "allowed are http" in reason
        for reason in lines(ledger).values()
    )
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
    entries, _, _ = read(
        write(tmp_path / "f.tsv", [row("1"), row("2", image_link="gps.jpg")]), images
    )
    assert entries[0].jpeg == plain  # as it was, not encoded twice
    assert b"camera" not in entries[1].jpeg


RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title><link>https://shop.example</link>
<item><g:id>1</g:id><title>Blue Dress</title><description>soft</description><link>https://shop.example/1</link>
 <g:image_link>a.jpg</g:image_link><g:price>20 EUR</g:price><g:color>Blue</g:color>
 <g:product_detail><g:section_name>General</g:section_name>
  <g:attribute_name>Sleeve length</g:attribute_name>
  <g:attribute_value>Long sleeve</g:attribute_value></g:product_detail>
 <g:shipping><g:country>DE</g:country><g:price>4 EUR</g:price></g:shipping></item>
<item><g:id>2</g:id><title>No picture</title><g:price>20 EUR</g:price></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Shop</title>
<entry><g:id>1</g:id><title>Blue Dress</title><summary>soft</summary>
 <link href="https://shop.example/1"/>
 <g:image_link>a.jpg</g:image_link><g:price>20 EUR</g:price>
 <g:color>Blue</g:color></entry></feed>"""


@pytest.mark.parametrize("text", [RSS, ATOM])
def test_xml_feeds_of_both_kinds(tmp_path, images, text):
    (tmp_path / "f.xml").write_text(text)
    (entry,), ledger, kind = read(tmp_path / "f.xml", images)
    assert kind == "merchant"
    assert (
        entry.item.id,
        entry.item.title,
        entry.item.description,
        entry.item.link,
        entry.item.price,
    ) == (
        "1",
        "Blue Dress",
        "soft",
        "https://shop.example/1",
        20.0,
    )
    assert entry.item.attributes["color"] == ("blue",)
    if text is RSS:
        assert entry.item.attributes["sleeve_length"] == ("long",)
        assert lines(ledger) == {9: "image_link: none is given"}


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
    with pytest.raises(InputError, match=r"nowhere\.tsv does not exist"):
        open_feed(tmp_path / "nowhere.tsv", Ledger())
