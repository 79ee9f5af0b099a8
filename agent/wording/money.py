"""Amounts of money as shoppers read them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

from vocabulary.wish import PriceRange

LOCALE = "en"


def money(amount: float | None, currency: str) -> str:
    """Return "€20", "$1,299.50" or "20 CHF"; "" for an amount that is not known.

    Whole amounts have no decimals. A currency without a sign of its own is written as its ISO code,
    after the figure.
    """
    if amount is None:
        return ""
    exact = round(Decimal(str(amount)), get_currency_precision(currency))
    figure = "#,##0" if exact == exact.to_integral_value() else "#,##0.00"
    has_sign = get_currency_symbol(currency, locale=LOCALE) != currency
    text: str = format_currency(
        exact,
        currency,
        f"¤{figure}" if has_sign else f"{figure} ¤",
        locale=LOCALE,
        currency_digits=figure != "#,##0",
    )
    return text


def price_range(value: PriceRange, currency: str) -> str:
    """Return "at most €50", "at least €20" or "from €20 to €50"."""
    if value.min is None:
        return f"at most {money(value.max or 0, currency)}"
    if value.max is None:
        return f"at least {money(value.min, currency)}"
    return f"from {money(value.min, currency)} to {money(value.max, currency)}"
