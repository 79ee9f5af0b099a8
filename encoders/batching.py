"""Micro-batching: threads that share an encoder have their pictures and words embedded together.

A model that embeds one picture uses little of a GPU, and threads that each run it alone wait for one another anyway. So one
thread at a time runs the model, and what arrives meanwhile goes together into the next pass. Nobody waits for company: a
thread that comes alone is served at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

TOGETHER = 64
"""Pictures or texts of several callers in one pass; a caller with more has a pass of its own."""


@dataclass(eq=False)
class _Call:
    """One caller's inputs, and what became of them."""

    inputs: list[Any]
    vectors: np.ndarray | None = None
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.vectors is not None or self.error is not None


class Together:
    """Calls of many threads in passes of one. embed: n inputs -> (n, dim), row by row independent of each other."""

    def __init__(self, embed: Callable[[list[Any]], np.ndarray], most: int = TOGETHER) -> None:
        self._embed, self._most = embed, most
        self._changed = threading.Condition()
        self._waiting: deque[_Call] = deque()
        self._running = False

    def __call__(self, inputs: Sequence[Any]) -> np.ndarray:
        """(n, dim) of these inputs, in order. Raises what they alone would raise."""
        call = _Call(list(inputs))
        with self._changed:
            self._waiting.append(call)
        while (batch := self._mine(call)) is not None:
            try:
                self._run(batch)
            finally:
                with self._changed:
                    self._running = False
                    self._changed.notify_all()
        if call.error is not None:
            raise call.error
        return call.vectors

    def _mine(self, call: _Call) -> list[_Call] | None:
        """The calls that this thread is to run, once nobody else runs any; None when its own call is done."""
        with self._changed:
            while self._running and not call.done:
                self._changed.wait()
            if call.done:
                return None
            self._running = True
            batch = [self._waiting.popleft()]
            size = len(batch[0].inputs)
            while self._waiting and size + len(self._waiting[0].inputs) <= self._most:
                batch.append(self._waiting.popleft())
                size += len(batch[-1].inputs)
            return batch

    def _run(self, batch: list[_Call]) -> None:
        try:
            vectors = self._embed([one for call in batch for one in call.inputs])
            ends = np.cumsum([len(call.inputs) for call in batch])
            for call, part in zip(batch, np.split(vectors, ends[:-1]), strict=True):
                call.vectors = part
        except BaseException as error:
            if len(batch) == 1:
                batch[0].error = error
            else:  # somebody's input is at fault: each for itself, so that it is nobody else's
                for call in batch:
                    self._run([call])


class BatchedEncoder:
    """An encoder whose calls from many threads run together; all else is the encoder's own."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        self._pictures = Together(self._embed_pictures)
        self._texts = Together(encoder.encode_texts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_encoder":
            raise AttributeError(name)
        return getattr(self._encoder, name)

    def encode_images(
        self, images: Sequence[Any], garments: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """n pictures -> (n, dim) float32, as `Encoder.encode_images`."""
        return self._pictures(list(zip(images, garments or [None] * len(images), strict=True)))

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """n phrases -> (n, dim) float32."""
        return self._texts(list(texts))

    def _embed_pictures(self, asked: list[tuple[Any, str | None]]) -> np.ndarray:
        images, garments = [image for image, _ in asked], [garment for _, garment in asked]
        return (
            self._encoder.encode_images(images, garments)
            if any(garments)
            else self._encoder.encode_images(images)
        )
