"""The model's cost: a daily total with a cap, stored in SQLite so that it survives restarts."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import sqlite_utils

from agent.llm.budget import dollars

PRICES: dict[str, tuple[float, float]] = {
    "gpt-4o-mini": (0.15, 0.60),
    "gpt-4.1-nano": (0.10, 0.40),
    "gpt-4.1-mini": (0.40, 1.60),
    "gpt-4.1": (2.00, 8.00),
    "gpt-4o": (2.50, 10.00),
}
"""USD per million tokens (input, output), list prices of 2024-08 onward.

An unlisted model is charged at the most expensive rate, so that the cap fails closed.
"""


def price_of(model: str) -> tuple[float, float]:
    """Return (input, output) USD per million tokens, by the longest listed prefix of `model`."""
    prefix = max((name for name in PRICES if model.startswith(name)), key=len, default=None)
    return PRICES[prefix] if prefix else max(PRICES.values())


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class Ledger:
    """Spending by UTC day. Safe for use by many threads of one process."""

    def __init__(self, path: Path | str, cap_usd: float, today: Callable[[], str] = _today) -> None:
        self._lock = threading.Lock()
        self._today = today
        self.cap_usd = cap_usd
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        # many threads use the connection; the lock admits one at a time
        self._db = sqlite_utils.Database(
            sqlite3.connect(str(path), check_same_thread=False, timeout=10)
        )
        with self._lock:
            self._db.table("spending").create(
                {"day": str, "usd": float, "calls": int, "tokens_in": int, "tokens_out": int},
                pk="day",
                if_not_exists=True,
            )

    def spent(self) -> float:
        """Return the USD spent today."""
        with self._lock:
            rows = list(self._db["spending"].rows_where("day = ?", [self._today()]))
        return float(rows[0]["usd"]) if rows else 0.0

    def line(self) -> str:
        """Describe what has been spent today of what the cap allows, for the trace."""
        return f"today {dollars(self.spent())} of {dollars(self.cap_usd)}"

    def left(self) -> float:
        """Return the USD left of today's cap, never negative."""
        return max(0.0, self.cap_usd - self.spent())

    def charge(self, model: str, tokens_in: int, tokens_out: int) -> float:
        """Record one call and return its cost in USD."""
        price_in, price_out = price_of(model)
        cost = (tokens_in * price_in + tokens_out * price_out) / 1e6
        with self._lock, self._db.conn:
            self._db.execute(
                "insert into spending (day, usd, calls, tokens_in, tokens_out) "
                "values (?, ?, 1, ?, ?) "
                "on conflict (day) do update set usd = usd + excluded.usd, calls = calls + 1, "
                "tokens_in = tokens_in + excluded.tokens_in, "
                "tokens_out = tokens_out + excluded.tokens_out",
                [self._today(), cost, tokens_in, tokens_out],
            )
        return cost
