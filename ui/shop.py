"""The shop behind the page: being prepared, open, or closed for a reason. The page asks, the entrance tells."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent import ChatService

_BAR = re.compile(r"(?P<name>[^:]+):\s+\d+%\|.*\|\s*(?P<done>[\d.]+)/(?P<all>[\d.]+)")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LINES_KEPT = 30


class Shop:
    """State shared by the thread that opens the catalogue and the page's handlers. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._stylist: ChatService | None = None
        self.failure: Exception | None = None
        self.settled = threading.Event()
        """Set once the shop is open or has failed."""

    @property
    def stylist(self) -> ChatService | None:
        """The stylist once the shop is open, else None."""
        return self._stylist

    def lines(self) -> list[str]:
        """What the preparation has said so far, oldest first."""
        with self._lock:
            return list(self._lines)

    def tell(self, line: str) -> None:
        """Add a line of progress; a bar's line (tqdm) is shortened and replaces its predecessor."""
        text = _ANSI.sub("", line).strip()
        bar = _BAR.match(text)
        if bar:
            text = f"{bar['name']}: {bar['done']} of {bar['all']}"
        if not text:
            return
        with self._lock:
            if bar and self._lines and self._lines[-1].startswith(f"{bar['name']}:"):
                self._lines.pop()
            self._lines.append(text[:160])

    def open(self, stylist: ChatService) -> None:
        """From now on the page serves `stylist`."""
        self._stylist = stylist
        self.settled.set()

    def close(self) -> None:
        """Nobody is served any more; worker processes end."""
        if self._stylist is not None:
            self._stylist.close()

    def fail(self, error: Exception) -> None:
        """The shop cannot open; the page shows why."""
        self.failure = error
        self.settled.set()
