"""A bounded least-recently-used cache that answers identical requests from memory."""

from __future__ import annotations

import hashlib
import json
import threading

from cachetools import LRUCache

MAX_ANSWERS = 256


class Cache:
    """Answers by canonical request, in RAM only. Thread-safe.

    Keys are digests, so the cache itself never holds a shopper's words as text.
    """

    def __init__(self, max_answers: int = MAX_ANSWERS) -> None:
        self._answers: LRUCache[str, object] = LRUCache(max_answers)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    @staticmethod
    def key(request: object) -> str:
        """Return the digest of a JSON-able request, independent of the order of its fields."""
        return hashlib.blake2b(
            json.dumps(request, sort_keys=True).encode(), digest_size=20
        ).hexdigest()

    def get(self, key: str) -> object | None:
        """Return the stored answer, or None."""
        with self._lock:
            return self._answers.get(key)

    def put(self, key: str, answer: object) -> None:
        """Store an answer; if the cache is full, evict the least recently used one."""
        with self._lock:
            self._answers[key] = answer

    def clear(self) -> None:
        """Drop everything, because a session is being forgotten."""
        with self._lock:
            self._answers.clear()
