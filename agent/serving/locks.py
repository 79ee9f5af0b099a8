"""One lock per session, so that turns of one session wait for one another."""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary


class SessionLocks:
    """Locks by session, made on demand. Thread-safe.

    A lock exists as long as somebody holds it or waits for it; a bounded cache could drop one that
    a thread has fetched and not yet acquired.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._own = threading.Lock()

    def of(self, session: str) -> threading.Lock:
        """Return the lock of a session."""
        with self._own:
            return self._locks.setdefault(session, threading.Lock())
