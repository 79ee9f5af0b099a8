"""The currency signs that shops and shoppers write, and the ISO codes they stand for."""

SIGNS: dict[str, str] = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
