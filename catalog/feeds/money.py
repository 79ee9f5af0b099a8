"""Amounts of money as feeds write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from babel.numbers import get_currency_symbol
from pydantic import BaseModel, ConfigDict, Field

SYMBOL_CURRENCIES = ("EUR", "GBP", "USD", "JPY", "INR")
"""Currencies that a feed may name by their symbol alone. Of several that share one, the most used:
"$" alone means US dollars, as feeds of other dollars give the code."""
_NUMBER = re.compile(
    r"(?:(?P<grouped>\d{1,3}(?:[.,]\d{3})+)|(?P<whole>\d+))(?:[.,](?P<cents>\d{1,2}|\d{4}))?"
)
"""Thousands may be marked; one, two or four final digits after a mark are decimal."""


class Money(BaseModel):
    """An amount; the currency is None if the feed omits it."""

    model_config = ConfigDict(frozen=True)

    amount: float = Field(ge=0, lt=10_000_000)
    currency: str | None = None


@cache
def currency_symbols() -> Mapping[str, str]:
    """Return {symbol: ISO 4217 code}, with the symbols of Unicode's CLDR."""
    return MappingProxyType(
        {get_currency_symbol(code, locale="en_US"): code for code in SYMBOL_CURRENCIES}
    )


def read_money(text: object) -> object:
    """Read "19.99 EUR", "EUR 19,99" or "$1,299.00" as Money; return non-strings unchanged.

    Raises ValueError if the text is not a price.
    """
    if not isinstance(text, str):
        return text
    symbols = currency_symbols()
    code = re.search(r"\b[A-Z]{3}\b", text.upper())
    symbol = next((char for char in text if char in symbols), "")
    number = text.upper().replace(code.group() if code else "\0", "").replace(symbol, "")
    number = re.sub(r"[\s']", "", number)
    if number.startswith("-"):
        raise ValueError("a price below zero")
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValueError("not a price; allowed: a number and a currency, like 19.99 EUR")
    whole = re.sub(r"[.,]", "", match["grouped"] or match["whole"])
    return Money(
        amount=float(f"{whole}.{match['cents'] or 0}"),
        currency=code.group() if code else symbols.get(symbol),
    )
