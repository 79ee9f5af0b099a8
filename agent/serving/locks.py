"""A lock for each session: turns of one session wait for one another."""

from __future__ import annotations

import threading
from collections import OrderedDict

KEPT = 10_000


class SessionLocks:
    """Thread-safe. Locks are made when they are asked for; old ones that nobody holds are let go."""

    def __init__(self) -> None:
        self._locks: OrderedDict[str, threading.Lock] = OrderedDict()
        self._own = threading.Lock()

    def of(self, session: str) -> threading.Lock:
        """The lock of a session."""
        with self._own:
            lock = self._locks.setdefault(session, threading.Lock())
            self._locks.move_to_end(session)
            while len(self._locks) > KEPT:
                oldest = next(iter(self._locks))
                if self._locks[oldest].locked():
                    break
                del self._locks[oldest]
            return lock
