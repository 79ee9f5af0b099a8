"""Identical requests answered from memory: a bounded cache, least recently used out first."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict

KEPT = 256


class Cache:
    """Answers by canonical request, in RAM only. Keys are digests: no shopper's words lie in them. Thread-safe."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[str, object] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    @staticmethod
    def key(request: object) -> str:
        """The name of a request (JSON-able): equal for requests that differ in the order of their fields alone."""
        return hashlib.blake2b(
            json.dumps(request, sort_keys=True).encode(), digest_size=20
        ).hexdigest()

    def get(self, key: str) -> object | None:
        """The answer given before, or None."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: str, answer: object) -> None:
        """Keep an answer; the one unused for longest goes where there is no room."""
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._kept:
                self._answers.popitem(last=False)

    def clear(self) -> None:
        """Drop everything: somebody wants to be forgotten."""
        with self._lock:
            self._answers.clear()
