"""What the words and numbers of a feed mean: prices, dates, values, maps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.feeds.money import read_money
from catalog.feeds.product import Product
from catalog.feeds.values import ValueReader, load_map
from errors import InputError


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
    table.write_text(
        '[color]\n"Zorb" = "dark-blue"\n"quux" = ["red", "white"]\n"na" = []\n'
        '[category]\n"Dirndl" = "dirndl"\n'
    )
    mapped = ValueReader(load_map(table))
    assert mapped.read("color", "quux") == ("red", "white") and mapped.read("color", "NA") == ()
    assert mapped.read("category", "dirndl") == ("dirndl",)  # a value of the shop's own
    assert mapped.unknown == {}


@pytest.mark.parametrize(
    "text, reason",
    [("[colour]\n", "no facets"), ("[color]\nx = 3\n", "a value or a list"), ("not toml", "TOML")],
)
def test_a_wrong_map_is_refused(tmp_path, text, reason):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError, match=reason):
        load_map(tmp_path / "map.toml")
