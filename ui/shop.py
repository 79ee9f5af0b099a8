"""The shop behind the page: being prepared, open, or closed for a reason."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent import ChatService

MAX_LINES = 30
MAX_LINE_CHARS = 160
_BAR = re.compile(r"(?P<name>[^:]+):\s+\d+%\|.*\|\s*(?P<done>[\d.]+)/(?P<total>[\d.]+)")
"""A line of a tqdm progress bar."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Escape sequences that a terminal takes for colours and cursor movements."""


class Shop:
    """State shared by the thread that opens the catalogue and the page's handlers. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=MAX_LINES)
        self._stylist: ChatService | None = None
        self.failure: Exception | None = None
        self.settled = threading.Event()
        """Set once the shop is open or has failed."""

    @property
    def stylist(self) -> ChatService | None:
        """The stylist once the shop is open, else None."""
        return self._stylist

    def lines(self) -> list[str]:
        """Return the preparation's lines of progress so far, oldest first."""
        with self._lock:
            return list(self._lines)

    def tell(self, line: str) -> None:
        """Add a line of progress; a progress bar is shortened and replaces its earlier line."""
        text = _ANSI.sub("", line).strip()
        bar = _BAR.match(text)
        if bar:
            text = f"{bar['name']}: {bar['done']} of {bar['total']}"
        if not text:
            return
        with self._lock:
            if bar and self._lines and self._lines[-1].startswith(f"{bar['name']}:"):
                self._lines.pop()
            self._lines.append(text[:MAX_LINE_CHARS])

    def open(self, stylist: ChatService) -> None:
        """Serve `stylist` from now on."""
        self._stylist = stylist
        self.settled.set()

    def close(self) -> None:
        """Stop serving; worker processes end."""
        if self._stylist is not None:
            self._stylist.close()

    def fail(self, error: Exception) -> None:
        """Keep the reason why the shop cannot open, for the page to show."""
        self.failure = error
        self.settled.set()
